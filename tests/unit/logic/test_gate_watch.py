"""What goes wrong with a gate, second by second: jam, torque, limits, drift, hunting, no supply; its release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.domain.pumps_and_gates import Gate, GateRole
from controller.domain.slots import Slot
from controller.domain.stations import GravityRule
from controller.logic.contract import Ruling
from controller.logic.station_evaluation import reset_lockout
from tests.unit.logic.on_site import FakeSite, tag
from tests.unit.logic.water_rig import PS, Rig, gate, station

G1 = f"{PS}/G1"
UNITLESS: dict[str, object] = {"units": (), "automatic": False, "supply": "supply_ok"}


def sluice(**changes: object) -> Rig:
    """A gravity gate alone, with the water inside higher, in a person's hands."""
    one = replace(gate(1, GateRole.GRAVITY), **changes)  # type: ignore[arg-type]  # the caller names fields of Gate
    rig = Rig(station(0, gates=(one,), gravity=False, **UNITLESS))
    rig.station = rig.plant.station = replace(rig.station, gravity=GravityRule(G1))
    rig.plant.outer_m = 1.0
    rig.run(3).order("", "hold")
    return rig.run(5)


def opened(**changes: object) -> Rig:
    rig = sluice(**changes)
    rig.order("G1", "open")
    return rig.run(30)


def conditions(rig: Rig) -> set[str]:
    return {condition.removeprefix(f"{G1}:") for condition, _ in rig.step.alarms}


def moves(rig: Rig) -> list[float]:
    return [float(value) for _, point, value in rig.written if point == "G1.position_command"]


def test_a_jammed_gate_is_stopped_told_of_and_locked_out_until_a_person_resets_it() -> None:
    rig = sluice()
    rig.order("G1", "open")
    rig.run(10)
    rig.plant.jammed.add("G1")
    rig.run(20)
    stood = rig.plant.position["G1"]
    assert "jammed at" in rig.memory.gates[G1].locked_out
    assert moves(rig)[-1] == pytest.approx(stood), "its drive is told to stay"
    assert "locked_out" in conditions(rig)
    rig.plant.jammed.clear()
    rig.run(120)
    assert rig.plant.position["G1"] == pytest.approx(stood)
    assert rig.step.verdicts[G1].interlock == "gate_locked"
    rig.memory = reset_lockout(rig.memory, G1)
    rig.run(40)
    assert rig.plant.position["G1"] == 100.0


def test_a_jam_takes_its_time_and_a_gate_that_moves_slowly_has_none() -> None:
    rig = sluice()
    rig.plant.slow["G1"] = 0.15
    rig.order("G1", "open")
    rig.run(100)
    assert rig.memory.gates[G1].locked_out == ""
    assert "late" in conditions(rig)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda rig: rig.plant.blind.add("G1.position_percent"),
        lambda rig: rig.plant.blind.add("G1.position_command"),
        lambda rig: setattr(rig.plant, "supply", False),
    ],
    ids=["position unknown", "order unknown", "no supply"],
)
def test_what_cannot_be_known_or_has_another_cause_is_no_jam(trouble: Callable[[Rig], None]) -> None:
    rig = sluice()
    rig.order("G1", "open")
    rig.run(6)
    rig.plant.jammed.add("G1")
    trouble(rig)
    rig.run(60)
    assert rig.memory.gates[G1].locked_out == ""


def test_an_order_that_did_not_arrive_is_no_jam() -> None:
    rig = sluice()
    rig.plant.delay_s = 200.0
    rig.order("G1", "open")
    rig.run(60)
    assert rig.memory.gates[G1].locked_out == ""


def test_a_gate_stalls_without_supply_and_goes_on_when_it_is_back() -> None:
    rig = opened()
    rig.order("G1", "close")
    rig.run(12)
    rig.plant.supply = False
    stood = rig.plant.position["G1"]
    rig.run(60)
    assert rig.plant.position["G1"] == stood > 0.0
    rig.plant.supply = True
    rig.run(60)
    assert rig.plant.position["G1"] == 0.0
    assert rig.memory.gates[G1].locked_out == ""


def test_a_gate_is_not_opened_while_the_supply_that_would_close_it_is_lost() -> None:
    rig = sluice()
    rig.plant.supply = False
    rig.order("G1", "open")
    rig.run(10)
    assert moves(rig) == []
    assert rig.step.verdicts[G1].interlock == "supply"


def test_torque_past_its_limit_stops_and_locks_a_moving_gate_out_but_not_one_that_seats() -> None:
    rig = opened(torque_limit_percent=110.0)
    rig.plant.torque["G1"] = 130.0
    rig.run(30)
    assert rig.memory.gates[G1].locked_out == "", "seated at its end"
    rig.order("G1", "60%")
    rig.run(20)
    assert "over-torque" in rig.memory.gates[G1].locked_out
    assert 60.0 < rig.plant.position["G1"] < 90.0


@pytest.mark.parametrize(
    ("lies", "told"), [({"G1.open_limit": True}, True), ({"G1.closed_limit": False}, True), ({}, False)]
)
def test_limit_switches_that_contradict_each_other_or_the_position_are_told(lies: dict[str, bool], told: bool) -> None:
    rig = sluice()
    rig.plant.lies |= lies
    rig.run(10)
    assert ("limits" in conditions(rig)) is told


def test_a_gate_that_moves_without_an_order_is_told_and_left_alone() -> None:
    rig = opened()
    rig.release("G1")
    rig.run(20)
    rig.plant.position["G1"] = rig.plant.commands["G1.position_command"] = 80.0
    before = len(rig.written)
    rig.run(30)
    assert "drift" in conditions(rig)
    assert rig.written[before:] == []


def test_a_drifting_gate_is_brought_back_where_config_says_so() -> None:
    rig = opened(drift_returns=True)
    rig.release("G1")
    rig.run(20)
    rig.plant.position["G1"] = rig.plant.commands["G1.position_command"] = 80.0
    rig.run(30)
    assert rig.plant.position["G1"] == pytest.approx(100.0)
    rig.run(10)
    assert "drift" not in conditions(rig)


def test_a_gate_its_plc_moved_while_we_were_away_has_not_drifted() -> None:
    rig = opened()
    rig.release("G1")
    rig.run(10)
    rig.plant.turn_switch("LOCAL")
    rig.run(5)
    rig.plant.position["G1"] = rig.plant.commands["G1.position_command"] = 30.0
    rig.run(5)
    rig.plant.turn_switch("REMOTE")
    rig.order("", "hold")
    rig.run(30)
    assert "drift" not in conditions(rig)


def test_regulation_makes_no_small_moves_and_a_person_may() -> None:
    rig = sluice()
    rig.order("G1", "50%")
    rig.run(30).release("G1")
    rig.order("G1", "53%", slot=Slot.PLAN)
    rig.run(20)
    assert moves(rig) == [50.0]
    assert rig.step.verdicts[G1].interlock == "min_step"
    rig.order("G1", "53%")
    rig.run(20)
    assert moves(rig) == [50.0, 53.0]


def test_more_moves_an_hour_than_allowed_wait_and_closing_never_does() -> None:
    rig = sluice(max_moves_per_hour=3)
    for percent in (20, 40, 60, 80):
        rig.order("G1", f"{percent}%")
        rig.run(20)
    assert moves(rig) == [20.0, 40.0, 60.0]
    assert rig.step.verdicts[G1].interlock == "moves_per_hour"
    rig.order("G1", "close")
    rig.run(40)
    assert rig.plant.position["G1"] == 0.0


@pytest.mark.parametrize(("release", "ends"), [(True, 0.0), (False, 100.0)])
def test_a_gate_that_must_close_without_supply_is_let_down_by_its_release(release: bool, ends: float) -> None:
    rig = opened(emergency_lower=release)
    rig.plant.supply = False
    rig.order("G1", "close")
    rig.run(90)
    assert rig.plant.position["G1"] == ends
    lowered = [value for _, point, value in rig.written if point == "G1.emergency_lower_command"]
    assert lowered == ([True, False] if release else [])


def test_a_river_gate_that_jammed_on_its_way_shut_is_let_down_and_one_that_opens_is_not() -> None:
    rig = opened(emergency_lower=True)
    rig.order("G1", "close")
    rig.run(10)
    rig.plant.jammed.add("G1")
    rig.run(90)
    assert rig.plant.position["G1"] == pytest.approx(0.0)
    other = sluice(emergency_lower=True)
    other.plant.jammed.add("G1")
    other.order("G1", "open")
    other.run(60)
    assert [point for _, point, _ in other.written if "emergency" in point] == []


def test_a_tagged_gate_is_not_let_down() -> None:
    rig = opened(emergency_lower=True)
    rig.plant.supply = False
    rig.site = FakeSite(tags=[tag(G1)])
    rig.order("G1", "close")
    rig.run(60)
    assert [point for _, point, _ in rig.written if "emergency" in point] == []


def test_a_gate_with_buttons_is_told_open_or_close_never_both_and_nothing_between() -> None:
    rig = sluice(buttons=True)
    rig.order("G1", "open")
    rig.run(30)
    rig.order("G1", "40%")
    rig.run(10)
    assert rig.step.verdicts[G1].interlock == "buttons"
    rig.order("G1", "close")
    rig.run(40)
    assert [point for _, point, _ in rig.written if point.startswith("G1")] == ["G1.open_command", "G1.close_command"]
    assert rig.plant.position["G1"] == 0.0


def test_a_gate_with_buttons_is_not_reversed_while_it_travels() -> None:
    rig = sluice(buttons=True)
    rig.order("G1", "open")
    rig.run(10)
    rig.order("G1", "close")
    rig.run(4)
    assert [point for _, point, _ in rig.written if point == "G1.close_command"] == []
    assert rig.step.verdicts.get(G1) is None or rig.step.verdicts[G1].ruling is not Ruling.FORCE


def test_the_defaults_leave_a_dead_band_within_the_smallest_step() -> None:
    plain = Gate("x/G1", "G1", "gate", GateRole.GRAVITY, 60.0)
    assert plain.tolerance_percent < plain.min_step_percent
    assert plain.tolerance_percent < plain.drift_percent
