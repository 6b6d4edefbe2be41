"""Staged level control: how many units a station's level asks for, as a request in slot 12."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.image import View
from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import StagedLevels, Station
from controller.logic.alone import order_alone
from controller.logic.contract import Moment, StationMemory
from controller.logic.levels import inner_level
from controller.logic.station_guidance import NO_GUIDANCE, floor_m, guided, helps
from controller.logic.station_scene import scene_of
from controller.logic.station_stages import Stages, step_count, units_of
from controller.logic.water_around import NOTHING_AROUND, Guidance, WaterAround
from controller.logic.water_rules.applied import guided_count

OWNER = "level control"
"""Who stands behind the requests of staged control and the gravity rule."""


def staged_order(
    station: Station, view: View, memory: StationMemory, moment: Moment, around: WaterAround = NOTHING_AROUND
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What staged control asks of a station whose ``automatic`` is on; nothing for others.

    On a GOOD level: the count, one step at a time and ``stagger_s`` apart, as the network's rules guide it. Otherwise
    HOLD: what runs goes on and nothing is added, whoever runs it; the one gauge that people's exclusions leave may
    bring one unit more (``logic.alone``). Nothing at all before the actual state was adopted.
    """
    if not station.automatic or station.levels is None or not memory.adopted:
        return memory, ()
    if not view.ready:
        return memory, (_request(station, StationOrder(StationMode.HOLD), "the station cannot be reached"),)
    vote = inner_level(station, view, memory.gauges, memory.excluded)
    if vote.level_m is None and memory.lone is not None:
        memory, order, why = order_alone(scene_of(station, view, memory, {}, moment))
        return memory, (_request(station, order, f"{why}; {vote.note}"),)
    if vote.level_m is None:
        return memory, (_request(station, StationOrder(StationMode.HOLD), f"level not trusted: {vote.note}"),)
    memory, said = _stepped(station, station.levels, vote.level_m, memory, moment, around)
    order = StationOrder(StationMode.COUNT, memory.wanted_count)
    return memory, (_request(station, order, f"inner level {vote.level_m:.2f} m{said}"),)


def _request(station: Station, order: StationOrder, reason: str) -> Request:
    return Request(station.id, Slot.AUTOMATIC, order, OWNER, reason)


def _stepped(
    station: Station, levels: StagedLevels, level_m: float, memory: StationMemory, moment: Moment, around: WaterAround
) -> tuple[StationMemory, str]:
    """The memory with at most one step made, and what the guidance had to do with it, in words."""
    guidance = around.guidance.get(station.id, NO_GUIDANCE)
    shifted = guided(levels, guidance, floor_m(station, around))
    helping = helps(station, guidance, level_m, around, was=memory.helping)
    binding = guidance if helping else replace(guidance, least=0)
    units, was = len(units_of(station)), memory.wanted_count
    stages = Stages(shifted, units, ease=guidance.ease and guidance.ease_below_m is None)
    staged = stages.asks(level_m, was)
    aim = guided_count(staged, was, units, level_m, binding)
    count, stepped_s = step_count(aim, was, memory.stepped_s, levels.stagger_s, moment.s)
    memory = replace(memory, wanted_count=count, stepped_s=stepped_s, helping=helping)
    capped = guidance.most is not None and was >= guidance.most and aim <= was and stages.wants_more(level_m, was)
    shift_m = shifted.start_m - levels.start_m
    return memory, _words(shift_m, binding, capped=capped, eased=max(0, min(staged, was) - aim))


def _words(shift_m: float, guidance: Guidance, *, capped: bool, eased: int) -> str:
    """What guidance has to do with the count. ``eased``: units that may stop although the level would keep them."""
    parts = []
    if shift_m != 0.0:
        parts.append(f"starts {shift_m:+.2f} m")
    if guidance.least:
        parts.append(f"at least {guidance.least} run")
    if capped:
        parts.append("no further unit for now")
    if eased:
        parts.append(f"its water can wait, {eased} may stop")
    return f"; {', '.join(parts)}: {guidance.reason or 'network rules'}" if parts else ""
