"""The protective direction: what one person may always do at once."""

from __future__ import annotations

import pytest

from controller.domain.intents import (
    Dim,
    GateOrder,
    Intent,
    StationMode,
    StationOrder,
    Switch,
    UnitMode,
    UnitOrder,
)
from controller.domain.slots import Slot
from controller.logic.protective import protective_part, safe_stop, takes_energy_away, written_or_not
from tests.unit.logic.roster_rig import ONE, POLE, PS2, lamp, member
from tests.unit.logic.water_rig import PS

STOP, START = UnitOrder(UnitMode.STOP), UnitOrder(UnitMode.START)
ON, OFF = Switch(True), Switch(False)


@pytest.mark.parametrize(
    ("orders", "protects"),
    [
        pytest.param([(lamp(ONE, 1), ON)], [True], id="a road light on"),
        pytest.param([(lamp(ONE, n), ON) for n in range(3)], [True] * 3, id="road lights on by the dozen"),
        pytest.param([(lamp(ONE, 1), OFF)], [False], id="a road light off"),
        pytest.param([(lamp(ONE, 1, "K2"), ON)], [False], id="trees on"),
        pytest.param([(POLE, Dim(100.0))], [True], id="a pole's lamp full on"),
        pytest.param([(POLE, Dim(60.0))], [False], id="a pole's lamp dimmed"),
        pytest.param([(f"{PS}/P1", STOP)], [True], id="one unit stops"),
        pytest.param([(f"{PS}/P1", STOP), (f"{PS}/P2", STOP)], [False, False], id="a row of units stops"),
        pytest.param([(f"{PS}/P1", START)], [False], id="a unit starts"),
        pytest.param([(f"{PS}/G3", GateOrder(0.0))], [True], id="a river gate closes"),
        pytest.param([(f"{PS}/G3", GateOrder(0.0)), (f"{PS2}/G3", GateOrder(0.0))], [False, False], id="two of them"),
        pytest.param([(f"{PS}/G3", GateOrder(5.0))], [False], id="a river gate almost closes"),
        pytest.param([(f"{PS}/G1", GateOrder(0.0))], [False], id="a gate behind a pump closes"),
        pytest.param([(PS, StationOrder(StationMode.COUNT, 0))], [False], id="a whole station stops"),
        pytest.param([(f"{PS}/P1", STOP), (lamp(ONE, 1), ON)], [True, True], id="lights do not make a stop a group"),
    ],
)
def test_only_what_makes_people_safer_is_protective(orders: list[tuple[str, Intent]], protects: list[bool]) -> None:
    members, values = [member(target) for target, _ in orders], [value for _, value in orders]
    assert protective_part(members, values) == protects


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (f"{PS}/P1", STOP),
        (lamp(ONE, 1), OFF),
        (POLE, Dim(0.0)),
        (f"{PS}/G3", GateOrder(0.0)),
        (f"{PS}/G1", GateOrder(None)),
        (PS, None),
    ],
)
def test_an_emergency_stop_makes_each_thing_safe_in_its_own_way(target: str, value: Intent | None) -> None:
    assert safe_stop(member(target)) == value


def test_an_unwritable_journal_stops_nothing_that_protects_and_no_slot_above_the_manual_ones() -> None:
    assert [written_or_not(slot, protects=False) for slot in (Slot.LIFE_SAFETY, Slot.EMERGENCY_ORDER)] == [True, True]
    assert not written_or_not(Slot.CITY_MANUAL, protects=False)
    assert written_or_not(Slot.DISTRICT_MANUAL, protects=True)


def test_only_off_and_stop_take_energy_away() -> None:
    passing = (OFF, Dim(0.0), STOP, StationOrder(StationMode.COUNT, 0))
    held = (ON, Dim(1.0), START, UnitOrder(UnitMode.AUTO), GateOrder(0.0), StationOrder(StationMode.HAND_BACK))
    assert all(takes_energy_away(value) for value in passing)
    assert not any(takes_energy_away(value) for value in held)
