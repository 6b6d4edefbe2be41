"""A simulated pump and gate with what they have besides and what befalls them, and a PLC that loses its supply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain.pumps_and_gates import GateRole, PumpType
from hil.plants.gate import GatePlant
from hil.plants.plc import Mode
from hil.plants.pump import PumpCurve, PumpPlant
from tests.unit.hil import small_city
from tests.unit.hil.plants.test_station import Bench

CURVE = PumpCurve(rated_head_m=2.0, shutoff_head_m=6.0)


def pump(**changes: object) -> PumpPlant:
    asset = replace(small_city.unit("P1", None), **changes)  # type: ignore[arg-type]  # the caller names its fields
    return PumpPlant(asset, CURVE, 0.0)


def run(plant: PumpPlant, seconds: int, *, on: bool | None = None, head_m: float = 1.0, gate: float = 1.0) -> PumpPlant:
    began = int(plant._now_s)
    if on is not None:
        plant.contactor.order(on, began)
    for at in range(began + 1, began + seconds + 1):
        plant.advance(at, head_m, gate)
    return plant


def test_a_motor_that_trips_on_its_start_opens_again_and_shows_a_fault() -> None:
    one = pump()
    one.trips_on_start = True
    run(one, 20, on=True)
    assert (one.running, one.fault, one.trip_reason) == (False, True, "motor protection")


def test_a_pump_that_runs_dry_draws_little_and_moves_nothing() -> None:
    sound, dry = pump(), pump()
    dry.unloaded = True
    run(sound, 30, on=True)
    run(dry, 30, on=True)
    assert (sound.current_a(1.0) > 0.6 * 90.0, dry.current_a(1.0) < 0.6 * 90.0) == (True, True)
    assert (sound.flow_m3s > 0.0, dry.flow_m3s) == (True, 0.0)


def test_a_driven_pump_turns_and_lifts_as_it_is_told() -> None:
    one = pump(min_speed_percent=40.0)
    one.speed_goal = 60.0
    run(one, 30, on=True)
    at_sixty = one.flow_m3s
    assert one.speed == pytest.approx(60.0)
    one.speed_goal = 100.0
    run(one, 30)
    assert one.speed == pytest.approx(100.0)
    assert one.flow_m3s > at_sixty > 0.0


def test_behind_a_flap_that_sticks_water_comes_back_until_the_gate_is_shut() -> None:
    one = pump(flap=True)
    run(one, 30, on=True)
    assert not one.flap_closed
    one.flap_stuck = True
    run(one, 30, on=False)
    assert (one.flow_m3s < 0.0, one.speed < 0.0, one.flap_closed) == (True, True, False)
    run(one, 5, gate=0.0)
    assert (one.flow_m3s, one.speed) == (0.0, 0.0)


def gate(**changes: object) -> GatePlant:
    asset = replace(small_city.gate("G1", GateRole.GRAVITY), **changes)  # type: ignore[arg-type]  # names its fields
    return GatePlant(asset, 0.0)


def test_a_gate_stalls_without_power_and_is_let_down_by_its_release() -> None:
    one = gate(emergency_lower_s=20.0)
    one.aim(100.0)
    one.advance(30.0)
    one.powered = False
    one.advance(60.0)
    assert (one.position, one.torque_percent) == (50.0, 0.0)
    one.released = True
    assert one.advance(80.0) == pytest.approx(70.0)
    assert one.closed_limit


def test_a_gate_s_torque_tells_what_it_meets_and_its_limits_may_lie() -> None:
    one = gate()
    one.aim(100.0)
    one.advance(6.0)
    told = [one.torque_percent]
    one.heavy = True
    told.append(one.torque_percent)
    one.jammed = True
    one.advance(12.0)
    told.append(one.torque_percent)
    assert told == sorted(told)
    assert one.fault
    one.closed_limit_lies = True
    assert one.closed_limit


def test_a_gate_that_creeps_moves_without_an_order_and_an_order_begins_anew() -> None:
    one = gate()
    one.creep_percent_s = 0.5
    one.advance(60.0)
    assert one.position == pytest.approx(30.0)
    one.creep_percent_s = 0.0
    one.aim(0.0, anew=False)
    one.aim(0.0, anew=False)
    one.advance(120.0)
    assert one.position == 0.0


def test_a_lost_supply_drops_every_motor_and_nothing_starts_by_itself_on_its_return() -> None:
    bench = Bench(inner_m=1.3)
    bench.take_over()
    plc, plant = bench.plant.plc, bench.plant
    plc.order_gate("G1", 100.0, 0.0)
    bench.wait(70)
    plc.order_unit("P1", True, plant.now_s)
    bench.wait(20)
    assert bench.running() == ["P1"]
    plc.lose_supply(plant.now_s)
    bench.wait(20)
    assert bench.running() == []
    plc.return_supply(plant.now_s)
    bench.wait(60)
    assert (bench.running(), plc.run_command["P1"], plc.mode) == ([], False, Mode.REMOTE)


def test_a_plc_that_loses_its_own_supply_counts_its_restart_and_is_in_automatic_afterwards() -> None:
    bench = Bench(inner_m=1.3)
    bench.take_over()
    before = bench.plant.plc.boots
    bench.plant.plc.lose_supply(bench.plant.now_s, itself=True)
    assert (bench.plant.plc.boots, bench.plant.plc.mode) == (before + 1, Mode.PLC_AUTO)


@pytest.mark.parametrize("fails", [False, True])
def test_the_plc_alone_starts_a_unit_only_with_its_auxiliaries(fails: bool) -> None:
    asset = small_city.station(pump=PumpType.AXIAL)
    asset = replace(asset, units=tuple(replace(one, auxiliaries=("lubrication",)) for one in asset.units))
    bench = Bench(asset, inner_m=1.85)
    if fails:
        for one in bench.plant.pumps.values():
            one.failed_auxiliaries.add("lubrication")
    bench.wait(100)
    assert (bench.running() == []) is fails
