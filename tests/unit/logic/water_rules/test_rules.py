from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.points import TargetId
from controller.logic.hydraulics.network import GravityGate, Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_around import Guidance
from controller.logic.water_rules.applied import guided_count
from controller.logic.water_rules.guidance import Advised, Ground, advise
from controller.logic.water_rules.inflow import expected, forecast_error
from controller.logic.water_rules.scene import NetworkNow, StationNow
from tests.unit.logic.water_rules.rig import (
    LOW,
    NETWORK,
    SETTINGS,
    START,
    STEPS_S,
    A,
    B,
    advised,
    now,
    outlook,
    storm,
)


def guidance(found: Advised, station: str) -> Guidance:
    return next(advice.guidance for name, advice in found.advice.items() if name == station)


def test_with_no_rain_coming_and_room_left_nothing_is_pumped() -> None:
    found = advised(now(), outlook(0.0))
    assert all(advice.guidance.least == 0 for advice in found.advice.values())
    assert guidance(found, A).most == 0
    assert found.advice[B].ground is Ground.HOLDS


def test_room_is_made_before_a_storm_that_the_pumps_alone_would_not_hold() -> None:
    found = advised(now(), outlook(storm(40.0)))
    assert guidance(found, A).least + guidance(found, B).least > 0
    assert any(advice.ground is Ground.PRE_DRAWDOWN for advice in found.advice.values())
    assert guidance(found, A).gravity is (guidance(found, A).least == 0)


def test_the_night_tariff_is_used_while_there_is_time() -> None:
    by_night = advised(now(), outlook(storm(20.0)), hour=0)
    before_it = advised(now(), outlook(storm(20.0)), hour=14)
    assert by_night.plan is not None
    assert before_it.plan is not None
    cheap = sum(by_night.plan.counts[station, "drain"][step] for station in (A, B) for step in range(24))
    dear = sum(before_it.plan.counts[station, "drain"][step] for station in (A, B) for step in range(24))
    assert cheap > dear


def test_water_waits_for_the_ebb_when_there_is_room() -> None:
    """High water now, an ebb in three hours: nothing is pumped, and the outfall takes it then."""
    river = tuple(2.5 if step < 12 else -0.5 for step in range(len(STEPS_S)))
    found = advised(now(a=1.3, b=1.3), outlook(1.0, river))
    assert guidance(found, A).least == 0
    assert guidance(found, A).ease
    assert found.plan is not None
    assert min(found.plan.ahead.levels_m["a"]) < 1.2


def test_without_an_ebb_the_same_water_is_pumped() -> None:
    found = advised(now(a=1.3, b=1.3), outlook(3.0, 2.5))
    assert found.plan is not None
    assert sum(found.plan.counts[A, "drain"]) + sum(found.plan.counts[B, "drain"]) > 0


def test_a_neighbour_pumps_for_a_reach_whose_own_station_is_out() -> None:
    scene = now(a=1.45, b=0.9)
    scene = replace(scene, stations={**scene.stations, A: StationNow(0, 0, 0, 0)})
    found = advised(scene, outlook(storm(12.0, 0, 30)))
    assert found.plan is not None
    assert found.plan.helped.get(B) == "a"
    assert sum(found.plan.counts[B, "drain"]) > 0


def test_what_pumps_into_an_overflowing_reach_waits_while_it_has_room() -> None:
    scene = now(a=1.6, b=1.6, low=1.0)
    flows = {"a": (45.0,) * len(STEPS_S), "b": (45.0,) * len(STEPS_S), "low": (0.2,) * len(STEPS_S)}
    ahead = Outlook(START, STEPS_S, flows, {"river": (2.5,) * len(STEPS_S)})
    found = advised(scene, ahead)
    assert found.plan is not None
    assert "a" in found.plan.overflows
    assert guidance(found, LOW).least == 0
    assert found.advice[LOW].ground is Ground.WAITS


def test_above_the_ceiling_a_stations_own_levels_decide() -> None:
    given_ = guidance(advised(now(a=1.6), outlook(5.0)), A)
    assert (given_.most, given_.ease) == (None, False)


def test_without_a_forecast_nothing_is_held_back() -> None:
    ahead = replace(outlook(), inflow_m3s={})
    for advice in advised(now(a=1.2), ahead).advice.values():
        assert advice.guidance.most is None
        assert not advice.guidance.ease
    assert advised(now(), ahead).advice[A].ground is Ground.BLIND


def test_without_a_forecast_measured_inflow_still_counts() -> None:
    scene = replace(now(a=1.05, b=1.05), inflow_m3s={"a": 12.0, "b": 12.0, "low": 0.0})
    assert guidance(advised(scene, replace(outlook(), inflow_m3s={})), A).least > 0


def test_a_reach_whose_level_nobody_knows_is_left_to_its_station() -> None:
    scene = now()
    scene = replace(scene, levels_m={"b": 1.0, "low": 1.0})
    assert A not in advised(scene, outlook(storm(40.0))).advice


def test_an_intake_from_the_river_is_no_outfall() -> None:
    intake = GravityGate(TargetId("A/G9"), "river", "a", 2.0, 1.0, -8.0, A)
    network = replace(NETWORK, gates=(*NETWORK.gates, intake))
    with_it = advise(network, now(), outlook(storm(40.0)), SETTINGS, START)
    assert with_it.advice == advised(now(), outlook(storm(40.0))).advice


def test_nothing_begins_or_ends_by_itself_on_a_level_the_model_filled_in() -> None:
    found = advised(replace(now(), unsure=frozenset({"a"})), outlook(storm(40.0)))
    assert A not in found.advice
    assert B in found.advice


def test_a_stale_forecast_that_was_wrong_is_trusted_less() -> None:
    """The more the forecast was off, the more is pumped for the same rain."""

    def pumped(error: float) -> int:
        plan = advised(replace(now(), forecast_error=error), outlook(storm(20.0))).plan
        assert plan is not None
        return sum(
            sum(plan.counts[station, "drain"][:24]) + 4 * sum(plan.counts[station, "drain"][24:]) for station in (A, B)
        )

    assert pumped(0.6) > pumped(0.0)


def test_measured_inflow_mends_the_forecast_and_the_mending_fades() -> None:
    scene = replace(now(), inflow_m3s={"a": 8.0})
    mended = expected(NETWORK, scene, outlook(4.0), SETTINGS).inflow_m3s["a"]
    assert mended[0] == pytest.approx(8.0, rel=0.05)
    assert mended[0] > mended[20] > mended[-1]
    assert mended[-1] == pytest.approx(4.0, rel=0.05)


def test_the_error_of_a_forecast_is_what_it_lies_off_the_measured() -> None:
    assert forecast_error({"a": 10.0, "b": 10.0}, outlook(10.0)) == 0.0
    assert forecast_error({"a": 10.0, "b": 10.0}, outlook(5.0)) == pytest.approx(0.5)
    assert forecast_error({"a": 0.1}, outlook(0.05)) == 0.0


@pytest.mark.parametrize(
    ("staged", "running", "level", "given_", "count"),
    [
        (2, 1, 1.2, Guidance(), 2),
        (0, 0, 1.0, Guidance(least=2), 2),
        (3, 1, 1.2, Guidance(most=0), 1),  # nothing is added, nothing stops
        (3, 1, 1.2, Guidance(most=2), 2),
        (2, 2, 1.2, Guidance(most=0, ease=True, ease_below_m=1.45), 0),
        (2, 2, 1.5, Guidance(most=0, ease=True, ease_below_m=1.45), 2),  # above the ceiling nothing is eased
        (9, 3, 1.2, Guidance(least=9), 3),
    ],
)
def test_guidance_adds_caps_and_eases_and_no_more(
    staged: int, running: int, level: float, given_: Guidance, count: int
) -> None:
    assert guided_count(staged, running, 3, level, given_) == count


levels = st.floats(0.3, 2.2)
flows = st.floats(0.0, 60.0)


@settings(max_examples=20, deadline=None)
@given(levels, levels, levels, st.floats(-1.0, 3.5), flows, st.integers(0, 3), st.integers(0, 23))
def test_whatever_comes_guidance_stays_within_floor_units_and_head(
    a: float, b: float, low: float, river: float, inflow: float, running: int, hour: int
) -> None:
    scene = now(a, b, low, river, running)
    found = advised(scene, outlook(inflow, river), hour=hour)
    assert found == advised(scene, outlook(inflow, river), hour=hour)
    for station, advice in found.advice.items():
        asked, reach = advice.guidance, NETWORK.reaches[advice.reach]
        stands = scene.stations[station]
        assert 0 <= asked.least <= stands.running + stands.may_start
        assert asked.least == 0 or advice.level_m > reach.floor_m
        assert not (asked.gravity and asked.least), "gravity and pumps together"
        assert asked.shift_m <= 0.0
        assert not asked.ease or advice.level_m < reach.warning_m
    assert found.plan is not None
    for station, units in ((A, 3), (B, 2), (LOW, 2)):
        assert all(0 <= count <= units for count in found.plan.counts[station, "drain"])


def test_an_empty_network_has_nothing_to_say() -> None:
    assert (
        advise(Network("any"), NetworkNow({}, {}, {}), Outlook(START, (900.0,), {}, {}), SETTINGS, START).advice == {}
    )
