"""A station told a level or a flow: what count of units, or HOLD, that comes to in this cycle.

It is worked out before anything else looks at the order, so every rule below (taking the station over, bumpless
changes, allocation, guards) sees a count. It starts from the units that run, and never sees a reason to stop one in
the fact that an order came or went.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from controller.domain.intents import Direction, StationMode, StationOrder
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.request import Request
from controller.domain.stations import StagedLevels, Station
from controller.domain.targets import WaterReach
from controller.logic.contract import StationMemory, TargetMemory
from controller.logic.flow_correction import believable, corrected_count, corrected_speed
from controller.logic.station_guidance import floor_m
from controller.logic.station_scene import Scene
from controller.logic.station_stages import Stages, step_count, stop_level_m, units_of
from controller.logic.water_around import NOTHING_AROUND, WaterAround

NO_TARGET = TargetMemory()
TARGET = "target"
"""The alarm of a station whose target level or flow is not being followed."""
HOLD = StationOrder(StationMode.HOLD)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The order as a count or HOLD (``winner``), the memory of it, words for its phase, alarms."""

    memory: StationMemory
    winner: Request
    words: str = ""
    alarms: tuple[tuple[str, str], ...] = ()
    speed_percent: float | None = None
    """What the drives of its units are told, where they have drives and the order says a flow."""


def resolved(scene: Scene, winner: Request) -> Resolved:
    """What ``winner`` comes to. Anything but a level or a flow is given back as it is."""
    order, memory = winner.value, scene.memory
    if isinstance(order, StationOrder) and order.at_least:
        return _at_least(scene, winner, order)
    if not isinstance(order, StationOrder) or order.mode not in (StationMode.LEVEL, StationMode.FLOW):
        return Resolved(memory if memory.target == NO_TARGET else replace(memory, target=NO_TARGET), winner)
    if order.mode is StationMode.FLOW and order.flow_m3s is not None:
        return _flow(scene, winner, order, order.flow_m3s)
    return _level(scene, winner, order, order.level_m or 0.0)


def band(station: Station, target_m: float, around: WaterAround = NOTHING_AROUND) -> StagedLevels | None:
    """Staged levels about a target: the first unit's hysteresis lies half above and half below it.

    The first unit never stops below the floor: a lower target is held as near as that allows. None for a station
    without staged levels.
    """
    levels = station.levels
    if levels is None:
        return None
    return replace(levels, start_m=max(target_m + levels.span_m / 2, floor_m(station, around) + levels.span_m))


def flow_count(station: Station, direction: Direction, flow_m3s: float) -> int:
    """How many units of a direction give the flow best: whole units, nearest to it (the more when between), not none.

    Units of unlike size count with their mean: which of them run is decided by rotation. Where all have drives, as
    many as can give it, and their speed makes the rest (``flow_speed_percent``).
    """
    units = units_of(station, direction)
    if not units:
        return 0
    share = flow_m3s / _each_m3s(units)
    count = math.ceil(share - 1e-9) if _have_drives(units) else math.floor(share + 0.5)
    return max(1, min(len(units), count))


def flow_speed_percent(station: Station, direction: Direction, flow_m3s: float) -> float | None:
    """The speed (%) at which ``flow_count`` units give the flow, flow going as speed; None where not all have drives.

    A head makes a slower pump give less than that: the flow is met at its rated head, and read back by people.
    """
    units = units_of(station, direction)
    if not _have_drives(units):
        return None
    return min(100.0, 100.0 * flow_m3s / (flow_count(station, direction, flow_m3s) * _each_m3s(units)))


def _each_m3s(units: Sequence[PumpUnit]) -> float:
    return sum(unit.flow_m3s for unit in units) / len(units)


def _have_drives(units: Sequence[PumpUnit]) -> bool:
    return bool(units) and all(unit.min_speed_percent is not None for unit in units)


def _level(scene: Scene, winner: Request, order: StationOrder, target_m: float) -> Resolved:
    now_s, level_m = scene.moment.s, scene.level.level_m
    levels = band(scene.station, target_m, scene.around)
    memory = _followed(scene, winner, order)
    if level_m is None or levels is None:
        why = scene.level.note if levels is not None else "the station has no staged levels"
        text = (
            f"told {order}, and its level cannot be trusted ({why}): what runs goes on, nothing is added; "
            "order a count, or have the gauges looked at / 水位不可信，保持现有机组运行，请按台数调度或检查水位计"
        )
        alarm = (f"{scene.station.id}:{TARGET}", text)
        return Resolved(memory, replace(winner, value=HOLD), f"holds instead of {order}: {why}", (alarm,))
    target = memory.target
    running = _running(scene, order.direction)
    if memory.in_control:
        most = len(units_of(scene.station, order.direction))
        stages = Stages(levels, most, fills=order.direction is Direction.DIVERT)
        aim = stages.asks(level_m, target.count)
        count, stepped_s = step_count(aim, target.count, target.stepped_s, levels.stagger_s, now_s)
        # Not more than one ahead of what runs: what could not be started is asked for once, not owed for ever.
        target = replace(target, count=min(count, running + 1), stepped_s=stepped_s)
    else:
        target = replace(target, count=running, stepped_s=None)
    words = f"{order}: level {level_m:.2f} m asks for {target.count}"
    if stop_level_m(levels, 1) > target_m:
        words += f" (drawn no lower than {stop_level_m(levels, 1):.2f} m: floor and dry-run limit)"
    count_order = StationOrder(StationMode.COUNT, target.count, order.direction)
    return Resolved(replace(memory, target=target), replace(winner, value=count_order), words)


def _at_least(scene: Scene, winner: Request, order: StationOrder) -> Resolved:
    """So many units, and more where the station's own levels ask for more. Level not trusted: none fewer than run."""
    memory, levels, level_m = _followed(scene, winner, order), scene.station.levels, scene.level.level_m
    target, running = memory.target, _running(scene, order.direction)
    if not memory.in_control or levels is None or level_m is None:
        count, stepped_s = max(running, order.count), None
    else:
        most, was = len(units_of(scene.station, order.direction)), max(target.count, order.count)
        aim = max(order.count, Stages(levels, most).asks(level_m, was))
        count, stepped_s = step_count(aim, was, target.stepped_s, levels.stagger_s, scene.moment.s)
        # Not more than one ahead of what runs, as with a target level.
        count = max(order.count, min(count, running + 1))
    memory = replace(memory, target=replace(target, count=count, stepped_s=stepped_s))
    words = f"{order}: {count - order.count} more by its level" if count > order.count else ""
    return Resolved(memory, replace(winner, value=StationOrder(StationMode.COUNT, count)), words)


def _flow(scene: Scene, winner: Request, order: StationOrder, flow_m3s: float) -> Resolved:
    memory, station = _followed(scene, winner, order), scene.station
    units = units_of(station, order.direction)
    rated = flow_count(station, order.direction, flow_m3s)
    speed_percent = flow_speed_percent(station, order.direction, flow_m3s)
    target = replace(memory.target, count=memory.target.count if memory.target.counted else rated, counted=True)
    target, measured = _corrected(scene, order, flow_m3s, target, rated, speed_percent)
    count = target.count
    gives_m3s = sum(unit.flow_m3s for unit in units) * count / len(units) if units else 0.0
    words = f"{order}: {count} of {len(units)} units, rated {gives_m3s:g} m³/s{measured}"
    if speed_percent is not None:
        speed_percent = speed_percent if target.speed_percent is None else target.speed_percent
        words += f", at {speed_percent:.0f} % speed"
    count_order = StationOrder(StationMode.COUNT, count, order.direction)
    return Resolved(
        replace(memory, target=target), replace(winner, value=count_order), words, speed_percent=speed_percent
    )


def _corrected(
    scene: Scene, order: StationOrder, flow_m3s: float, target: TargetMemory, rated: int, speed_percent: float | None
) -> tuple[TargetMemory, str]:
    """The target as a GOOD flow meter corrects it, and what the meter says; as it is without one."""
    measured_m3s, running = scene.view.number("flow_m3s"), _running(scene, order.direction)
    if measured_m3s is None or not scene.memory.in_control or running == 0 or running != target.count:
        return target, ""
    units, measured_m3s = units_of(scene.station, order.direction), abs(measured_m3s)
    turns = 1.0 if speed_percent is None else (target.speed_percent or speed_percent) / 100.0
    if not believable(measured_m3s, running * _each_m3s(units) * turns):
        return target, f", measured {measured_m3s:.1f} (not believed)"
    now_s, words = scene.moment.s, f", measured {measured_m3s:.1f}"
    if speed_percent is None:
        return corrected_count(target, rated, flow_m3s, measured_m3s, running, len(units), now_s), words
    lowest = max(unit.min_speed_percent or 0.0 for unit in units)
    return corrected_speed(target, speed_percent, lowest, flow_m3s, measured_m3s, now_s), words


def _followed(scene: Scene, winner: Request, order: StationOrder) -> StationMemory:
    """The memory with this order as the one being followed; another one starts from what runs."""
    memory = scene.memory
    named = f"{winner.slot.value}:{winner.lease.id if winner.lease else winner.owner}:{order}"
    if memory.target.order == named:
        return memory
    return replace(memory, target=TargetMemory(named, _running(scene, order.direction)))


def _running(scene: Scene, direction: Direction) -> int:
    return sum(unit.direction == direction.value for unit in scene.committed_units())


def count_of(station: Station, order: StationOrder) -> int | None:
    """How many units an order asks for whatever the level (at least); None where the level, or its PLC, decides."""
    if order.mode is StationMode.COUNT:
        return order.count
    if order.mode is StationMode.FLOW and order.flow_m3s is not None:
        return flow_count(station, order.direction, order.flow_m3s)
    return None


def water_reach(station: Station) -> WaterReach:
    """What a station can be told in metres and m³/s; what its waters add (a reach's floor) is minded when it acts."""
    levels = band(station, float("-inf"))
    rule = station.critical
    highest_m = rule.guarantee_m - rule.margin_m if rule.guarantee_m is not None else None
    directions = {unit.direction for unit in station.units}
    most = {way: sum(unit.flow_m3s for unit in station.units if unit.direction == way) for way in directions}
    return WaterReach(None if levels is None else levels.start_m - levels.span_m / 2, highest_m, most)
