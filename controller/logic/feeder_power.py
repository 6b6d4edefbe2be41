"""The power budget of a feeder: what the units on it may draw together, and whose start comes first.

Rated power of everything that runs or is being started counts. The station whose water stands nearest its guarantee
level has the first claim on what is left. An automatic start waits for room; a person's start is warned and goes on,
unless the site says otherwise. Nothing that runs is ever stopped for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import DeviceId, TargetId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.contract import LastWrite, Ruling, StationMemory, UnitMemory, Verdict
from controller.logic.feeder_limits import FeederLimit, FeederRoom, Persons
from controller.logic.interlocks import PEOPLE, UNBOUND
from controller.logic.station_scene import Scene, attempt_of

FEEDER_POWER = "feeder_power"
NO_MEMORY = StationMemory()
NO_UNIT = UnitMemory()
FAR_M = float("inf")


def rooms_of(
    station: Station,
    limits: Mapping[str, FeederLimit],
    stations: Iterable[Station],
    memories: Mapping[DeviceId, StationMemory],
    last: Mapping[TargetId, LastWrite],
    now_s: float,
) -> Mapping[str, FeederRoom]:
    """The limited feeders the station's units hang on, as they are now; empty for nearly every station."""
    mine = {unit.feeder for unit in station.units if unit.feeder in limits}
    if not mine:
        return {}
    everyone = tuple(stations)
    return {name: _room(station, limits[name], everyone, memories, last, now_s) for name in sorted(mine)}


def _room(
    station: Station,
    limit: FeederLimit,
    stations: Iterable[Station],
    memories: Mapping[DeviceId, StationMemory],
    last: Mapping[TargetId, LastWrite],
    now_s: float,
) -> FeederRoom:
    used_kw = kept_kw = 0.0
    kept_for = []
    own_rank = _rank(station, memories)
    for other in stations:
        units = [unit for unit in other.units if unit.feeder == limit.name]
        memory = memories.get(other.id, NO_MEMORY)
        on = [unit for unit in units if _draws(unit, memory.units.get(unit.id, NO_UNIT), last.get(unit.id), now_s)]
        used_kw += sum(unit.power_kw for unit in on)
        short = min(memory.short_of, len(units) - len(on))
        if short > 0 and other.id != station.id and _rank(other, memories) < own_rank:
            idle = sorted((unit.power_kw for unit in units if unit not in on), reverse=True)
            kept_kw += sum(idle[:short])
            kept_for.append(other.name)
    return FeederRoom(limit, used_kw, kept_kw, ", ".join(kept_for))


def _rank(station: Station, memories: Mapping[DeviceId, StationMemory]) -> tuple[float, str]:
    below_m = memories.get(station.id, NO_MEMORY).below_guarantee_m
    return (FAR_M if below_m is None else below_m, station.id)


def _draws(unit: PumpUnit, past: UnitMemory, last: LastWrite | None, now_s: float) -> bool:
    return past.running_since_s is not None or attempt_of(unit, past, last, now_s) is not None


def short_of(scene: Scene, order: StationOrder, explicit: Mapping[TargetId, Request]) -> int:
    """How many units are still asked for that do not run: by the count, and by orders of their own."""
    running = {unit.id for unit in scene.committed_units()}
    own = [unit for unit in scene.station.units if unit.id in explicit]
    missing = sum(unit.id not in running and explicit[unit.id].value != UnitOrder(UnitMode.STOP) for unit in own)
    if order.mode is not StationMode.COUNT:
        return missing
    with_it = [unit for unit in scene.station.units if unit.direction == order.direction.value]
    idle = sum(unit.id not in running and unit.id not in explicit for unit in with_it)
    wanted = order.count - sum(unit.id in running for unit in with_it) - missing
    return missing + max(0, min(wanted, idle))


def feeder_may_carry(scene: Scene, unit: PumpUnit, slot: Slot) -> Verdict | None:
    """What the feeder's budget has against a start; None when nothing."""
    room = scene.around.feeder_room.get(unit.feeder)
    if room is None or slot in UNBOUND or room.fits(unit.power_kw) or scene.committed(unit):
        return None
    if slot in PEOPLE and room.limit.persons is Persons.WARNED:
        return None
    kept = f", {room.kept_kw:.0f} kW kept for {room.kept_for}, nearer the guarantee level" if room.kept_kw else ""
    reason = (
        f"waits: feeder {unit.feeder} carries {room.used_kw:.0f} of {room.limit.limit_kw:.0f} kW{kept}; "
        f"{unit.name} takes {unit.power_kw:.0f} kW / 馈线容量不足"
    )
    return Verdict(Ruling.HOLD, FEEDER_POWER, reason=reason)


def feeder_alarms(scene: Scene) -> Iterable[tuple[str, str]]:
    """Feeders that carry more than their limit, told at every station whose units draw on them."""
    on = {unit.feeder for unit in scene.committed_units()}
    for name, room in scene.around.feeder_room.items():
        if name in on and room.used_kw > room.limit.limit_kw + 1e-6:
            yield (
                f"{scene.station.id}:{FEEDER_POWER}",
                f"feeder {name} carries {room.used_kw:.0f} kW, limit {room.limit.limit_kw:.0f} kW: persons' starts "
                "passed it; have the grid's dispatcher agree, or stop a unit elsewhere / 馈线超限，请与供电调度协调",
            )
