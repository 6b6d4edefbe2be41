"""The monthly exercise: a unit that has stood still for long runs its minimum time, so that it starts when it must.

FACTS, rotation: monthly exercise. Only in calm water, in daylight hours, one unit at a time, never beside a declared
response, and never against anybody's order: it asks in slot 12 like every other automation. Where config does not
let the centre do it, people are told that it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from controller.domain.intents import UnitMode, UnitOrder
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Ruling, StationMemory
from controller.logic.station_scene import Scene
from controller.logic.station_stages import start_level_m, stop_level_m
from controller.logic.unit_guards import DAY_S, unit_may_start

OWNER = "monthly exercise"
GIVEN_UP_S = 900.0
"""A unit that does not come to run within this is not exercised now."""
AGAIN_AFTER_S = DAY_S
"""An exercise that was given up is tried again this much later."""


def exercise_order(scene: Scene) -> tuple[StationMemory, tuple[Request, ...]]:
    """The unit to be run now, as a request in slot 12; at most one."""
    memory, rule = scene.memory, scene.station.exercise
    if not rule.automatic or not memory.adopted or not scene.view.ready:
        return memory, ()
    unit = next((unit for unit in scene.station.units if unit.id == memory.exercised), None)
    if unit is None:
        unit = _next(scene)
        if unit is None:
            return memory, ()
        memory = replace(memory, exercised=unit.id, exercised_s=scene.moment.s)
    elif _is_over(scene, unit):
        return replace(memory, exercised=""), ()
    days = idle_days(scene, unit)
    reason = f"not run for {days:.0f} days" if days >= 1.0 else "runs its minimum time"
    return memory, (Request(unit.id, Slot.AUTOMATIC, UnitOrder(UnitMode.START), OWNER, f"{reason} / 月度试运行"),)


def idle_days(scene: Scene, unit: PumpUnit) -> float:
    """How long the unit has stood still (days); 0 for one that runs or of which that is not known."""
    past = scene.past(unit)
    if past.stopped_since_s is None or past.running_since_s is not None:
        return 0.0
    return (scene.moment.s - past.stopped_since_s) / DAY_S


def exercise_proposals(scene: Scene) -> Iterator[tuple[str, str]]:
    """What is due and is not done by the centre itself."""
    rule = scene.station.exercise
    if rule.automatic:
        return
    for unit in scene.station.units:
        if idle_days(scene, unit) >= rule.every_days:
            days = f"{idle_days(scene, unit):.0f}"
            text = f"{unit.name} has not run for {days} days: exercise it / {unit.name}已{days}天未运行，建议试运行"
            yield f"{unit.id}:exercise", text


def _next(scene: Scene) -> PumpUnit | None:
    memory, rule = scene.memory, scene.station.exercise
    tried = memory.exercised_s is not None and scene.moment.s < memory.exercised_s + AGAIN_AFTER_S
    if tried or not memory.in_control or not _is_daylight(scene) or not _is_calm(scene):
        return None
    drains = [unit for unit in scene.station.units if unit.direction == "drain"]
    due = [unit for unit in drains if idle_days(scene, unit) >= rule.every_days]
    able = [unit for unit in due if unit_may_start(scene, unit).ruling is Ruling.ALLOW]
    return max(able, key=lambda unit: idle_days(scene, unit), default=None)


def _is_over(scene: Scene, unit: PumpUnit) -> bool:
    """It has run its minimum time, did not come to run, or the water is calm no longer: others decide then."""
    past, begun_s = scene.past(unit), scene.memory.exercised_s or scene.moment.s
    if past.locked_out or scene.around.response.get(scene.station.id):
        return True
    if past.running_since_s is not None and past.running_since_s >= begun_s:
        return scene.moment.s >= past.running_since_s + unit.min_run_s
    return scene.moment.s >= begun_s + GIVEN_UP_S


def _is_daylight(scene: Scene) -> bool:
    rule = scene.station.exercise
    return rule.from_hour <= scene.moment.wall.astimezone(ZoneInfo(rule.timezone)).hour < rule.until_hour


def _is_calm(scene: Scene) -> bool:
    """Water enough to pump, not so much that it has to be; nothing runs, no response is declared."""
    levels, level_m = scene.station.levels, scene.level.level_m
    if levels is None or level_m is None or scene.around.response.get(scene.station.id):
        return False
    if any(True for _ in scene.committed_units()):
        return False
    return stop_level_m(levels, 1) < level_m < start_level_m(levels, 1)
