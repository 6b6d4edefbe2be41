"""What a pump unit needs besides its motor, second by second: auxiliaries, suction gate, drive, flap; and its trips."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.pumps_and_gates import PumpType, PumpUnit
from controller.domain.slots import Slot
from controller.logic.contract import Ruling
from controller.logic.station_evaluation import reset_lockout
from tests.unit.logic.water_rig import PS, Rig, equipped, station, unit

P1, P2, G1, G4 = f"{PS}/P1", f"{PS}/P2", f"{PS}/G1", f"{PS}/G4"
CENTRIFUGAL = PumpType.CENTRIFUGAL


def manual(**changes: object) -> Rig:
    return Rig(station(automatic=False, gravity=False, **changes)).run(3)


def aided(**changes: object) -> Rig:
    """One unit with everything a unit may have, told to start by a person."""
    whole = equipped()
    rig = Rig(replace(whole, units=(replace(whole.units[0], **changes),))).run(3)
    rig.order("", "count 1")
    return rig


def said(rig: Rig, since: int = 0) -> list[str]:
    return [f"{point}={value}" for _, point, value in rig.written][since:]


def conditions(rig: Rig) -> set[str]:
    return {condition for condition, _ in rig.step.alarms}


def first(rig: Rig, point: str, value: object) -> float:
    return next(at_s for at_s, named, written in rig.written if (named, written) == (point, value))


def test_a_start_takes_lubrication_and_cooling_then_the_suction_gate_then_the_drive_then_the_motor() -> None:
    rig = aided().until_running(1).run(60)
    assert said(rig) == [
        "mode_command=REMOTE",
        "P1.lubrication_command=True",
        "P1.cooling_command=True",
        "G4.position_command=100.0",
        "P1.speed_command=40.0",
        "P1.run_command=True",
        "G1.position_command=100.0",
        "P1.speed_command=100.0",
    ]
    assert rig.phase("P1") == "runs"


def test_the_stop_of_a_centrifugal_pump_is_the_reverse_of_its_start() -> None:
    rig = aided().until_running(1).run(150)
    before = len(rig.written)
    rig.order("", "count 0")
    rig.run(150)
    assert said(rig, before) == [
        "G1.position_command=0.0",
        "P1.run_command=False",
        "G4.position_command=0.0",
        "P1.lubrication_command=False",
        "P1.cooling_command=False",
    ]
    stop_s, off_s = first(rig, "P1.run_command", False), first(rig, "P1.cooling_command", False)
    assert rig.plant.position["G1"] == 0.0
    assert off_s - stop_s >= 60.0, "lubrication and cooling run on for a minute"


def test_an_axial_pump_stops_before_its_gate_closes() -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(150).order("", "count 0")
    rig.until_running(0)
    assert rig.plant.position["G1"] > 90.0
    rig.run(30)
    assert rig.plant.position["G1"] == 0.0


def test_a_gate_that_does_not_close_stops_no_stop() -> None:
    rig = aided().until_running(1).run(150)
    rig.plant.jammed.add("G1")
    rig.order("", "count 0")
    rig.until_running(0, within_s=60)


def test_a_stop_that_is_taken_back_opens_the_gate_again_and_never_stops_the_motor() -> None:
    rig = aided().until_running(1).run(150)
    rig.order("", "count 0")
    rig.run(8).order("", "count 1")
    rig.run(60)
    assert rig.plant.position["G1"] == 100.0
    assert ("P1.run_command", False) not in [(point, value) for _, point, value in rig.written]


def test_an_emergency_stop_does_not_wait_for_the_gate() -> None:
    rig = aided().until_running(1).run(150)
    rig.order("P1", "stop", slot=Slot.LIFE_SAFETY)
    rig.run(3)
    assert not rig.plant.running["P1"]


@pytest.mark.parametrize("name", ["lubrication", "cooling"])
def test_an_auxiliary_that_does_not_come_locks_the_unit_out_before_its_motor_ever_started(name: str) -> None:
    rig = aided()
    rig.plant.lost.add(f"P1.{name}")
    rig.run(120)
    assert f"{name} not proven on within 30 s" in rig.memory.units[P1].locked_out
    assert rig.plant.starts == {}
    assert f"{P1}:locked_out" in conditions(rig)


def test_bad_lubrication_blocks_a_start_and_stops_no_running_unit() -> None:
    rig = aided()
    rig.plant.blind.add("P1.lubrication")
    rig.run(60)
    assert rig.plant.starts == {}
    assert rig.step.verdicts[P1].interlock == "lubrication"
    rig.plant.blind.clear()
    rig.until_running(1).run(30)
    rig.plant.blind.add("P1.lubrication")
    rig.run(300)
    assert rig.plant.running["P1"]
    assert f"{P1}:auxiliary_unknown" in conditions(rig)


@pytest.mark.parametrize(("trip_s", "runs"), [(None, True), (20.0, False)])
def test_lubrication_proven_off_beside_a_running_motor_is_told_and_trips_it_where_config_says_so(
    trip_s: float | None, runs: bool
) -> None:
    rig = aided(auxiliary_trip_s=trip_s).until_running(1).run(60)
    rig.plant.lost.add("P1.lubrication")
    rig.run(10)
    assert f"{P1}:auxiliary" in conditions(rig)
    assert rig.plant.running["P1"]
    rig.run(40)
    assert rig.plant.running["P1"] is runs


def test_a_centrifugal_pump_whose_gate_is_not_proven_open_in_60_s_is_stopped_closed_and_locked_out() -> None:
    rig = manual(units=(unit(1, CENTRIFUGAL),))
    rig.plant.slow["G1"] = 0.05
    rig.order("", "count 1")
    rig.until_running(1)
    began_s = rig.now_s
    rig.until_running(0, within_s=90)
    assert 59.0 <= rig.now_s - began_s <= 66.0
    assert "not proven open within 60 s" in rig.memory.units[P1].locked_out
    rig.plant.slow.clear()
    rig.run(60)
    assert rig.plant.position["G1"] == 0.0
    rig.memory = reset_lockout(rig.memory, P1)
    rig.until_running(1, within_s=600)


@pytest.mark.parametrize("blind", ["G1.position_percent", "G1.open_limit"])
def test_a_gate_nobody_can_read_stops_no_running_pump(blind: str) -> None:
    rig = manual()
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    rig.plant.blind |= {blind, "G1.closed_limit"}
    rig.run(200)
    assert rig.plant.running["P1"]


@pytest.mark.parametrize(
    ("changes", "trips"),
    [
        ({}, True),
        ({"undercurrent_s": 60.0}, False),
        ({"undercurrent_share": 0.0}, False),
        ({"undercurrent_share": 0.25}, False),
    ],
)
def test_undercurrent_for_10_s_behind_an_open_gate_trips_and_locks_out(changes: dict[str, float], trips: bool) -> None:
    rig = manual(units=(unit(1, **changes),))
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    rig.plant.starved.add("P1")
    rig.run(9)
    assert rig.plant.running["P1"]
    rig.run(12)
    assert rig.plant.running["P1"] is not trips
    assert ("undercurrent" in rig.memory.units[P1].locked_out) is trips


@pytest.mark.parametrize("blind", ["P1.current_a", "G1.position_percent"])
def test_undercurrent_that_cannot_be_proven_stops_nothing(blind: str) -> None:
    rig = manual(units=(unit(1),))
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    rig.plant.starved.add("P1")
    rig.plant.blind |= {blind, "G1.open_limit"}
    rig.run(60)
    assert rig.plant.running["P1"]


def test_an_underpass_unit_that_draws_too_little_is_told_of_and_runs_on() -> None:
    rig = manual(units=(replace(unit(1, PumpType.SUBMERSIBLE), discharge_gate=None),), additional_starts_only=True)
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    rig.plant.starved.add("P1")
    rig.run(60)
    assert rig.plant.running["P1"]
    assert f"{P1}:undercurrent" in conditions(rig)


@pytest.mark.parametrize(
    ("flap_open", "blind", "held"),
    [(False, "", None), (True, "", "backspin"), (False, "P1.speed_percent", "backspin")],
)
def test_backspin_is_waited_for_unless_shaft_and_flap_are_proven_still(
    flap_open: bool, blind: str, held: str | None
) -> None:
    one = unit(1, flap=True, min_off_s=0.0, backspin_s=120.0, min_run_s=0.0)
    rig = manual(units=(one,))
    rig.order("", "count 1")
    rig.until_running(1).run(30).order("", "count 0")
    rig.until_running(0).run(5)
    rig.plant.flap_open |= {"P1"} if flap_open else set()
    rig.plant.blind |= {blind}
    rig.order("", "hold")
    rig.order("P1", "start")
    rig.run(3)
    verdict = rig.step.verdicts.get(P1)
    assert (None if verdict is None else verdict.interlock) == held


def test_a_flap_that_stays_open_after_a_stop_is_told() -> None:
    rig = manual(units=(unit(1, flap=True),))
    rig.order("", "count 1")
    rig.until_running(1).run(120)
    rig.plant.flap_open.add("P1")
    rig.order("", "count 0")
    rig.until_running(0).run(70)
    assert f"{P1}:flap" in conditions(rig)


def driven(number: int = 1) -> PumpUnit:
    return unit(number, min_speed_percent=40.0)


@pytest.mark.parametrize(("order", "speed"), [("speed 80%", 80.0), ("speed 20%", 40.0), ("start", 100.0)])
def test_a_unit_with_a_drive_comes_up_at_its_lowest_speed_and_then_goes_where_it_is_told(
    order: str, speed: float
) -> None:
    rig = manual(units=(driven(),))
    rig.order("", "hold")
    rig.order("P1", order)
    rig.until_running(1).run(40)
    assert next(value for _, point, value in rig.written if point == "P1.speed_command") == 40.0
    assert rig.plant.commands["P1.speed_command"] == speed
    assert rig.memory.units[P1].locked_out == "", "a slow pump's small current is no undercurrent"


def test_a_unit_on_auto_with_a_speed_follows_its_station_and_its_speed() -> None:
    rig = manual(units=(driven(),))
    rig.order("P1", "auto 60%")
    rig.order("", "count 1")
    rig.until_running(1).run(30)
    assert rig.plant.commands["P1.speed_command"] == 60.0
    rig.run(120).order("", "count 0")
    rig.until_running(0)


def test_a_drive_is_not_told_a_new_speed_every_second() -> None:
    rig = manual(units=(driven(),))
    rig.order("", "hold")
    rig.order("P1", "speed 50%")
    rig.until_running(1).run(40)
    before = len(rig.written)
    for step in range(30):
        rig.order("P1", f"speed {50 + step}%")
        rig.cycle()
    assert len(rig.written) - before <= 7


def test_a_suction_gate_is_not_closed_under_a_running_pump_and_stays_open_where_config_says_so() -> None:
    rig = aided(suction_stays_open=True).until_running(1).run(150)
    rig.order("G4", "close")
    rig.run(30)
    assert rig.plant.position["G4"] == 100.0
    assert rig.step.verdicts[G4].interlock == "suction"
    rig.release("G4")
    rig.order("", "count 0")
    rig.run(120)
    assert (rig.plant.running["P1"], rig.plant.position["G4"]) == (False, 100.0)


def test_a_suction_gate_that_does_not_open_keeps_the_motor_off() -> None:
    rig = aided()
    rig.plant.jammed.add("G4")
    rig.run(90)
    assert rig.plant.starts == {}
    assert "jammed" in rig.memory.gates[G4].locked_out
    assert rig.step.verdicts[P1].ruling is Ruling.HOLD


@pytest.mark.parametrize(("acts", "blind"), [(True, False), (False, True)])
def test_a_low_low_trip_that_acts_or_cannot_be_read_blocks_a_start(acts: bool, blind: bool) -> None:
    rig = aided()
    rig.plant.low_low = acts
    rig.plant.blind |= {"low_low"} if blind else set()
    rig.run(60)
    assert rig.plant.starts == {}
    assert rig.step.verdicts[P1].interlock == "low_low"
