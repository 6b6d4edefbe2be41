"""Near the guarantee level (slot 4): starts past a forgotten manual stop, never a stop, over with hysteresis."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.slots import Slot
from controller.domain.stations import CriticalRule
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import PS, Rig, station, unit

RULE = CriticalRule(guarantee_m=4.0)
"""Critical from 3.80 m, over below 3.70 m."""


def near(**changes: object) -> Rig:
    return Rig(station(2, gravity=False, critical=RULE, **changes))


def winner_of(rig: Rig, target: str = PS) -> tuple[Slot, object]:
    winner = rig.decisions[target].winner
    return winner.slot, winner.value


def running(rig: Rig) -> int:
    return sum(rig.plant.running.values())


@pytest.mark.parametrize("said", ["count 0", "count 1", "hold", "flow 1"])
@pytest.mark.parametrize("slot", [Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL, Slot.PLAN])
def test_a_forgotten_order_that_holds_units_is_passed_near_the_guarantee_level(said: str, slot: Slot) -> None:
    rig = near()
    rig.plant.inner_m = 3.79
    rig.run(3).order("", said, slot=slot)
    rig.run(60)
    before = running(rig)
    rig.plant.inner_m = 3.80
    rig.until_running(2)
    assert before < 2
    assert winner_of(rig) == (Slot.FLOOD_CRITICAL, StationOrder(StationMode.COUNT, 2))
    text = dict(rig.step.alarms)[f"{PS}:flood_critical"]
    for part in ("duty officer", said, slot.label, "0.20 m below the guarantee", "emergency order", "tag", "检修牌"):
        assert part in text


def test_a_stopped_unit_is_left_to_its_station_again() -> None:
    rig = near()
    rig.plant.inner_m = 3.6
    rig.run(3).order("P2", "stop")
    rig.until_running(1).run(60)
    rig.plant.inner_m = 3.85
    rig.until_running(2)
    assert winner_of(rig, f"{PS}/P2") == (Slot.FLOOD_CRITICAL, UnitOrder(UnitMode.AUTO))
    assert winner_of(rig)[0] is Slot.AUTOMATIC
    assert f"`stop` on {PS}/P2" in dict(rig.step.alarms)[f"{PS}:flood_critical"]


def test_a_deliberate_stop_stands_an_emergency_order_or_a_unit_stopped_by_one() -> None:
    rig = near()
    rig.plant.inner_m = 3.9
    rig.run(3).order("", "count 0", slot=Slot.EMERGENCY_ORDER)
    rig.run(120)
    assert running(rig) == 0
    assert f"{PS}:flood_critical" not in dict(rig.step.alarms)
    rig.release("", Slot.EMERGENCY_ORDER)
    rig.order("", "count 0")
    rig.order("P1", "stop", slot=Slot.EMERGENCY_ORDER)
    rig.run(200)
    assert rig.plant.running == {"P1": False, "P2": True}


def test_it_is_over_a_span_lower_and_what_runs_goes_on_until_somebody_orders_anew() -> None:
    rig = near()
    rig.plant.inner_m = 3.9
    rig.run(3).order("", "count 0")
    rig.until_running(2)
    rig.plant.inner_m = 3.71
    rig.run(200)
    assert winner_of(rig)[0] is Slot.FLOOD_CRITICAL
    rig.plant.inner_m = 3.69
    rig.run(300)
    assert winner_of(rig)[0] is Slot.CITY_MANUAL
    assert running(rig) == 2
    assert f"{PS}:held" in dict(rig.step.alarms)
    rig.order("", "count 0")
    rig.until_running(0)


def test_an_order_given_while_it_is_near_stops_nothing_not_even_for_a_moment() -> None:
    rig = near()
    rig.plant.inner_m = 3.9
    rig.until_running(2).run(200)
    rig.order("", "count 0")
    rig.order("P1", "stop", slot=Slot.DISTRICT_MANUAL)
    rig.run(120)
    assert running(rig) == 2
    assert rig.plant.stops == {}


@pytest.mark.parametrize(("reach_m", "starts"), [(None, False), (3.7, False), (3.85, True)])
def test_gauges_nobody_trusts_are_helped_by_the_level_of_the_reach(reach_m: float | None, starts: bool) -> None:
    rig = near()
    rig.plant.inner_m, rig.plant.sensors = 3.9, [None, None, 0.0]
    rig.around = WaterAround(reach_m={} if reach_m is None else {PS: reach_m})
    rig.run(3).order("", "count 0")
    rig.run(200)
    assert (running(rig) > 0) is starts


def test_a_station_without_a_guarantee_level_of_its_own_takes_its_reachs_unless_switched_off() -> None:
    for rule, starts in ((CriticalRule(), True), (CriticalRule(enabled=False), False)):
        rig = Rig(station(2, gravity=False, critical=rule))
        rig.around = WaterAround(guarantee_m={PS: 4.0})
        rig.plant.inner_m = 3.9
        rig.run(3).order("", "count 0")
        rig.run(150)
        assert (running(rig) > 0) is starts


def test_a_local_or_handed_back_station_is_told_to_people_and_left_alone() -> None:
    rig = near(automatic=False)
    rig.plant.inner_m = 3.9
    rig.run(30)
    text = dict(rig.step.alarms)[f"{PS}:critical_unaided"]
    assert "2 of 2 units stand still under its own PLC" in text
    assert "count 2" in text
    rig.plant.turn_switch("LOCAL")
    rig.order("", "count 0")
    rig.run(30)
    assert "switch is LOCAL" in dict(rig.step.alarms)[f"{PS}:critical_unaided"]
    assert rig.writes("run_command") == []


def test_units_that_bring_water_in_are_neither_started_nor_stopped_by_it() -> None:
    rig = Rig(station(2, gravity=False, critical=RULE, automatic=False, units=(unit(1), unit(2, direction="divert"))))
    rig.plant.inner_m = 3.0
    rig.run(3).order("", "count 1 divert")
    rig.until_running(1)
    rig.plant.inner_m = 3.9
    rig.run(150)
    assert rig.plant.running == {"P1": False, "P2": True}
    assert rig.decisions[PS].winner.value == StationOrder(StationMode.COUNT, 1)


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.floats(3.5, 4.2),
        st.sampled_from(["", "P1", "P2"]),
        st.sampled_from(["count 0", "count 1", "hold"]),
        st.sampled_from([Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL, Slot.PLAN]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(EVENTS)
def test_for_any_orders_and_levels_slot_4_never_stops_a_unit(
    events: list[tuple[int, float, str, str, Slot]],
) -> None:
    rig = near()
    for seconds, level_m, output, said, slot in events:
        rig.plant.inner_m = level_m
        rig.order(output, said if not output else "stop", slot=slot)
        for _ in range(seconds):
            before = {name: list(at) for name, at in rig.plant.stops.items()}
            rig.cycle()
            if winner_of(rig)[0] is Slot.FLOOD_CRITICAL:
                wanted = [one for one in rig.step.wanted if one.write.point.endswith("run_command")]
                assert all(one.write.value is True for one in wanted), (rig.step.phases, before)


def test_the_reason_in_explain_names_whose_order_was_passed() -> None:
    rig = near()
    rig.plant.inner_m = 3.9
    rig.run(3).order("", "count 0")
    rig.run(3)
    decision = rig.decisions[PS]
    assert "duty officer's `count 0` (city_manual: test)" in decision.winner.reason
    assert decision.masked[0].slot is Slot.CITY_MANUAL
    assert replace(decision.winner, reason="").owner == "flood_critical"
