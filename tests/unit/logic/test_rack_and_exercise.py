"""The trash rack against the units, and the monthly exercise of those that stand still."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.domain.image import View
from controller.domain.points import Reading, good
from controller.domain.slots import Slot
from controller.domain.stations import ExerciseRule, RackRule
from controller.logic.contract import UnitMemory
from controller.logic.unit_guards import DAY_S
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import PS, WALL, Rig, station

P1, P2, P3 = (f"{PS}/P{number}" for number in (1, 2, 3))


def manual(count: int = 3, **changes: object) -> Rig:
    return Rig(station(count, automatic=False, gravity=False, **changes)).run(3)


@pytest.mark.parametrize(
    ("head_m", "slot", "starts"),
    [
        (0.29, Slot.PLAN, True),
        (0.30, Slot.PLAN, False),
        (0.40, Slot.CITY_MANUAL, False),
        (0.40, Slot.EMERGENCY_ORDER, True),
        (0.50, Slot.EMERGENCY_ORDER, False),
        (None, Slot.CITY_MANUAL, True),
    ],
)
def test_a_start_needs_a_rack_below_0_3_m_and_in_an_emergency_below_its_shed_limit(
    head_m: float | None, slot: Slot, starts: bool
) -> None:
    rig = manual(1)
    rig.plant.blind |= {"rack_head_m"} if head_m is None else set()
    rig.plant.rack_m = head_m or 0.0
    rig.order("", "count 1", slot=slot)
    rig.run(40)
    assert rig.plant.running["P1"] is starts


def test_a_wave_on_the_gauge_neither_gives_up_a_start_nor_drives_its_gate_to_and_fro() -> None:
    rig = manual(1)
    rig.plant.rack_m = 0.2
    rig.order("", "count 1")
    for second in range(60):
        rig.plant.rack_m = 0.45 if second % 7 < 5 else 0.2
        rig.run(1)
    assert rig.plant.running["P1"]
    assert [value for _, _, value in rig.writes("position_command")] == [100.0]


def test_a_rack_that_turns_dirty_while_a_unit_is_brought_up_gives_the_start_up_once_it_stands() -> None:
    rig = manual(1)
    rig.plant.rack_m = 0.2
    rig.run(2)
    rig.plant.rack_m = 0.45
    rig.order("", "count 1")
    rig.run(40)
    assert not rig.plant.running["P1"]


def test_a_rack_past_0_5_m_sheds_one_unit_after_another_and_never_the_last() -> None:
    rig = manual(3)
    rig.order("", "count 3")
    rig.until_running(3).run(5)
    rig.plant.rack_m = 0.6
    rig.run(9)
    assert sum(rig.plant.running.values()) == 3, "a wave on a gauge stops nothing"
    rig.run(10)
    assert sum(rig.plant.running.values()) == 2
    rig.run(40)
    assert sum(rig.plant.running.values()) == 2, "a minute to see what it did"
    rig.run(120)
    assert sum(rig.plant.running.values()) == 1
    rig.plant.rack_m = 0.4
    rig.run(300)
    assert sum(rig.plant.running.values()) == 1, "no start before it is clean"
    rig.plant.rack_m = 0.1
    rig.until_running(3, within_s=900)


@pytest.mark.parametrize("renewed", [False, True])
def test_one_reading_past_the_limit_stops_no_unit_before_it_was_read_again_or_is_proven_to_hold(renewed: bool) -> None:
    rig = manual(2)
    rig.order("", "count 2")
    rig.until_running(2).run(5)
    read_s, seen, look = rig.now_s + 1.0, rig.plant.readings, rig.look

    def read_once(now_s: float) -> dict[str, Reading]:
        return seen(now_s) | {"rack_head_m": good(0.9, read_s)}

    def looked() -> View:
        block = look().block
        return View(replace(block, renewed_s=rig.now_s) if renewed else block, rig.now_s)

    rig.plant.readings, rig.look = read_once, looked  # type: ignore[method-assign]  # its rack gauge is read seldom
    rig.run(14)
    assert (sum(rig.plant.running.values()) < 2) is renewed


def test_the_limits_are_the_station_s_own() -> None:
    rig = manual(2, rack=RackRule(start_m=0.9, shed_m=1.0, stop_m=1.5, alarm_m=0.7))
    rig.plant.rack_m = 0.8
    rig.order("", "count 2")
    rig.until_running(2).run(60)
    assert sum(rig.plant.running.values()) == 2
    assert f"{PS}:rack" in [condition for condition, _ in rig.step.alarms]


def test_an_underpass_is_shed_by_nobody() -> None:
    rig = manual(2, additional_starts_only=True)
    rig.plant.running |= {"P1": True, "P2": True}
    rig.order("", "count 2")
    rig.plant.rack_m = 0.9
    rig.run(60)
    assert rig.plant.running == {"P1": True, "P2": True}


def idle(days: float, *, hour: int = 2, **rule: object) -> Rig:
    """Automatic, in calm water; P1 stood still for so long. ``hour`` in UTC: 02 is 10 in the morning there."""
    ruled = {"automatic": True, **rule}
    rig = Rig(station(2, gravity=False, exercise=ExerciseRule(**ruled)))  # type: ignore[arg-type]  # fields by name
    rig.plant.inner_m = 2.85
    rig.started = WALL.replace(hour=hour)
    rig.run(3)
    past = rig.memory.units[P1]
    units = {**rig.memory.units, P1: replace(past, stopped_since_s=rig.now_s - days * DAY_S)}
    rig.memory = replace(rig.memory, units=units)
    return rig


def test_a_unit_that_stood_for_30_days_runs_its_minimum_time_and_rests_again() -> None:
    rig = idle(31.0)
    rig.until_running(1, within_s=60)
    assert rig.plant.running == {"P1": True, "P2": False}
    assert rig.decisions[P1].winner.owner == "monthly exercise"
    started_s = rig.now_s
    rig.run(110)
    assert rig.plant.running["P1"], "its minimum run is 120 s"
    rig.plant.inner_m = 2.65
    rig.until_running(0, within_s=90)
    assert rig.now_s - started_s >= 115.0
    rig.run(300)
    assert rig.plant.starts["P1"] == [started_s] or len(rig.plant.starts["P1"]) == 1


@pytest.mark.parametrize(
    ("days", "hour", "inner_m", "response"),
    [(29.0, 2, 2.85, 0), (31.0, 15, 2.85, 0), (31.0, 2, 2.6, 0), (31.0, 2, 2.85, 4)],
    ids=["not due", "at night", "too little water", "a response is declared"],
)
def test_no_exercise_when(days: float, hour: int, inner_m: float, response: int) -> None:
    rig = idle(days, hour=hour)
    rig.plant.inner_m = inner_m
    rig.around = WaterAround(response={PS: response} if response else {})
    rig.run(60)
    assert rig.plant.starts == {}


def test_an_exercise_that_a_person_s_order_masks_is_given_up_and_not_insisted_on() -> None:
    rig = idle(31.0)
    rig.order("P1", "stop", for_s=DAY_S)
    rig.run(1000)
    assert rig.plant.starts == {}
    assert rig.memory.exercised == ""
    assert rig.memory.exercised_s is not None


def test_where_the_centre_does_not_exercise_people_are_told_that_it_is_due() -> None:
    rig = manual(2)
    units = {**rig.memory.units, P2: UnitMemory(stopped_since_s=rig.now_s - 40 * DAY_S, seen_s=rig.now_s)}
    rig.memory = replace(rig.memory, units=units)
    rig.run(5)
    told = dict(rig.step.alarms)
    assert "40 days" in told[f"{P2}:exercise"]
    assert f"{P1}:exercise" not in told
    assert rig.plant.starts == {}
    assert rig.moment.wall - WALL >= timedelta(0)
