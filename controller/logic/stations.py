"""Staged level control: how many units a station's level asks for, as a request in slot 12."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.assets import StagedLevels, Station
from controller.domain.image import View
from controller.domain.intents import StationMode, StationOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Moment, StationMemory
from controller.logic.levels import inner_level

OWNER = "level control"
"""Who stands behind the requests of staged control and the gravity rule."""


def start_level_m(levels: StagedLevels, stage: int) -> float:
    """Level (m) at which unit number ``stage`` (from 1) starts."""
    return levels.start_m + (stage - 1) * levels.step_m


def stop_level_m(levels: StagedLevels, stage: int) -> float:
    """Level (m) at which unit number ``stage`` (from 1) stops: its hysteresis below its own start."""
    return start_level_m(levels, stage) - levels.span_m


def staged_order(
    station: Station, view: View, memory: StationMemory, moment: Moment
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What staged control asks of a station whose ``automatic`` is on; nothing for others.

    On a GOOD level: the count, one step at a time and ``stagger_s`` apart. Otherwise HOLD: what runs goes on and
    nothing is added, whoever runs it. Nothing at all before the actual state was adopted.
    """
    if not station.automatic or station.levels is None or not memory.adopted:
        return memory, ()
    if not view.ready:
        return memory, (_request(station, StationOrder(StationMode.HOLD), "the station cannot be reached"),)
    vote = inner_level(station, view)
    if vote.level_m is None:
        return memory, (_request(station, StationOrder(StationMode.HOLD), f"level not trusted: {vote.note}"),)
    memory = _step(station.levels, len(station.units), vote.level_m, memory, moment)
    order = StationOrder(StationMode.COUNT, memory.wanted_count)
    return memory, (_request(station, order, f"inner level {vote.level_m:.2f} m"),)


def _request(station: Station, order: StationOrder, reason: str) -> Request:
    return Request(station.id, Slot.AUTOMATIC, order, OWNER, reason)


def _step(levels: StagedLevels, most: int, level_m: float, memory: StationMemory, moment: Moment) -> StationMemory:
    if memory.stepped_s is not None and moment.s < memory.stepped_s + levels.stagger_s:
        return memory
    count = memory.wanted_count
    if count < most and level_m >= start_level_m(levels, count + 1):
        count += 1
    elif count > 0 and level_m <= stop_level_m(levels, count):
        count -= 1
    if count == memory.wanted_count:
        return memory
    return replace(memory, wanted_count=count, stepped_s=moment.s)
