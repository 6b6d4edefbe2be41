"""Stages with offsets, and what the network's rules may change of them: never below a floor, never a unit less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.station_guidance import floor_m, guided
from controller.logic.station_stages import Stages, start_level_m, step_count, stop_level_m
from controller.logic.water_around import Guidance, WaterAround
from controller.logic.water_rules.applied import guided_count
from tests.unit.logic.water_rig import LEVELS, PS, Rig, station

OFFSETS = replace(LEVELS, offsets_m=(0.05, 0.25))


@pytest.mark.parametrize(("stage", "start_m"), [(1, 3.0), (2, 3.05), (3, 3.25), (4, 3.35), (5, 3.45)])
def test_offsets_say_where_each_further_unit_starts_and_even_steps_go_on_after_them(stage: int, start_m: float) -> None:
    assert start_level_m(OFFSETS, stage) == pytest.approx(start_m)
    assert stop_level_m(OFFSETS, stage) == pytest.approx(start_m - 0.3)


def test_most_caps_what_is_added_and_never_takes_what_runs() -> None:
    stages = Stages(LEVELS, most=2)
    assert stages.asks(3.5, 1) == 2
    assert guided_count(2, 1, 2, 3.5, Guidance(most=1)) == 1
    assert guided_count(2, 2, 2, 3.5, Guidance(most=1)) == 2


def test_least_is_made_up_one_at_a_time_and_kept() -> None:
    aim = guided_count(Stages(LEVELS, most=2).asks(2.0, 0), 0, 2, 2.0, Guidance(least=2))
    assert step_count(aim, 0, None, 30.0, 0.0) == (1, 0.0)
    assert step_count(aim, 1, 0.0, 30.0, 10.0) == (1, 0.0)
    assert step_count(aim, 1, 0.0, 30.0, 30.0) == (2, 30.0)
    assert step_count(aim, 2, 30.0, 30.0, 90.0) == (2, 30.0)


@given(
    shift_m=st.floats(-5.0, 5.0),
    own_floor_m=st.none() | st.floats(1.8, 4.0),
    reach_floor_m=st.none() | st.floats(-5.0, 5.0),
)
def test_guidance_never_shifts_below_a_floor_nor_up(
    shift_m: float, own_floor_m: float | None, reach_floor_m: float | None
) -> None:
    asset = station(levels=replace(LEVELS, floor_m=own_floor_m))
    around = WaterAround(floor_m={} if reach_floor_m is None else {PS: reach_floor_m})
    assert asset.levels is not None
    lowest_m = floor_m(asset, around)
    shifted = guided(asset.levels, Guidance(shift_m=shift_m), lowest_m)
    assert shifted.start_m <= asset.levels.start_m
    first_stop_m = stop_level_m(shifted, 1)
    assert first_stop_m >= min(lowest_m, stop_level_m(asset.levels, 1)) - 1e-9
    assert first_stop_m > LEVELS.dry_run_m


def test_units_that_may_wait_stop_below_their_ceiling_and_are_kept_from_it_on() -> None:
    """They were started early, so their own stop level lies far below: without the ceiling they would run on."""
    rig = guided_rig(Guidance())
    rig.plant.inner_m = 3.2
    rig.until_running(2)
    rig.around = WaterAround(guidance={PS: Guidance(most=0, ease=True, ease_below_m=3.1, reason="the ebb is near")})
    rig.run(400)
    assert sum(rig.plant.running.values()) == 2
    rig.plant.inner_m = 3.05
    rig.run(1)
    assert "its water can wait, 2 may stop: the ebb is near" in rig.decisions[PS].winner.reason
    rig.until_running(0)


def test_water_at_its_ceiling_brings_units_back_whatever_guidance_said() -> None:
    rig = guided_rig(Guidance(most=0, ease=True, ease_below_m=3.1, reason="the ebb is near"))
    rig.plant.inner_m = 3.05
    rig.run(300)
    assert not any(rig.plant.running.values())
    assert "no further unit for now: the ebb is near" in rig.decisions[PS].winner.reason
    rig.plant.inner_m = 3.1
    rig.until_running(2)


@pytest.mark.parametrize("guidance", [Guidance(most=0, ease=True, ease_below_m=9.0), Guidance(most=0, ease=True)])
def test_nothing_is_eased_on_a_level_nobody_trusts(guidance: Guidance) -> None:
    rig = guided_rig(Guidance())
    rig.plant.inner_m = 3.5
    rig.until_running(2)
    rig.around = WaterAround(guidance={PS: guidance})
    rig.plant.sensors = [None, None, None]
    rig.run(600)
    assert sum(rig.plant.running.values()) == 2


@given(
    level_m=st.floats(0.0, 5.0),
    running=st.integers(0, 4),
    bounds=st.builds(
        Guidance,
        least=st.integers(0, 6),
        most=st.none() | st.integers(0, 6),
        ease=st.booleans(),
        ease_below_m=st.none() | st.floats(0.0, 5.0),
    ),
)
def test_however_it_is_guided_no_unit_stops_for_it_but_by_ease_below_its_ceiling(
    level_m: float, running: int, bounds: Guidance
) -> None:
    staged = Stages(LEVELS, 4).asks(level_m, running)
    count = guided_count(staged, running, 4, level_m, bounds)
    assert 0 <= count <= 4
    if not (bounds.ease and bounds.ease_below_m is not None and level_m < bounds.ease_below_m):
        assert count >= min(staged, running)
    if bounds.ease_below_m is not None and level_m >= bounds.ease_below_m:
        assert count >= staged


def guided_rig(guidance: Guidance, **around: object) -> Rig:
    rig = Rig(station(2, gravity=False))
    rig.around = WaterAround(guidance={PS: guidance}, **around)  # type: ignore[arg-type]  # the caller names fields
    return rig


def test_a_pre_drawdown_starts_earlier_stops_at_the_floor_and_says_why() -> None:
    rig = guided_rig(Guidance(shift_m=-2.0, reason="80 mm in 6 h"), floor_m={PS: 2.0})
    rig.plant.inner_m = 2.45
    rig.until_running(2)
    assert "starts -0.70 m: 80 mm in 6 h" in rig.decisions[PS].winner.reason
    rig.plant.inner_m = 2.05
    rig.until_running(1).run(200)
    assert sum(rig.plant.running.values()) == 1
    rig.plant.inner_m = 1.99
    rig.until_running(0)


def test_a_unit_runs_for_a_neighbour_from_above_the_floor_and_until_it() -> None:
    rig = guided_rig(Guidance(least=1, reason="the west reach is high"))
    rig.plant.inner_m = 1.94
    rig.run(60)
    assert not any(rig.plant.running.values())
    rig.plant.inner_m = 1.96
    rig.until_running(1)
    assert "at least 1 run: the west reach is high" in rig.decisions[PS].winner.reason
    rig.plant.inner_m = 1.82
    rig.run(200)
    assert sum(rig.plant.running.values()) == 1
    rig.plant.inner_m = 1.79
    rig.until_running(0)


def test_a_capped_station_adds_nothing_keeps_what_runs_and_says_so() -> None:
    rig = guided_rig(Guidance())
    rig.plant.inner_m = 3.5
    rig.until_running(2)
    rig.around = WaterAround(guidance={PS: Guidance(most=1, reason="downstream is full")})
    rig.run(300)
    assert sum(rig.plant.running.values()) == 2
    assert "no further unit for now: downstream is full" in rig.decisions[PS].winner.reason
    one = guided_rig(Guidance(most=1, reason="downstream is full"))
    one.plant.inner_m = 3.5
    one.until_running(1).run(200)
    assert sum(one.plant.running.values()) == 1
