"""A plain PLC: it obeys its registers from the moment it is REMOTE, keeps them in a power cut and copies nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from controller.domain.image import Block, LinkState, View
from controller.domain.points import Value, good
from controller.domain.pumps_and_gates import PumpType
from controller.domain.slots import Slot
from controller.domain.stations import CriticalRule
from controller.logic.contract import GateMemory, Moment, StationMemory
from controller.logic.sequencers.gate import AHEAD_S, halt_step
from controller.logic.station_scene import scene_of
from controller.logic.water_around import WaterAround
from tests.unit.logic.water_rig import PS, START_S, WALL, Plant, Rig, station, unit


@dataclass
class PlainPlant(Plant):
    """Registers say what was last written, whatever its PLC did since."""

    current_at_shut_gate_a: float = 45.0

    def _enter(self, mode: str) -> None:
        self.mode = mode

    def readings(self, now_s: float) -> dict[str, Value]:  # type: ignore[override]  # readings, as its own
        for one in self.station.units:
            if one.pump is PumpType.CENTRIFUGAL and self.position[one.discharge_gate.partition("/")[2]] < 99.0:
                self.lies[f"{one.output}.current_a"] = self.current_at_shut_gate_a if self.running[one.output] else 0.0
            else:
                self.lies.pop(f"{one.output}.current_a", None)
        return super().readings(now_s)  # type: ignore[return-value]  # as above


def plain(pump: PumpType = PumpType.AXIAL, **changes: object) -> Rig:
    rig = Rig(station(pump=pump, gravity=False, **changes))
    rig.plant = PlainPlant(rig.station)
    return rig


def alone(rig: Rig, *outputs: str) -> None:
    """Its PLC has it: these units run behind their open gates, the registers say nothing of it."""
    rig.plant.mode = "PLC_AUTO"
    for one in rig.station.units:
        on = one.output in outputs
        rig.plant.run(one.output, on, rig.now_s)
        rig.plant.position[f"G{one.output[1:]}"] = 100.0 if on else 0.0


def test_a_station_is_told_what_runs_before_it_is_taken_and_nothing_moves_by_the_change() -> None:
    rig = plain(automatic=False)
    alone(rig, "P2")
    rig.run(3)
    starts = dict(rig.plant.starts)
    rig.order("", "hold")
    rig.run(60)
    assert [point for _, point, _ in rig.written] == ["P2.run_command", "G2.position_command", "mode_command"]
    assert rig.plant.mode == "REMOTE"
    assert rig.plant.running == {"P1": False, "P2": True}
    assert rig.plant.position == {"G1": 0.0, "G2": 100.0}
    assert (rig.plant.starts, rig.plant.stops) == (starts, {})


@pytest.mark.parametrize(
    ("turns", "register", "told"),
    [(60.0, 100.0, 60.0), (100.0, 45.0, 100.0), (-60.0, 100.0, 60.0), (98.0, 100.0, None)],
)
def test_a_drive_goes_on_at_the_speed_its_plc_gave_it(turns: float, register: float, told: float | None) -> None:
    rig = plain(automatic=False, units=(unit(1, min_speed_percent=40.0), unit(2, min_speed_percent=40.0)))
    alone(rig, "P2")
    rig.plant.commands |= {"P1.speed_command": register, "P2.speed_command": register}
    rig.plant.lies["P2.speed_percent"] = turns
    rig.run(3).order("", "hold")
    rig.run(60)
    speeds = {point: value for _, point, value in rig.written if point.endswith("speed_command")}
    assert speeds == ({} if told is None else {"P2.speed_command": told}), "one that stands is told when it starts"
    assert rig.written[-1][1] == "mode_command"
    assert rig.plant.mode == "REMOTE"


def test_a_register_that_still_starts_what_stands_is_cleared_before_the_station_is_taken() -> None:
    rig = plain(automatic=False)
    alone(rig)
    rig.plant.commands["P1.run_command"] = True
    rig.run(3).order("", "hold")
    rig.run(60)
    assert rig.plant.mode == "REMOTE"
    assert rig.plant.starts == {}


def test_a_gate_its_plc_is_opening_goes_on_opening_and_is_not_thrown_into_reverse() -> None:
    rig = plain(automatic=False)
    alone(rig)
    rig.run(3)
    rig.plant.position["G1"] = 30.0
    rig.run(1)
    rig.plant.position["G1"] = 35.0
    rig.order("", "hold")
    rig.run(1)
    assert ("G1.position_command", 100.0) in [(point, value) for _, point, value in rig.written]


def test_a_register_that_takes_nothing_while_its_plc_has_it_keeps_nobody_from_taking_the_station() -> None:
    rig = plain(automatic=False)
    alone(rig, "P1")
    rig.plant.lies["P1.run_command"] = False
    rig.run(3).order("", "hold")
    rig.run(40)
    assert rig.plant.mode == "REMOTE"
    told = [at for at, point, _ in rig.written if point == "P1.run_command"]
    assert len(told) == 1


def test_an_emergency_stop_does_not_wait_for_registers() -> None:
    rig = plain(automatic=False)
    alone(rig, "P1", "P2")
    rig.run(3).order("", "count 0", slot=Slot.LIFE_SAFETY)
    rig.run(1)
    assert rig.written[0][1:] == ("mode_command", "REMOTE")


@pytest.mark.parametrize("said", ["hold", "count 1"])
def test_whatever_is_wanted_a_unit_that_fell_out_has_its_command_taken_back(said: str) -> None:
    rig = plain(automatic=False, supply="supply_ok")
    rig.order("", "count 1")
    rig.until_running(1).run(130)
    (started,) = (output for output, on in rig.plant.running.items() if on)
    rig.release("")
    rig.order("", said)
    rig.run(5)
    rig.plant.supply = False
    rig.run(20)
    assert rig.plant.commands[f"{started}.run_command"] is False
    rig.plant.supply = True
    rig.run(5)
    assert not any(rig.plant.running.values()), "nothing starts because the power is back"


def test_a_centrifugal_pump_that_draws_half_its_current_against_its_closed_gate_has_started() -> None:
    rig = plain(PumpType.CENTRIFUGAL, automatic=False)
    rig.order("", "count 1")
    rig.until_running(1).run(120)
    assert sum(rig.plant.running.values()) == 1
    assert not [text for name, text in rig.step.alarms if "locked_out" in name]


def test_a_motor_without_any_current_against_a_closed_gate_has_not_started() -> None:
    rig = plain(PumpType.CENTRIFUGAL, automatic=False)
    rig.plant.current_at_shut_gate_a = 0.0
    rig.order("P1", "start")
    rig.order("", "hold")
    rig.run(120)
    assert "without current" in dict(rig.step.alarms)[f"{PS}/P1:locked_out"]


def test_a_discharge_gate_its_plc_closed_long_after_our_order_is_opened_anew_and_locks_nothing_out() -> None:
    rig = plain(automatic=False)
    rig.order("", "count 1")
    rig.until_running(1).run(200)
    (first,) = (output for output, on in rig.plant.running.items() if on)
    rig.plant.turn_switch("LOCAL")
    rig.run(5)
    alone(rig)
    rig.plant.commands[f"{first}.run_command"] = False
    rig.plant.commands[f"G{first[1:]}.position_command"] = 100.0
    rig.plant.turn_switch("REMOTE")
    rig.run(300).order("", "count 2")
    rig.until_running(2)
    assert not [text for name, text in rig.step.alarms if "locked_out" in name]


def test_a_unit_whose_protection_tripped_on_its_start_says_so() -> None:
    rig = plain(automatic=False)
    rig.plant.stuck.add("P1")
    rig.plant.lies["P1.fault"] = False
    rig.order("P1", "start")
    rig.order("", "hold")
    while not any(point == "P1.run_command" for _, point, _ in rig.written):
        rig.run(1)
    rig.plant.lies["P1.fault"] = True
    rig.run(40)
    assert "protection tripped" in dict(rig.step.alarms)[f"{PS}/P1:locked_out"]


@pytest.mark.parametrize(("reach_m", "slot", "starts"), [(3.85, None, True), (3.6, None, False), (3.85, "tag", False)])
def test_a_station_that_holds_blind_starts_near_the_guarantee_level_its_reach_shows(
    reach_m: float, slot: str | None, starts: bool
) -> None:
    rig = Rig(station(2, gravity=False, critical=CriticalRule(guarantee_m=4.0)))
    rig.plant.inner_m, rig.plant.sensors = 2.5, [None, None, 0.0]
    rig.around = WaterAround(reach_m={PS: reach_m})
    if slot == "tag":
        rig.order("", "count 0", slot=Slot.EMERGENCY_ORDER)
    rig.run(300)
    assert any(rig.plant.running.values()) is starts
    assert (f"{PS}:flood_critical" in dict(rig.step.alarms)) is starts


@pytest.mark.parametrize("age_s", [0.0, 3.0])
def test_a_moving_gate_is_halted_ahead_of_where_it_was_seen_and_not_past_its_goal(age_s: float) -> None:
    closing = GateMemory(60.0, START_S - 1.0, opening=False)
    readings = {
        "G1.position_percent": good(60.0, START_S - age_s),
        "G1.position_command": good(0.0, START_S),
    }
    view = View(Block(PS, readings, LinkState.ONLINE, complete=True, sequence=1), START_S)
    memory = StationMemory(gates={f"{PS}/G1": closing})
    one = station(1, gravity=False)
    scene = scene_of(one, view, memory, {}, Moment(WALL, START_S))
    (wanted,) = halt_step(scene, one.gates[0]).wanted
    assert wanted.write.value == pytest.approx(60.0 - (AHEAD_S + age_s) * 5.0)
