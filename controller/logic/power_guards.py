"""Supply and feeder: no start on a dead supply, a staggered return after it, one unit starting per feeder."""

from __future__ import annotations

from zlib import crc32

from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import PowerReturn
from controller.logic.contract import Ruling, Verdict
from controller.logic.station_scene import Scene, flag


def supply(scene: Scene) -> bool | None:
    """Whether the motors' supply is there; None where that is not wired or cannot be read."""
    point = scene.station.supply
    return None if point is None else flag(scene.view, point)


def has_supply(scene: Scene) -> Verdict | None:
    """No start on a supply that is proven gone. One that cannot be read blocks nothing: people are told."""
    if supply(scene) is not False:
        return None
    return Verdict(
        Ruling.HOLD, "supply", reason="the motors' supply is lost: waits for its return / 动力电源失电，等待来电"
    )


def after_power_return(scene: Scene, unit: PumpUnit) -> Verdict | None:
    """After the supply's return units start 10–60 s later, the longest stopped first (FACTS, stagger)."""
    since_s = scene.memory.since_power_s
    if since_s is None:
        return None
    until_s = since_s + return_delay_s(scene, unit)
    if scene.moment.s >= until_s:
        return None
    left_s = until_s - scene.moment.s
    reason = f"starts in {left_s:.0f} s: the supply came back, units follow one by one / 来电后逐台错时启动"
    return Verdict(Ruling.HOLD, "power_return", reason=reason, until_s=until_s)


def return_delay_s(scene: Scene, unit: PumpUnit) -> float:
    """Its delay after the return: drawn once per unit by its name, dealt out so that the longest stopped has the
    shortest. Stations draw differently, so that a feeder is not met by all of them at once."""
    rule, units = scene.station.power_return, scene.station.units
    drawn = sorted(drawn_s(rule, one) for one in units)
    resting = sorted(units, key=lambda one: _stopped_s(scene, one))
    return drawn[resting.index(unit)]


def drawn_s(rule: PowerReturn, unit: PumpUnit) -> float:
    """A unit's draw between the least and the most delay (s): always the same for the same unit."""
    return rule.least_s + (rule.most_s - rule.least_s) * (crc32(unit.id.encode()) % 1000) / 999.0


def _stopped_s(scene: Scene, unit: PumpUnit) -> float:
    stopped_s = scene.past(unit).stopped_since_s
    return float("-inf") if stopped_s is None else stopped_s


def feeder_is_free(scene: Scene, unit: PumpUnit) -> Verdict | None:
    """One unit starting per feeder, whichever station it stands in (FACTS, stagger)."""
    for use in scene.around.feeders.get(unit.feeder, ()) if unit.feeder else ():
        if use.unit == unit.id:
            continue
        if use.starting:
            reason = f"waits: {use.unit} is starting on feeder {unit.feeder} / 同一馈线上有机组正在启动"
            return Verdict(Ruling.HOLD, "feeder", reason=reason)
        until_s = use.started_s + unit.feeder_rest_s
        if scene.moment.s < until_s:
            reason = f"waits {until_s - scene.moment.s:.0f} s: {use.unit} has just started on feeder {unit.feeder}"
            return Verdict(Ruling.HOLD, "feeder", reason=f"{reason} / 同一馈线错时启动", until_s=until_s)
    return None
