"""A station told a level or a flow: the count that comes to, from what runs, and never below its floor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.intents import (
    Direction,
    StationMode,
    StationOrder,
    TargetKind,
    decode_intent,
    encode_intent,
    parse_intent,
)
from controller.domain.slots import Slot
from controller.domain.stations import CriticalRule
from controller.domain.targets import Target
from controller.logic.contract import TargetMemory
from controller.logic.flow_correction import corrected_speed
from controller.logic.station_entry import station_refusal
from controller.logic.station_targets import band, count_of, flow_speed_percent, water_reach
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import LEVELS, PS, Rig, station, unit

SAID = [
    ("level 2.30", StationOrder(StationMode.LEVEL, level_m=2.3)),
    ("level 2.3m", StationOrder(StationMode.LEVEL, level_m=2.3)),
    ("LEVEL -0.5 divert", StationOrder(StationMode.LEVEL, direction=Direction.DIVERT, level_m=-0.5)),
    ("flow 60", StationOrder(StationMode.FLOW, flow_m3s=60.0)),
    ("flow 60m3/s", StationOrder(StationMode.FLOW, flow_m3s=60.0)),
    ("count 2+", StationOrder(StationMode.COUNT, 2, at_least=True)),
    ("flow 12.5 divert", StationOrder(StationMode.FLOW, direction=Direction.DIVERT, flow_m3s=12.5)),
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_levels_and_flows_are_read_written_and_read_back(said: str, meant: StationOrder) -> None:
    assert parse_intent(TargetKind.STATION, said) == meant
    assert decode_intent(encode_intent(meant)) == meant


@pytest.mark.parametrize(
    "said", ["level", "level x", "level nan", "flow 0", "flow -3", "flow inf", "level 2 3", "hold 2"]
)
def test_what_is_no_level_and_no_flow_is_refused_with_the_forms_that_are(said: str) -> None:
    with pytest.raises(InvalidValue, match=r"level|flow"):
        parse_intent(TargetKind.STATION, said)


def test_an_order_takes_only_its_own_value() -> None:
    with pytest.raises(InvalidValue, match="takes no level"):
        StationOrder(StationMode.FLOW, flow_m3s=3.0, level_m=2.0)
    with pytest.raises(InvalidValue, match="takes no flow"):
        StationOrder(StationMode.COUNT, 2, flow_m3s=3.0)
    with pytest.raises(InvalidValue, match="no direction"):
        StationOrder(StationMode.HOLD, direction=Direction.DIVERT)


def target_of(**changes: object) -> Target:
    asset = station(4, **changes)
    value = StationOrder(StationMode.HAND_BACK)
    return Target(PS, TargetKind.STATION, "七堡", value, "pumps", units=4, water=water_reach(asset))


REFUSED = [
    ("count 5", "4 units"),
    ("flow 5", "4 m³/s at most"),
    ("flow 1 divert", "no unit that pumps divert"),
    ("level 1.90", "1.95 m at the lowest"),
    ("level 3.80", "start past any manual order"),
]


@pytest.mark.parametrize(("said", "why"), REFUSED)
def test_what_a_station_cannot_do_is_refused_at_once(said: str, why: str) -> None:
    order = parse_intent(TargetKind.STATION, said)
    assert isinstance(order, StationOrder)
    refusal = station_refusal(target_of(critical=CriticalRule(guarantee_m=4.0)), order)
    assert refusal is not None
    assert why in refusal.text


@pytest.mark.parametrize("said", ["count 4", "flow 4.4", "level 1.95", "level 3.79", "hold", "hand-back", "count 0"])
def test_what_it_can_do_is_not(said: str) -> None:
    order = parse_intent(TargetKind.STATION, said)
    assert isinstance(order, StationOrder)
    assert station_refusal(target_of(critical=CriticalRule(guarantee_m=4.0)), order) is None


def test_a_station_without_staged_levels_has_no_target_level() -> None:
    refusal = station_refusal(target_of(levels=None, automatic=False), StationOrder(StationMode.LEVEL, level_m=2.0))
    assert refusal is not None
    assert "no staged levels" in refusal.text


@pytest.mark.parametrize(("flow_m3s", "count"), [(0.2, 1), (1.4, 1), (1.6, 2), (2.5, 3), (3.6, 4), (4.4, 4)])
def test_a_flow_is_met_by_the_nearest_whole_number_of_units_the_larger_when_between(
    flow_m3s: float, count: int
) -> None:
    assert count_of(station(4), StationOrder(StationMode.FLOW, flow_m3s=flow_m3s)) == count


def test_a_band_about_the_target_never_reaches_below_dry_run_restart_or_floor() -> None:
    asset = station()
    about = band(asset, 2.5)
    assert about is not None
    assert about.start_m == pytest.approx(2.65)
    lower = band(asset, 0.0)
    assert lower is not None
    assert lower.start_m - lower.span_m == pytest.approx(LEVELS.dry_run_m + LEVELS.dry_run_restart_m)
    floored = band(asset, 0.0, WaterAround(floor_m={PS: 2.2}))
    assert floored is not None
    assert floored.start_m - floored.span_m == pytest.approx(2.2)


def test_a_level_is_held_by_units_that_come_and_go_about_it() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.4
    rig.run(5).order("", "level 2.5")
    rig.run(90)
    assert not any(rig.plant.running.values())
    rig.plant.inner_m = 2.70
    rig.until_running(1).run(60)
    assert sum(rig.plant.running.values()) == 1
    rig.plant.inner_m = 2.80
    rig.until_running(2)
    rig.plant.inner_m = 2.40
    rig.until_running(1).run(150)
    rig.plant.inner_m = 2.30
    rig.until_running(0)


@pytest.mark.parametrize("slot", [Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.PLAN, Slot.OPTIMISER])
def test_a_level_order_begins_with_what_runs_whatever_slot_it_comes_in(slot: Slot) -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.60
    rig.run(5).order("", "count 2", slot=Slot.DISTRICT_MANUAL)
    rig.until_running(2).run(200)
    rig.order("", "level 2.5", slot=slot)
    rig.release("", Slot.DISTRICT_MANUAL) if slot > Slot.DISTRICT_MANUAL else None
    rig.run(200)
    assert sum(rig.plant.running.values()) == 2
    assert rig.memory.target.count == 2


def test_the_end_of_an_order_above_a_level_order_stops_nothing() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.50
    rig.run(5).order("", "level 2.5", slot=Slot.DISTRICT_MANUAL)
    rig.order("", "count 2", for_s=300.0)
    rig.until_running(2).run(400)
    assert sum(rig.plant.running.values()) == 2


@pytest.mark.parametrize("sensors", [[None, None, 0.0], [0.0, 0.2, 0.4], [None, None, None]])
def test_a_level_nobody_can_trust_holds_what_runs_and_is_alarmed(sensors: list[float | None]) -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.70
    rig.run(5).order("", "level 2.5")
    rig.until_running(1)
    rig.plant.sensors, rig.plant.inner_m = sensors, 2.2
    rig.run(300)
    assert sum(rig.plant.running.values()) == 1
    assert f"{PS}:target" in dict(rig.step.alarms)
    assert "holds instead of level 2.5" in rig.phase()


def test_water_is_brought_in_up_to_a_level_and_no_further() -> None:
    both = station(2, gravity=False, units=(unit(1), unit(2, direction="divert")))
    rig = Rig(both)
    rig.plant.inner_m = 2.3
    rig.run(5).order("", "level 2.5 divert")
    rig.until_running(1)
    assert rig.plant.running == {"P1": False, "P2": True}
    rig.plant.inner_m = 2.5
    rig.run(200)
    assert rig.plant.running["P2"]
    rig.plant.inner_m = 2.66
    rig.until_running(0)


def test_a_flow_runs_its_units_and_an_expired_one_keeps_them() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.5
    rig.run(5).order("", "count 0", slot=Slot.DISTRICT_MANUAL)
    rig.order("", "flow 2", for_s=200.0)
    rig.until_running(2)
    assert "2 of 2 units, rated 2 m³/s" in rig.phase()
    rig.run(300)
    assert sum(rig.plant.running.values()) == 2
    assert f"{PS}:held" in dict(rig.step.alarms)


LEVEL_RUNS = st.lists(st.tuples(st.integers(5, 120), st.floats(1.0, 3.6)), min_size=1, max_size=8)


@settings(max_examples=8, deadline=None)
@given(st.floats(1.0, 3.4), LEVEL_RUNS)
def test_for_any_levels_a_target_never_starts_more_than_allowed_nor_runs_a_dry_well(
    target_m: float, runs: list[tuple[int, float]]
) -> None:
    rig = Rig(station(2, gravity=False))
    rig.run(3).order("", f"level {target_m}", for_s=1e6)
    for seconds, level_m in runs:
        rig.plant.inner_m = level_m
        for _ in range(seconds):
            rig.cycle()
            if level_m <= LEVELS.dry_run_m:
                assert not rig.plant.pending or all(value is not True for _, _, value in rig.plant.pending)
    for one in rig.station.units:
        starts = rig.plant.starts.get(one.output, [])
        for at_s in starts:
            assert len([s for s in starts if at_s <= s < at_s + 3600.0]) <= one.max_starts_per_hour
    rig.plant.inner_m = LEVELS.dry_run_m - 0.05
    rig.run(5)
    assert not any(rig.plant.running.values())


@settings(max_examples=60, deadline=None)
@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_no_target_however_low_makes_the_first_unit_run_below_the_floor(target_m: float, reach_floor_m: float) -> None:
    asset = replace(station(), levels=replace(LEVELS, floor_m=1.9))
    about = band(asset, target_m, WaterAround(floor_m={PS: reach_floor_m}))
    assert about is not None
    assert about.start_m - about.span_m >= max(1.9, reach_floor_m, LEVELS.dry_run_m) - 1e-9


def test_drives_make_up_a_flow_that_whole_units_would_not() -> None:
    driven = station(2, units=(unit(1, min_speed_percent=50.0), unit(2, min_speed_percent=50.0)))
    assert count_of(driven, StationOrder(StationMode.FLOW, flow_m3s=1.2)) == 2
    assert flow_speed_percent(driven, Direction.DRAIN, 1.2) == pytest.approx(60.0)
    assert flow_speed_percent(station(2), Direction.DRAIN, 1.2) is None


# -- at least so many --------------------------------------------------------------------------------------------------


def at_least_rig() -> Rig:
    rig = Rig(station(3, gravity=False, automatic=False))
    rig.plant.inner_m = 2.5
    rig.order("", "count 1+", for_s=1e6)
    return rig.until_running(1)


def test_at_least_one_runs_on_low_water_and_the_level_adds_more_and_takes_only_those_away_again() -> None:
    rig = at_least_rig()
    rig.plant.inner_m = 3.15
    rig.until_running(2).run(200)
    assert sum(rig.plant.running.values()) == 2
    assert "count 1+: 1 more by its level" in rig.step.phases[PS]
    rig.plant.inner_m = 2.0
    rig.until_running(1).run(600)
    assert sum(rig.plant.running.values()) == 1


def test_at_least_so_many_on_a_level_nobody_trusts_stops_and_adds_nothing() -> None:
    rig = at_least_rig()
    rig.plant.inner_m = 3.15
    rig.until_running(2)
    rig.plant.sensors = [None, None, None]
    rig.plant.inner_m = 3.9
    rig.run(600)
    assert sum(rig.plant.running.values()) == 2


def test_at_least_is_only_said_of_a_count_of_draining_units() -> None:
    for said in ("count 2+ divert", "level 2+"):
        with pytest.raises(InvalidValue):
            parse_intent(TargetKind.STATION, said)


# -- a flow by its meter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("each_m3s", "runs"),
    [
        (1.0, 3),  # as rated
        (0.75, 4),  # a high head: a unit more
        (0.9, 3),  # off by less than a unit makes up
        (0.3, 3),  # no such pump: the meter is not believed
        (None, 3),  # no meter
    ],
)
def test_a_flow_is_made_up_by_what_a_sound_meter_shows_and_by_one_unit_at_most(
    each_m3s: float | None, runs: int
) -> None:
    rig = Rig(station(5, gravity=False, automatic=False))
    rig.plant.inner_m = 2.5
    rig.plant.flow_each_m3s = each_m3s
    rig.order("", "flow 3", for_s=1e6)
    rig.until_running(3, within_s=1200)
    rig.run(1500)
    assert sum(rig.plant.running.values()) == runs


def test_drives_turn_faster_for_a_flow_that_is_missing_and_never_slower_than_they_can() -> None:
    target = TargetMemory("o", 2)
    faster = corrected_speed(target, 60.0, 40.0, 1.2, 1.0, 100.0)
    assert faster.speed_percent == pytest.approx(72.0)
    assert corrected_speed(faster, 60.0, 40.0, 1.2, 1.0, 130.0) == faster
    slowest = corrected_speed(faster, 60.0, 40.0, 1.2, 9.0, 200.0)
    assert slowest.speed_percent == pytest.approx(40.0)
    assert corrected_speed(target, 60.0, 40.0, 1.2, 1.19, 100.0).speed_percent == pytest.approx(60.0)
