"""A station's plant and its PLC, between two levels held by the test."""

from __future__ import annotations

import pytest

from controller.domain.pumps_and_gates import PumpType
from controller.domain.stations import Station
from hil.plants.cabinet import ControlSwitch
from hil.plants.events import EventLog, Motion
from hil.plants.plc import Mode
from hil.plants.pump import PumpCurve
from hil.plants.station import StationPlant
from tests.unit.hil import small_city

CURVE = PumpCurve(rated_head_m=2.0, shutoff_head_m=6.0)


class Bench:
    """A station with its water in the tester's hands."""

    def __init__(self, asset: Station | None = None, inner_m: float = 1.3, outer_m: float = 3.0) -> None:
        self.plant = StationPlant(asset or small_city.station(), CURVE, 0.0, EventLog())
        self.inner_m, self.outer_m = inner_m, outer_m
        self.beating = False

    def wait(self, seconds: float, step_s: float = 1.0) -> None:
        end_s = self.plant.now_s + seconds
        while self.plant.now_s < end_s:
            if self.beating:
                self.plant.plc.sign_of_life(self.plant.now_s)
            self.plant.advance(self.plant.now_s + step_s, self.inner_m, self.outer_m)

    def take_over(self) -> None:
        self.beating = True
        self.plant.plc.ask_mode(Mode.REMOTE, self.plant.now_s)

    def running(self) -> list[str]:
        return [output for output, pump in self.plant.pumps.items() if pump.running]

    def trips(self) -> list[object]:
        return [each.value for each in self.plant.events if each.motion is Motion.TRIP]


def test_left_alone_the_plc_opens_the_gate_first_and_starts_units_one_by_one() -> None:
    bench = Bench(inner_m=1.95)
    bench.wait(30)
    assert bench.running() == []
    assert 0 < bench.plant.gates["G1"].position < 100
    bench.wait(40)
    assert bench.running() == ["P1"]
    bench.wait(200)
    assert bench.running() == ["P1", "P2"], "the level still stands above the second start level"


def test_units_stop_below_their_own_level_and_not_before_their_shortest_run() -> None:
    bench = Bench(inner_m=1.85)
    bench.wait(120)
    assert bench.running() == ["P1"]
    bench.inner_m = 1.55
    bench.wait(600)
    assert bench.running() == ["P1"], "a large unit runs half an hour at least"
    bench.wait(1300)
    assert bench.running() == []
    bench.wait(120)
    assert bench.plant.gates["G1"].closed_limit


def test_a_start_takes_its_time_and_the_current_tells_it() -> None:
    bench = Bench(inner_m=1.5)
    bench.take_over()
    bench.plant.plc.order_gate("G1", 100.0, 0.0)
    bench.plant.plc.order_unit("P1", True, 0.0)
    bench.wait(55)
    pump = bench.plant.pumps["P1"]
    assert (pump.running, pump.current_a(1.0)) == (False, 0.0)
    bench.wait(6)
    assert pump.running
    assert pump.current_a(1.0) > pump.asset.rated_a, "running up"
    assert 0 < pump.speed < 100
    bench.wait(15)
    assert pump.flow_m3s == pytest.approx(15 * CURVE.share(1.5))
    assert 0.6 * pump.asset.rated_a < pump.current_a(1.0) < pump.asset.rated_a


def test_a_centrifugal_unit_starts_against_its_closed_gate_and_trips_when_it_never_opens() -> None:
    bench = Bench(small_city.station(pump=PumpType.CENTRIFUGAL), inner_m=1.5)
    bench.take_over()
    bench.plant.plc.order_unit("P1", True, 0.0)
    bench.wait(60)
    assert bench.running() == ["P1"]
    assert bench.plant.flow_m3s() == 0.0
    bench.wait(70)
    assert bench.running() == []
    assert bench.trips() == ["runs against a closed gate"]
    assert not bench.plant.plc.run_command["P1"], "a trip takes the order away"


def test_a_jammed_discharge_gate_becomes_a_fault_and_the_next_unit_takes_over() -> None:
    bench = Bench(inner_m=1.85)
    bench.plant.gates["G1"].jammed = True
    bench.wait(600)
    assert bench.plant.pumps["P1"].fault
    assert bench.plant.gates["G1"].fault
    assert bench.running() == ["P2"]


def test_the_hard_wired_dry_run_trip_stops_what_the_centre_orders() -> None:
    bench = Bench(inner_m=1.5)
    bench.take_over()
    bench.plant.plc.order_gate("G1", 100.0, 0.0)
    bench.plant.plc.order_unit("P1", True, 0.0)
    bench.wait(100)
    assert bench.running() == ["P1"]
    bench.inner_m = 0.39
    bench.wait(2)
    assert bench.running() == []
    assert bench.trips() == ["dry run"]
    bench.plant.plc.order_unit("P1", True, bench.plant.now_s)
    bench.inner_m = 0.80
    bench.wait(60)
    assert bench.running() == [], "not before the restart level"
    bench.inner_m = 0.95
    bench.plant.plc.order_unit("P1", True, bench.plant.now_s)
    bench.wait(60)
    assert bench.running() == ["P1"]


def test_gravity_comes_first_and_its_gate_is_shut_before_a_pump_starts() -> None:
    bench = Bench(inner_m=1.5, outer_m=1.2)
    bench.wait(590)
    gate = bench.plant.gates["G3"]
    assert gate.closed_limit, "the head has to hold for ten minutes"
    bench.wait(100)
    assert gate.open_limit
    bench.inner_m = 1.95
    bench.wait(50)
    assert bench.running() == [], "the gate is still on its way"
    bench.wait(60)
    assert gate.closed_limit
    assert bench.running() == ["P1"]


def test_the_gravity_gate_closes_when_the_tide_comes() -> None:
    bench = Bench(inner_m=1.5, outer_m=1.2)
    bench.wait(700)
    bench.outer_m = 1.46
    bench.wait(70)
    assert bench.plant.gates["G3"].closed_limit


def test_hand_over_either_way_moves_nothing() -> None:
    bench = Bench(inner_m=1.95)
    bench.wait(400)
    before = list(bench.plant.events)
    assert bench.running() == ["P1", "P2"]
    bench.take_over()
    bench.wait(300)
    assert bench.plant.plc.run_command == {"P1": True, "P2": True}
    bench.plant.plc.ask_mode(Mode.PLC_AUTO, bench.plant.now_s)
    bench.wait(30)
    later = [each for each in bench.plant.events if each not in before]
    assert {each.motion for each in later} == {Motion.AUTHORITY}
    assert bench.running() == ["P1", "P2"]


def test_the_key_blocks_the_centre_and_off_stops_everything() -> None:
    bench = Bench(inner_m=1.95)
    bench.wait(400)
    bench.plant.plc.turn_switch(ControlSwitch.LOCAL, bench.plant.now_s)
    bench.take_over()
    bench.plant.plc.order_unit("P1", False, bench.plant.now_s)
    bench.wait(100)
    assert bench.plant.plc.mode is Mode.PLC_AUTO
    assert bench.running() == ["P1", "P2"], "LOCAL keeps what runs"
    bench.plant.plc.turn_switch(ControlSwitch.OFF, bench.plant.now_s)
    bench.wait(30)
    assert bench.running() == []


def test_a_seized_pump_draws_current_and_moves_no_water() -> None:
    bench = Bench(inner_m=1.85)
    bench.plant.pumps["P1"].seized = True
    bench.wait(200)
    pump = bench.plant.pumps["P1"]
    assert pump.running
    assert pump.current_a(1.0) > pump.asset.rated_a
    assert bench.plant.flow_m3s() == 0.0


@pytest.mark.parametrize(("head_m", "share"), [(-5.0, 1.15), (2.0, 1.0), (5.0, 0.5), (6.0, 0.0), (9.0, 0.0)])
def test_flow_follows_head_and_the_flap_lets_nothing_back(head_m: float, share: float) -> None:
    assert CURVE.share(head_m) == pytest.approx(share)


def test_three_level_sensors_agree_within_a_centimetre_and_none_is_frozen() -> None:
    bench = Bench(inner_m=1.3)
    seen = set()
    for _ in range(20):
        bench.wait(7)
        readings = [bench.plant.inner_reading_m(sensor) for sensor in (1, 2, 3)]
        assert max(readings) - min(readings) < 0.02
        assert all(abs(reading - 1.3) < 0.01 for reading in readings)
        seen.add(readings[0])
    assert len(seen) > 10
