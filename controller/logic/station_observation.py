"""What a station's memory learns from what is seen, before anything is decided: proven starts and stops only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from controller.domain.image import View
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.stations import Station
from controller.logic.alone import follow_alone, follow_exclusion
from controller.logic.contract import GateMemory, Moment, StationMemory, UnitMemory
from controller.logic.gauge_exclusion import EXCLUDES_NOTHING
from controller.logic.level_watch import follow_gauges
from controller.logic.rack_guards import observe_rack
from controller.logic.road_signal import road_opened
from controller.logic.station_scene import NO_UNIT, Scene, flag, limits_disagree, scene_of
from controller.logic.underpass import follow_road
from controller.logic.unit_guards import DAY_S, HOUR_S, STILL_PERCENT
from controller.logic.unit_protection import observe_protection
from controller.logic.water_around import NOTHING_AROUND, WaterAround

MOVED_PERCENT = 0.5
"""A gate that moved by less is standing: measuring noise."""


def observe_station(
    station: Station, view: View, memory: StationMemory, moment: Moment, around: WaterAround = NOTHING_AROUND
) -> StationMemory:
    """Update run hours, starts, stops, moving gates, dry-run and rack memory from GOOD readings.

    A new memory adopts the actual state after the first complete read: what runs is what is wanted (bumpless).
    """
    memory = _observe_supply(station, view, memory, moment)
    memory = follow_exclusion(station, memory, around.excluded.get(station.id, EXCLUDES_NOTHING), moment)
    heard = tuple(point for point in station.inner_levels if point not in memory.excluded.points)
    memory = replace(memory, gauges=follow_gauges(memory.gauges, heard, view))
    memory = follow_road(station, view, memory, moment)
    scene = scene_of(station, view, memory, {}, moment)
    units = {unit.id: _observe_unit(scene, unit) for unit in station.units}
    last_start_s, last_stop_s = _last_changes(memory, units, moment)
    adopts = view.ready and not memory.adopted
    if adopts and last_start_s is None and any(_started_unseen(past) for past in units.values()):
        last_start_s = moment.s
    memory = road_opened(replace(scene, memory=memory))
    memory = observe_rack(replace(scene, memory=replace(memory, units=units)))
    memory = follow_alone(replace(scene, memory=memory))
    running = sum(1 for _ in replace(scene, memory=memory).committed_units())
    return replace(
        memory,
        gates={gate.id: _observe_gate(scene, gate) for gate in station.gates},
        last_start_s=last_start_s,
        last_stop_s=last_stop_s,
        dry_run_hold=_dry_run_hold(scene),
        adopted=memory.adopted or adopts,
        wanted_count=running if adopts else memory.wanted_count,
    )


def reset_lockout(memory: StationMemory, target: TargetId) -> StationMemory:
    """The memory after a person looked at the unit or gate and reset its lock-out."""
    if target in memory.gates:
        freed = replace(memory.gates[target], locked_out="", torque_s=None)
        return replace(memory, gates={**memory.gates, target: freed})
    past = memory.units.get(target, UnitMemory())
    past = replace(past, locked_out="", withdraw=False, low_current_s=None, path_lost_s=None, auxiliary_lost_s=None)
    return replace(memory, units={**memory.units, target: past})


def _observe_supply(station: Station, view: View, memory: StationMemory, moment: Moment) -> StationMemory:
    """Whether the supply is lost, and when it came back. A restart of the PLC is a return as well."""
    there = None if station.supply is None else flag(view, station.supply)
    boots = None if station.boots is None else view.number(station.boots)
    if there is None and boots is None:
        return memory
    back = memory.supply_lost and there is True
    booted = boots is not None and memory.boots is not None and boots != memory.boots
    return replace(
        memory,
        supply_lost=memory.supply_lost if there is None else not there,
        boots=memory.boots if boots is None else boots,
        since_power_s=moment.s if back or booted else memory.since_power_s,
    )


def _observe_unit(scene: Scene, unit: PumpUnit) -> UnitMemory:
    return observe_protection(scene, unit, _observe_running(scene, unit))


def _observe_running(scene: Scene, unit: PumpUnit) -> UnitMemory:
    past, running, now_s = scene.past(unit), scene.running(unit), scene.moment.s
    if running is None:
        return past
    was_running = past.running_since_s is not None
    known = past.seen_s is not None or was_running or past.stopped_since_s is not None
    if not known:
        past = _first_sight(scene, unit, running=running)
    elif running and not was_running:
        starts_s = (*(at_s for at_s in past.starts_s if at_s > now_s - DAY_S), now_s)
        past = replace(past, starts_s=starts_s, starts_total=past.starts_total + 1, running_since_s=now_s)
    elif not running and was_running:
        past = replace(past, running_since_s=None, stopped_since_s=now_s)
    elif not running:
        return past if past.seen_s is not None else replace(past, seen_s=now_s)
    ran_s = 0.0 if past.seen_s is None or not was_running else max(0.0, now_s - past.seen_s)
    drawing = running and scene.proves_start(unit) is not False
    return replace(
        past,
        seen_s=now_s,
        proven_s=now_s if drawing else past.proven_s,
        run_hours=past.run_hours + ran_s / 3600.0,
    )


def _first_sight(scene: Scene, unit: PumpUnit, *, running: bool) -> UnitMemory:
    """Nothing is known of its past. Its PLC minded the minimum times; only a shaft that may still turn is waited for.

    A running unit counts as past its minimum run; a stopped one as past its minimum rest but for the backspin
    time, unless its speed proves that it stands still.
    """
    now_s = scene.moment.s
    if running:
        return UnitMemory(running_since_s=now_s - unit.min_run_s)
    speed = scene.view.number(f"{unit.output}.speed_percent")
    if speed is not None and abs(speed) <= STILL_PERCENT:
        return UnitMemory(stopped_since_s=now_s - max(unit.min_off_s, unit.backspin_s))
    return UnitMemory(stopped_since_s=now_s - max(0.0, unit.min_off_s - unit.backspin_s))


def _started_unseen(past: UnitMemory) -> bool:
    """Whether it runs and nobody knows since when: its PLC may have started it a second ago, and its feeder sags."""
    return past.running_since_s is not None and past.starts_total == 0


def _last_changes(
    before: StationMemory, units: Mapping[TargetId, UnitMemory], moment: Moment
) -> tuple[float | None, float | None]:
    """When the station's last start and stop were seen."""
    last_start_s, last_stop_s = before.last_start_s, before.last_stop_s
    for unit, past in units.items():
        earlier = before.units.get(unit, NO_UNIT)
        if past.starts_total > earlier.starts_total:
            last_start_s = moment.s
        if past.stopped_since_s == moment.s and earlier.running_since_s is not None:
            last_stop_s = moment.s
    return last_start_s, last_stop_s


def _observe_gate(scene: Scene, gate: Gate) -> GateMemory:
    past = _within_the_hour(scene, gate)
    position = scene.view.number(f"{gate.output}.position_percent")
    if position is None:
        return past
    if past.percent is None:
        return replace(past, percent=position)
    if abs(position - past.percent) < MOVED_PERCENT:
        return past
    return replace(past, percent=position, moved_s=scene.moment.s, opening=position > past.percent)


def _within_the_hour(scene: Scene, gate: Gate) -> GateMemory:
    """What is remembered of a gate that still matters. While others command it, it is at rest nowhere of ours."""
    past = scene.moved(gate)
    moves_s = tuple(at_s for at_s in past.moves_s if at_s > scene.moment.s - HOUR_S)
    rest_percent = past.rest_percent if scene.memory.in_control else None
    limits_s = _limits_since_s(scene, gate, past)
    if (moves_s, rest_percent, limits_s) == (past.moves_s, past.rest_percent, past.limits_s):
        return past
    return replace(past, moves_s=moves_s, rest_percent=rest_percent, limits_s=limits_s)


def _limits_since_s(scene: Scene, gate: Gate, past: GateMemory) -> float | None:
    if not limits_disagree(gate, scene.view):
        return None
    return scene.moment.s if past.limits_s is None else past.limits_s


def _dry_run_hold(scene: Scene) -> bool:
    level_m, levels = scene.level.level_m, scene.station.levels
    if level_m is None or levels is None:
        return scene.memory.dry_run_hold
    ends_m = levels.dry_run_m + levels.dry_run_restart_m
    return level_m <= levels.dry_run_m or (scene.memory.dry_run_hold and level_m < ends_m)
