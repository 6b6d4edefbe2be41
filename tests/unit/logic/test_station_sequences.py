"""Starts, stops and gates of a station, second by second against devices that take their time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.command import Cause
from controller.domain.expression import parse
from controller.domain.image import LinkState
from controller.domain.pumps_and_gates import PumpType
from controller.domain.slots import Slot
from controller.logic.contract import Ruling
from controller.logic.interlocks import Action, InterlockKind, InterlockSpec, OnBad
from controller.logic.station_evaluation import reset_lockout
from tests.unit.logic.water_rig import PS, Rig, station, unit

P1, P2 = f"{PS}/P1", f"{PS}/P2"


def manual(pump: PumpType = PumpType.AXIAL, **changes: object) -> Rig:
    rig = Rig(station(pump=pump, automatic=False, **changes))
    return rig.run(3)


def order_of_writes(rig: Rig) -> list[str]:
    return [f"{point}={value}" for _, point, value in rig.written]


def test_an_axial_pump_starts_against_an_open_gate_and_stops_before_it_closes() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    assert order_of_writes(rig) == ["mode_command=REMOTE", "G1.position_command=100.0", "P1.run_command=True"]
    assert rig.plant.position["G1"] == 100.0
    rig.run(120).order("", "count 0")
    rig.until_running(0).run(30)
    assert order_of_writes(rig)[3:] == ["P1.run_command=False", "G1.position_command=0.0"]
    assert rig.phase("P1") == "stopped"


def test_a_centrifugal_pump_starts_against_a_closed_gate_and_opens_it_then() -> None:
    rig = manual(PumpType.CENTRIFUGAL)
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    assert order_of_writes(rig) == ["mode_command=REMOTE", "P1.run_command=True", "G1.position_command=100.0"]


def test_a_start_first_closes_the_gravity_gate_and_waits_for_the_proof() -> None:
    rig = manual()
    rig.plant.position["G3"] = 100.0
    rig.order("", "count 1")
    rig.until_running(1)
    assert order_of_writes(rig)[:2] == ["G3.position_command=100.0", "mode_command=REMOTE"], "taken as it stands"
    assert order_of_writes(rig)[2:5] == [
        "G3.position_command=0.0",
        "G1.position_command=100.0",
        "P1.run_command=True",
    ]


def test_a_start_waits_where_a_higher_slot_holds_the_gravity_gate_open() -> None:
    rig = manual()
    rig.plant.position["G3"], rig.plant.outer_m = 100.0, 1.0
    rig.order("G3", "open", slot=Slot.EMERGENCY_ORDER)
    rig.order("", "count 1")
    rig.run(60)
    assert rig.writes("run_command") == []
    assert "gate 3 is ordered to open by duty officer" in rig.phase("P1") + rig.phase("P2")


def test_a_contactor_that_does_not_close_is_taken_back_locked_out_and_replaced_by_the_next_unit() -> None:
    rig = manual()
    rig.plant.stuck.add("P1")
    rig.order("", "count 1")
    rig.until_running(1)
    assert rig.plant.running == {"P1": False, "P2": True}
    assert "its contactor did not close" in rig.memory.units[P1].locked_out
    assert f"{P1}:locked_out" in [condition for condition, _ in rig.step.alarms]
    assert rig.plant.commands["P1.run_command"] is False
    assert rig.plant.position["G1"] == 0.0
    rig.memory = reset_lockout(rig.memory, P1)
    assert rig.cycle().memory.units[P1].locked_out == ""


def test_a_contactor_that_lies_is_found_out_by_the_current() -> None:
    rig = manual()
    rig.plant.no_current.add("P1")
    rig.order("", "count 1")
    rig.run(120)
    assert "without current" in rig.memory.units[P1].locked_out
    assert rig.plant.running == {"P1": False, "P2": True}


def test_a_jammed_discharge_gate_locks_its_unit_out() -> None:
    rig = manual()
    rig.plant.jammed.add("G1")
    rig.order("", "count 1")
    rig.until_running(1)
    assert rig.plant.running["P2"]
    assert "jammed at 0 %" in rig.memory.gates[f"{PS}/G1"].locked_out
    rig.order("P1", "start", slot=Slot.EMERGENCY_ORDER)
    rig.run(3)
    assert rig.step.verdicts[P1].interlock == "gate_locked"
    rig.memory = reset_lockout(rig.memory, f"{PS}/G1")
    rig.plant.jammed.clear()
    rig.order("P1", "start", slot=Slot.EMERGENCY_ORDER)
    rig.until_running(2)


def test_a_slow_discharge_gate_locks_its_unit_out() -> None:
    rig = manual()
    rig.plant.slow["G1"] = 0.2
    rig.order("", "count 1")
    rig.until_running(1)
    assert rig.plant.running["P2"]
    assert "discharge gate gate 1 not proven" in rig.memory.units[P1].locked_out


def test_a_unit_that_falls_out_gets_its_command_taken_back_and_another_takes_over() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(60)
    rig.plant.stuck.add("P1")
    rig.plant.run("P1", on=False, now_s=rig.now_s)
    rig.until_running(1).run(10)
    assert rig.plant.running == {"P1": False, "P2": True}
    assert rig.plant.commands["P1.run_command"] is False


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"blind": {"P1.fault"}}, "P1.fault cannot be read"),
        ({"blind": {"P1.running"}}, "running feedback cannot be read"),
        ({"rack_m": 0.6}, "over the trash rack"),
        ({"inner_m": 1.4}, "the well ran dry"),
    ],
)
def test_a_start_that_is_held_says_why(changes: dict[str, object], why: str) -> None:
    rig = manual(units=(unit(1),))
    for name, value in changes.items():
        setattr(rig.plant, name, value)
    rig.order("", "hold")
    rig.order("P1", "start")
    rig.run(60)
    assert rig.writes("run_command") == []
    assert why in rig.phase("P1")
    assert rig.step.verdicts[P1].ruling is Ruling.HOLD


def test_a_person_may_start_on_a_dead_level_and_a_plan_may_not() -> None:
    rig = manual()
    rig.plant.sensors = [None, None, None]
    rig.order("", "count 1", slot=Slot.PLAN)
    rig.run(60)
    assert rig.writes("run_command") == []
    rig.order("", "count 1", slot=Slot.CITY_MANUAL)
    rig.until_running(1)


def test_minimum_run_holds_an_ordinary_stop_but_not_a_dry_well() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(10).order("", "count 0")
    rig.run(5)
    assert "minimum run" in rig.phase("P1")
    rig.plant.inner_m = 1.45
    rig.cycle()
    assert [str(one.write) for one in rig.step.wanted] == [f"{PS}/P1.run_command=False"]
    assert rig.step.wanted[0].protective


def test_a_blocked_rack_stops_the_units_once_it_has_lasted() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(10)
    rig.plant.rack_m = 0.9
    rig.run(9)
    assert rig.plant.running["P1"]
    rig.run(5)
    assert not rig.plant.running["P1"]


def test_an_emergency_stop_is_attempted_in_local_and_says_it_is_not_assured() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(5)
    rig.plant.turn_switch("LOCAL")
    rig.run(2)
    assert "stands at LOCAL: whoever is there has the say" in rig.phase("P1")
    assert rig.step.verdicts[P1].cause is Cause.LOCAL
    rig.order("P1", "stop", slot=Slot.LIFE_SAFETY)
    rig.cycle()
    assert rig.writes("P1.run_command")[-1][2] is False
    assert "not assured" in rig.phase("P1")


def test_an_emergency_stop_takes_a_handed_back_station_and_holds_the_others() -> None:
    rig = manual()
    rig.plant.running |= {"P1": True, "P2": True}
    rig.order("P1", "stop", slot=Slot.LIFE_SAFETY)
    rig.run(20)
    assert rig.plant.running == {"P1": False, "P2": True}
    assert rig.plant.mode == "REMOTE"


def test_a_unit_order_waits_for_its_station() -> None:
    rig = manual()
    rig.order("P1", "start")
    rig.run(5)
    assert rig.written == []
    assert "order the station first" in rig.phase("P1")
    rig.order("", "hold")
    rig.until_running(1)


def test_nothing_is_written_before_the_station_was_read() -> None:
    rig = Rig(station(automatic=False), link=LinkState.RESYNC)
    rig.order("", "count 2")
    rig.run(10)
    assert rig.written == []
    assert rig.step.verdicts[PS].cause is Cause.NOT_READY


def test_writes_carry_the_station_s_order_behind_them() -> None:
    rig = manual()
    rig.order("", "count 1")
    seen: dict[str, str] = {}
    for _ in range(60):
        seen |= rig.cycle().because
    assert seen == {P1: PS, f"{PS}/G1": PS}


def test_expiry_hands_back_with_one_mode_write() -> None:
    rig = manual()
    rig.order("", "count 2", for_s=150.0)
    rig.until_running(2)
    before = len(rig.written)
    rig.run(200)
    assert order_of_writes(rig)[before:] == ["mode_command=PLC_AUTO"]
    assert rig.plant.running == {"P1": True, "P2": True}


def test_a_revealed_smaller_count_keeps_what_runs_until_it_is_ordered_anew() -> None:
    rig = manual()
    rig.order("", "count 1", slot=Slot.DISTRICT_MANUAL)
    rig.order("", "count 2", slot=Slot.CITY_MANUAL)
    rig.until_running(2).run(200)
    rig.release("")
    rig.run(60)
    assert rig.plant.running == {"P1": True, "P2": True}
    assert "order the station anew" in rig.phase()
    assert f"{PS}:held" in [condition for condition, _ in rig.step.alarms]
    rig.order("", "count 1", slot=Slot.DISTRICT_MANUAL)
    rig.until_running(1)


def test_automation_that_regains_control_starts_from_the_actual_count() -> None:
    rig = Rig()
    rig.plant.inner_m = 2.85
    rig.run(3).order("", "count 2", for_s=200.0)
    rig.until_running(2).run(200)
    assert rig.plant.running == {"P1": True, "P2": True}
    assert rig.memory.wanted_count == 2
    rig.plant.inner_m = 2.75
    rig.until_running(1)


def test_a_restart_leaves_a_running_station_as_it_is() -> None:
    rig = Rig()
    rig.plant.inner_m = 3.2
    rig.until_running(2).run(30)
    before, rig.plant.inner_m = len(rig.written), 2.85
    rig.forget_processes()
    rig.run(60)
    assert rig.written[before:] == []


def test_an_underpass_is_only_ever_helped() -> None:
    rig = manual(additional_starts_only=True)
    rig.plant.running["P1"] = True
    rig.order("", "count 2")
    rig.until_running(2)
    rig.order("", "count 0")
    rig.order("P1", "stop")
    rig.run(200)
    assert rig.plant.running == {"P1": True, "P2": True}
    assert "only adds starts" in rig.phase("P1")


@pytest.mark.parametrize(
    ("output", "said", "why"),
    [("G1", "open", "water flows back"), ("G3", "open", "higher"), ("G3", "50%", "higher")],
)
def test_a_gate_that_would_let_water_in_stays_closed(output: str, said: str, why: str) -> None:
    rig = manual()
    rig.order("", "hold")
    rig.order(output, said)
    rig.run(20)
    assert rig.writes("position_command") == []
    assert why in rig.phase(output)


def test_a_moving_gate_is_stopped_and_rests_before_it_reverses() -> None:
    rig = manual()
    rig.plant.outer_m = 1.0
    rig.order("", "hold")
    rig.order("G3", "open")
    rig.run(14)
    rig.order("G3", "close")
    rig.run(40)
    moves = rig.writes("G3.position_command")
    assert moves[0][2] == 100.0
    assert 0.0 < float(moves[1][2]) < 100.0
    assert moves[2][2] == 0.0
    assert moves[2][0] - moves[1][0] >= 5.0
    assert rig.plant.position["G3"] == 0.0


def test_gravity_drains_first_and_the_gate_is_shut_again_for_the_pump() -> None:
    rig = Rig()
    rig.plant.inner_m, rig.plant.outer_m = 2.5, 2.0
    rig.run(660)
    assert rig.plant.position["G3"] == 100.0
    rig.plant.inner_m = 3.05
    rig.until_running(1)
    assert rig.plant.position["G3"] == 0.0


def test_a_station_that_pumps_the_other_way_is_stopped_and_rests_before_it_turns() -> None:
    units = (unit(1), unit(2, direction="divert"))
    rig = manual(units=units)
    rig.order("", "count 1")
    rig.until_running(1).run(150)
    rig.order("", "count 1 divert")
    rig.until_running(0)
    stopped_s = rig.now_s
    rig.until_running(1)
    assert rig.plant.running == {"P1": False, "P2": True}
    assert rig.now_s - stopped_s >= 300.0


def test_an_order_reaches_the_motor_without_waiting_beyond_its_own_sequence() -> None:
    rig = manual(units=(replace(unit(1), discharge_gate=None),))
    ordered_s = rig.now_s
    rig.order("", "count 1")
    rig.until_running(1)
    assert rig.now_s - ordered_s <= 5.0


def interlock(kind: InterlockKind, condition: str) -> InterlockSpec:
    return InterlockSpec("site", kind, P1, Action.START, parse(condition), OnBad.BLOCK, "现场联锁", "site interlock")


def test_a_permissive_of_the_site_holds_its_unit_and_a_count_takes_another() -> None:
    rig = manual()
    rig.interlocks = (interlock(InterlockKind.PERMISSIVE, "inner_level_m > 2.5"),)
    rig.order("", "hold")
    rig.order("P1", "start")
    rig.run(60)
    assert rig.writes("run_command") == []
    assert rig.phase("P1") == "site interlock / 现场联锁"
    rig.release("P1")
    rig.order("", "count 1")
    rig.until_running(1)
    assert rig.plant.running == {"P1": False, "P2": True}


def test_a_trip_of_the_site_stops_its_unit_and_keeps_it_stopped_when_the_cause_is_gone() -> None:
    rig = manual(units=(unit(1),))
    rig.interlocks = (interlock(InterlockKind.TRIP, "inner_level_m > 1.9 or P1.available == false"),)
    rig.order("", "count 1")
    rig.until_running(1).run(5)
    rig.plant.inner_m = 1.8
    rig.until_running(0, within_s=5)
    assert rig.decisions[P1].winner.slot is Slot.EQUIPMENT_PROTECTION
    rig.plant.inner_m = 2.2
    rig.run(400)
    assert not rig.plant.running["P1"]


def opening_gate(kind: InterlockKind) -> Rig:
    """The gravity gate on its way up, with an interlock that wants the water inside above 1.8 m for that."""
    spec = InterlockSpec(
        "sill", kind, f"{PS}/G3", Action.OPEN, parse("inner_level_m > 1.8"), OnBad.ALLOW, "低于槛", "below the sill"
    )
    rig = manual()
    rig.interlocks = (spec,)
    rig.plant.outer_m = 1.0
    rig.order("", "hold")
    rig.order("G3", "open")
    while rig.plant.position["G3"] < 40.0:
        rig.cycle()
    rig.plant.inner_m = 1.7
    return rig.run(60)


def test_an_interlock_that_turns_false_halts_a_gate_in_mid_travel_until_it_holds_again() -> None:
    rig = opening_gate(InterlockKind.INTERLOCK)
    assert 40.0 <= rig.plant.position["G3"] < 60.0
    assert "below the sill" in rig.phase("G3")
    assert rig.step.verdicts[f"{PS}/G3"].interlock == "sill"
    rig.plant.inner_m = 2.0
    rig.run(60)
    assert rig.plant.position["G3"] == 100.0


def test_a_permissive_that_turns_false_lets_a_gate_arrive() -> None:
    assert opening_gate(InterlockKind.PERMISSIVE).plant.position["G3"] == 100.0


def test_an_interlock_halts_a_gate_whose_order_was_released_on_the_way() -> None:
    rig = opening_gate(InterlockKind.INTERLOCK)
    rig.plant.inner_m = 2.0
    while rig.plant.position["G3"] < 70.0:
        rig.cycle()
    rig.release("G3")
    rig.plant.inner_m = 1.7
    rig.run(60)
    assert rig.plant.position["G3"] < 90.0


def test_an_emergency_stop_halts_a_gate_that_must_not_close_on_its_pump() -> None:
    rig = manual()
    rig.order("", "count 1")
    while not 30.0 < rig.plant.position["G1"] < 70.0:
        rig.cycle()
    rig.order("G1", "hold", slot=Slot.LIFE_SAFETY)
    rig.run(60)
    assert rig.plant.position["G1"] < 90.0
    assert "stopped where it is" in rig.phase("G1")
