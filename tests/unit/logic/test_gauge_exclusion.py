"""A gauge that a person took out of the vote: the others decide, nothing jumps, and one alone moves little."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.intents import StationMode, StationOrder
from controller.domain.stations import RoadRule
from controller.logic.gauge_exclusion import Excluded
from controller.logic.levels import inner_level
from controller.logic.underpass import road_level_m
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import LEVELS, PS, Rig, station

L1, L2, L3 = "inner_level_1_m", "inner_level_2_m", "inner_level_3_m"


def out(rig: Rig, *points: str, said: str = "zhou until 23:00, stands still", agree_m: float = 0.10) -> None:
    """From now on these are excluded, and no others."""
    excluded: Mapping[str, Excluded] = {PS: Excluded(dict.fromkeys(points, said), agree_m)} if points else {}
    rig.around = WaterAround(excluded=excluded)


def standing(at_m: float, *offsets_m: float | None, settle_s: float = 5.0) -> Rig:
    """A station of two units with its gauges this far off the water."""
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = at_m
    for index, offset in enumerate(offsets_m):
        rig.plant.sensors[index] = offset
    return rig.run(settle_s)


def rise(rig: Rig, to_m: float, step_m: float = 0.004) -> None:
    while rig.plant.inner_m < to_m:
        rig.plant.inner_m += step_m
        rig.cycle()


def fall(rig: Rig, to_m: float, step_m: float = 0.004) -> None:
    while rig.plant.inner_m > to_m:
        rig.plant.inner_m -= step_m
        rig.cycle()


def running(rig: Rig) -> int:
    return sum(rig.plant.running.values())


def order(rig: Rig) -> StationOrder:
    value = rig.decisions[PS].winner.value
    assert isinstance(value, StationOrder)
    return value


def test_a_drifting_gauge_stops_escalation_until_a_person_takes_it_out() -> None:
    rig = standing(3.05, 0.0, -0.5, 0.0)
    assert order(rig).mode is StationMode.HOLD
    out(rig, L2)
    rig.until_running(1)
    assert "inner_level_2_m is excluded: zhou until 23:00, stands still" in dict(rig.step.alarms)[f"{PS}:level"]


def test_the_last_two_have_to_agree_within_what_config_says() -> None:
    rig = standing(3.05, 0.0, 5.0, 0.08)
    out(rig, L2)
    assert order_mode(rig.run(2)) is StationMode.COUNT
    out(rig, L2, agree_m=0.05)
    assert order_mode(rig.run(2)) is StationMode.HOLD
    rig.plant.sensors[2] = 0.3
    out(rig, L2)
    assert order_mode(rig.run(2)) is StationMode.HOLD
    assert running(rig.run(120)) == 0


def order_mode(rig: Rig) -> StationMode:
    return order(rig).mode


def test_without_any_gauge_left_the_station_holds() -> None:
    rig = standing(3.05, 0.0, 0.0, 0.0)
    rig.until_running(1)
    out(rig, L1, L2, L3)
    rise(rig, 3.5)
    assert order_mode(rig) is StationMode.HOLD
    assert running(rig.run(200)) == 1


def test_one_gauge_left_brings_one_unit_while_it_rises_and_never_a_second() -> None:
    rig = standing(2.90, 0.0, None, 3.0)
    out(rig, L3)
    rig.run(3)
    assert "inner_level_1_m alone is left" in dict(rig.step.alarms)[f"{PS}:level"]
    assert "仅剩一支水位计" in dict(rig.step.alarms)[f"{PS}:level"]
    rise(rig, 3.6)
    rig.until_running(1)
    assert running(rig.run(400)) == 1


def test_one_gauge_left_stops_nothing_however_low_it_says_the_water_is() -> None:
    rig = standing(3.40, 0.0, 0.0, 0.0)
    rig.until_running(2)
    rig.plant.sensors[1] = None
    out(rig, L3)
    fall(rig.run(3), LEVELS.start_m - LEVELS.span_m - 0.3)
    assert running(rig.run(300)) == 2
    assert order_mode(rig) is StationMode.HOLD


def test_one_gauge_left_that_stands_still_brings_nothing() -> None:
    rig = standing(3.40, 0.0, 0.0, 0.4, settle_s=3)
    rig.plant.sensors[1] = None
    out(rig, L3)
    assert running(rig.run(700)) == 0


def test_one_gauge_left_that_leaps_brings_nothing_ever_after() -> None:
    rig = standing(2.80, 0.0, None, 0.4)
    out(rig, L3)
    rig.run(3)
    rig.plant.inner_m = 3.4
    rise(rig.run(1), 3.6)
    assert running(rig.run(200)) == 0
    assert "it leapt by 0.60 m" in dict(rig.step.alarms)[f"{PS}:level"]


def test_a_gauge_that_is_alone_because_others_failed_still_brings_nothing() -> None:
    rig = standing(2.90, 0.0, None, None)
    rise(rig, 3.6)
    assert running(rig.run(200)) == 0


def test_a_gauge_that_flickers_beside_the_last_one_does_not_bring_a_unit_each_time() -> None:
    rig = standing(2.90, 0.0, None, 3.0)
    out(rig, L3)
    rig.run(3)
    for _ in range(6):
        rise(rig, rig.plant.inner_m + 0.2)
        rig.plant.sensors[1] = 0.9
        rig.run(3)
        rig.plant.sensors[1] = None
        rig.run(60)
    assert running(rig) == 1


def test_renewing_an_exclusion_changes_nothing_and_its_end_stops_nothing() -> None:
    rig = standing(3.05, 0.0, -0.5, 0.0)
    out(rig, L2)
    rig.until_running(1)
    stepped_s = rig.memory.stepped_s
    out(rig, L2, said="lin until 02:00, still stands still")
    rig.run(2)
    assert rig.memory.stepped_s == stepped_s
    out(rig)
    fall(rig, 1.8)
    assert running(rig.run(100)) == 1, "three that contradict each other: hold"


def test_an_excluded_outer_gauge_leaves_the_head_unknown_so_that_the_outfall_stays_closed() -> None:
    rig = Rig(station(2))
    rig.plant.inner_m, rig.plant.outer_m = 2.4, 1.0
    for excluded, opens in ((("outer_level_m",), False), ((), True)):
        out(rig, *excluded)
        rig.run(3)
        rig.now_s += 700.0  # far longer than the head has to last
        rig.run(3)
        assert any(value == 100.0 for _, _, value in rig.writes("G3.position_command")) is opens


def test_a_road_is_not_closed_by_the_gauge_that_was_taken_out() -> None:
    rig = Rig(station(2, gravity=False, road=RoadRule(road_m=2.0)))
    rig.plant.inner_m = 1.0
    rig.plant.sensors[0], rig.plant.sensors[1] = 1.5, None
    rig.run(2)
    assert road_level_m(rig.station, rig.view, rig.memory) == pytest.approx(2.5)
    out(rig, L1)
    rig.run(2)
    assert road_level_m(rig.station, rig.view, rig.memory) == pytest.approx(1.0)


def test_a_gauge_proven_frozen_by_an_excluded_one_is_heard_again() -> None:
    rig = standing(2.50, 0.0, 0.0, 0.0)
    for _ in range(40):
        rig.plant.inner_m += 0.003
        rig.plant.sensors[1] = 2.50 - rig.plant.inner_m
        rig.cycle()
    assert rig.memory.gauges[L2].out
    out(rig, L1)
    rig.run(2)
    voted = inner_level(rig.station, rig.view, rig.memory.gauges, rig.memory.excluded)
    assert voted.level_m is None, "it disagrees with the other one that is left"
    rig.plant.sensors[1] = 0.0
    rig.run(2)
    assert inner_level(rig.station, rig.view, rig.memory.gauges, rig.memory.excluded).level_m is not None


OFFSETS = st.sampled_from([0.0, 0.0, 0.05, -0.4, 0.4, 1.5, -1.5, None])
SETS = st.sets(st.sampled_from([L1, L2, L3]))


@settings(max_examples=6, deadline=None)
@given(st.floats(1.5, 3.7), st.tuples(OFFSETS, OFFSETS, OFFSETS), SETS, SETS, st.integers(0, 2))
def test_excluding_or_including_gauges_by_itself_never_starts_or_stops_a_unit(
    at_m: float,
    offsets: tuple[float | None, float | None, float | None],
    first: set[str],
    second: set[str],
    asked: int,
) -> None:
    rig = standing(at_m, *offsets)
    rig.order("", f"count {asked}", for_s=500.0)
    rig.run(100)
    rig.release("")
    rig.run(60)
    for gauges in (first, second, set[str]()):
        quiet, before = len(rig.writes(".run_command")), running(rig)
        changed = rig.memory.excluded.points.keys() != gauges
        out(rig, *sorted(gauges))
        rig.run(LEVELS.stagger_s - 1.0)
        if changed:
            dry = rig.memory.dry_run_hold
            assert len(rig.writes(".run_command")) == quiet or dry, "something started or stopped"
            assert running(rig) == before or dry
        rig.run(45)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.02, 0.02), st.booleans()), min_size=20, max_size=40), st.integers(0, 2))
def test_on_one_gauge_alone_at_most_one_unit_starts_and_none_stops(moves: list[tuple[float, bool]], asked: int) -> None:
    rig = standing(2.9, 0.0, None, 1.0)
    rig.order("", f"count {asked}", for_s=500.0)
    rig.run(100)
    rig.release("")
    rig.run(35)
    out(rig, L3)
    begun = running(rig)
    for step_m, flickers in moves:
        rig.plant.sensors[1] = 1.0 if flickers else None
        rig.plant.inner_m = min(4.0, max(1.5, rig.plant.inner_m + step_m))
        rig.run(4)
        assert begun <= running(rig) <= begun + 1
