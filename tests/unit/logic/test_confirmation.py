"""What needs a selection, what needs a second person: DESIGN section 4 as tables."""

from __future__ import annotations

import pytest

from controller.domain.intents import Dim, Direction, GateOrder, StationMode, StationOrder, Switch, UnitMode, UnitOrder
from controller.logic.confirmation import (
    Asked,
    Thresholds,
    Why,
    flow_of,
    opened_already,
    second_person_needs,
    selection_needs,
)
from tests.unit.logic.roster_rig import ONE, OTHER, POLE, PS2, ROSTER, asked, lamp
from tests.unit.logic.water_rig import PS

OFF, ON = Switch(False), Switch(True)
START, STOP = UnitOrder(UnitMode.START), UnitOrder(UnitMode.STOP)
TWO = StationOrder(StationMode.COUNT, 2)


def trees(count: int, division: str = ONE, value: Switch = ON, start: int = 0) -> list[Asked]:
    return [asked(lamp(division, number, "K2"), value) for number in range(start, start + count)]


def why(orders: list[Asked], *, dark: bool = False, thresholds: Thresholds | None = None) -> set[Why]:
    needs = second_person_needs(orders, ROSTER, lambda _: dark, thresholds or Thresholds())
    return {need.why for need in needs}


@pytest.mark.parametrize(
    ("orders", "needs"),
    [
        ([asked(lamp(ONE, 1), OFF)], set()),
        (trees(1), set()),
        (trees(2), {Why.GROUP}),
        ([asked(PS, TWO)], {Why.WATER}),
        ([asked(f"{PS}/P1", START)], {Why.WATER}),
        ([asked(f"{PS}/G1", GateOrder(50.0))], {Why.WATER}),
        ([*trees(2), asked(PS, TWO)], {Why.GROUP, Why.WATER}),
        ([], set()),
    ],
)
def test_pumps_gates_and_groups_of_lights_are_selected_first(orders: list[Asked], needs: set[Why]) -> None:
    assert {need.why for need in selection_needs(orders)} == needs


@pytest.mark.parametrize(
    ("orders", "dark", "needs"),
    [
        pytest.param(trees(1), False, set(), id="one light"),
        pytest.param(trees(6), False, set(), id="five in a hundred of a division"),
        pytest.param(trees(7), False, {Why.DISTRICT_SHARE}, id="more than five in a hundred"),
        pytest.param(trees(51), False, {Why.DISTRICT_SHARE, Why.MANY_CABINETS}, id="more than fifty cabinets"),
        pytest.param(trees(1) + trees(1, OTHER), False, {Why.CITY_WIDE}, id="every division"),
        pytest.param([asked(lamp(ONE, 1), OFF)], True, {Why.NIGHT_OFF}, id="one road light off at night"),
        pytest.param([asked(lamp(ONE, 1), OFF)], False, set(), id="one road light off by day"),
        pytest.param([asked(lamp(ONE, 1, "K2"), OFF)], True, set(), id="trees off at night"),
        pytest.param([asked(POLE, Dim(0.0))], True, {Why.NIGHT_OFF}, id="a pole's lamp off at night"),
        pytest.param([asked(POLE, Dim(9.0))], True, {Why.NIGHT_OFF}, id="dimmed to nothing is off"),
        pytest.param([asked(POLE, Dim(50.0))], True, set(), id="dimmed is not off"),
        pytest.param([asked(PS, TWO)], False, set(), id="one station"),
        pytest.param([asked(PS, TWO), asked(PS2, TWO)], False, {Why.MULTI_STATION}, id="two stations"),
        pytest.param([asked(f"{PS}/P1", STOP), asked(f"{PS2}/P1", STOP)], True, {Why.MULTI_STATION}, id="two stops"),
        pytest.param([asked(f"{PS}/G3", GateOrder(100.0))], False, {Why.RIVER_GATE_OPENS}, id="gravity gate opens"),
        pytest.param(
            [asked(f"{PS}/G3", GateOrder(100.0), None)], False, {Why.RIVER_GATE_OPENS}, id="from nobody knows"
        ),
        pytest.param([asked(f"{PS}/G3", GateOrder(40.0), 60.0)], False, set(), id="gravity gate closes a little"),
        pytest.param([asked(f"{PS}/G3", GateOrder(60.0), 60.0)], False, set(), id="gravity gate stays"),
        pytest.param(
            [asked(f"{PS}/G3", GateOrder(61.0), 60.0)], False, {Why.RIVER_GATE_OPENS}, id="gravity gate opens a little"
        ),
        pytest.param(
            [asked(f"{PS}/G3", GateOrder(0.5), 0.0)], False, {Why.RIVER_GATE_OPENS}, id="gravity gate opens a crack"
        ),
        pytest.param([asked(f"{PS}/G3", GateOrder(0.0), None)], False, set(), id="gravity gate closes"),
        pytest.param([asked(f"{PS}/G3", GateOrder(None), None)], False, set(), id="gravity gate is held"),
        pytest.param([asked(f"{PS}/G1", GateOrder(100.0))], False, set(), id="discharge gate opens"),
    ],
)
def test_a_second_person_confirms_what_reaches_far_or_cannot_be_undone(
    orders: list[Asked], dark: bool, needs: set[Why]
) -> None:
    assert why(orders, dark=dark) == needs


DIVERT = StationOrder(StationMode.COUNT, 1, Direction.DIVERT)


@pytest.mark.parametrize(
    ("order", "reverses"),
    [
        pytest.param(asked(PS2, DIVERT, flow="drain"), True, id="from draining to diverting"),
        pytest.param(asked(PS2, DIVERT, flow="divert"), False, id="diverting goes on"),
        pytest.param(asked(PS2, DIVERT, flow=None), True, id="when nobody knows which way it works"),
        pytest.param(asked(PS2, StationOrder(StationMode.COUNT, 1), flow="divert"), True, id="back to draining"),
        pytest.param(asked(PS2, StationOrder(StationMode.COUNT, 0), flow="divert"), False, id="standing still"),
        pytest.param(asked(f"{PS2}/P1", START, flow="drain"), True, id="a unit that pumps the other way"),
        pytest.param(asked(f"{PS2}/P2", START, flow="drain"), False, id="a unit that pumps the same way"),
        pytest.param(asked(f"{PS2}/P1", STOP, flow="drain"), False, id="a stop turns nothing round"),
        pytest.param(asked(PS, DIVERT, flow=None), False, id="a station with one way only"),
    ],
)
def test_turning_the_flow_round_takes_two(order: Asked, reverses: bool) -> None:
    assert why([order]) == ({Why.FLOW_REVERSAL} if reverses else set())


def test_a_gate_that_stands_where_it_was_told_to_counts_as_opened_that_far_and_no_further() -> None:
    told = GateOrder(50.0)
    assert opened_already(49.2, told, 2.0) == 50.0, "told by two, and it stands a little lower"
    assert opened_already(51.0, told, 2.0) == 51.0
    assert opened_already(10.0, told, 2.0) == 10.0, "it never went there"
    assert opened_already(30.0, GateOrder(None), 2.0) == 30.0
    assert opened_already(None, told, 2.0) is None


@pytest.mark.parametrize(
    ("running", "told", "flow"),
    [
        ({"divert"}, StationOrder(StationMode.COUNT, 1), "divert"),
        ({"divert", "drain"}, DIVERT, None),
        (set(), DIVERT, "divert"),
        (set(), StationOrder(StationMode.HAND_BACK), "drain"),
        pytest.param(set(), StationOrder(StationMode.COUNT, 0, Direction.DIVERT), "drain", id="nothing goes no way"),
    ],
)
def test_a_station_works_the_way_its_units_run_else_the_way_it_is_told(
    running: set[str], told: StationOrder, flow: str | None
) -> None:
    assert flow_of(running, told) == flow


def test_a_site_may_be_stricter() -> None:
    strict = Thresholds(cabinets=1, district_percent=0.0, dark_below_percent=60.0)
    assert why(trees(2), thresholds=strict) == {Why.MANY_CABINETS, Why.DISTRICT_SHARE}
    assert why([asked(POLE, Dim(50.0))], dark=True, thresholds=strict) == {Why.NIGHT_OFF}


def test_every_need_is_said_in_both_languages() -> None:
    needs = second_person_needs([*trees(60), asked(PS, TWO), asked(PS2, DIVERT)], ROSTER, lambda _: True, Thresholds())
    assert len(needs) >= 4
    assert all(need.text_en and any("一" <= sign <= "鿿" for sign in need.text_zh) for need in needs)


@pytest.mark.parametrize(
    ("before", "now", "needs"),
    [
        pytest.param(trees(4), trees(2, start=4), set(), id="few enough together"),
        pytest.param(trees(5), trees(2, start=5), {Why.DISTRICT_SHARE}, id="a share in two steps"),
        pytest.param(
            trees(49), trees(2, start=49), {Why.DISTRICT_SHARE, Why.MANY_CABINETS}, id="51 cabinets in two steps"
        ),
        pytest.param(trees(50), trees(1, start=50), {Why.DISTRICT_SHARE, Why.MANY_CABINETS}, id="the 51st by itself"),
        pytest.param(trees(6), trees(1, start=6), set(), id="single acts, and few of them"),
        pytest.param(trees(8), trees(1, start=8), set(), id="still few"),
        pytest.param(trees(9), trees(1, start=9), {Why.DISTRICT_SHARE}, id="single acts that are not few any more"),
        pytest.param(trees(5), trees(5), set(), id="the same lights again"),
        pytest.param(trees(40, value=OFF), trees(2, start=40), set(), id="the other way"),
        pytest.param(trees(1, OTHER), trees(2), {Why.CITY_WIDE}, id="the last division"),
        pytest.param(trees(60), [asked(PS, TWO)], set(), id="lights before say nothing of a station"),
    ],
)
def test_orders_of_one_person_that_follow_each_other_count_as_one(
    before: list[Asked], now: list[Asked], needs: set[Why]
) -> None:
    found = second_person_needs(now, ROSTER, lambda _: False, Thresholds(), before)
    assert {need.why for need in found} == needs
    assert all("orders of the last 15 min" in need.text_en and "15 分钟" in need.text_zh for need in found)
