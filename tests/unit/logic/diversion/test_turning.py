"""A station that pumps both ways: direction as a state, drainage first, gates lined, nothing fights drainage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.domain.intents import Direction, StationMode, StationOrder
from controller.domain.pumps_and_gates import GateRole
from controller.domain.slots import Slot
from controller.domain.stations import Lining, Station, Turning
from controller.logic.contract import Ruling
from controller.logic.water_around import Diversion, WaterAround
from tests.unit.logic.water_rig import LEVELS, PS, Rig, gate, station

TURNING = Turning(60.0, Lining(closed=(f"{PS}/G2",)), Lining(open=(f"{PS}/G5",), closed=(f"{PS}/G1",)))
RUN = WaterAround(diversion={PS: Diversion(1, {f"{PS}/G6": 100.0}, "fill", "fills / 补水")})
REST = WaterAround(diversion={PS: Diversion(0, {f"{PS}/G6": 0.0}, "", "rests / 间歇")})
BARRED = replace(RUN, no_diversion={PS: "drainage first: response Ⅳ is declared / 排涝优先"})


def both_ways(**changes: object) -> Station:
    """P1 drains, P2 brings in; G5 stands in the way of diversion, G6 is an intake gate."""
    plain = station(2, gravity=False, turning=TURNING, **changes)
    one, two = plain.units
    gates = (*plain.gates, gate(5, GateRole.INTAKE), gate(6, GateRole.INTAKE))
    quick = {"min_run_s": 30.0, "min_off_s": 10.0, "backspin_s": 5.0}
    units = (replace(one, **quick), replace(two, direction="divert", **quick))
    return replace(plain, units=units, gates=gates)


def running(rig: Rig) -> tuple[bool, bool]:
    return rig.plant.running["P1"], rig.plant.running["P2"]


def diverting(**changes: object) -> Rig:
    rig = Rig(both_ways(**changes))
    rig.plant.inner_m, rig.around = 2.0, RUN
    for _ in range(120):
        rig.cycle()
        if running(rig) == (False, True):
            return rig
    raise AssertionError(dict(rig.step.phases))


@pytest.mark.parametrize("automatic", [True, False])
def test_a_program_takes_the_station_lines_its_gates_and_runs_its_units(automatic: bool) -> None:
    rig = diverting(automatic=automatic)
    assert rig.plant.position["G5"] == 100.0
    assert rig.plant.position["G6"] > 0.0
    assert rig.decisions[PS].winner.value == StationOrder(StationMode.COUNT, 1, Direction.DIVERT)
    assert rig.decisions[PS].winner.owner == "diversion"


def test_no_unit_starts_before_its_gates_are_proven_lined() -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = 2.0, RUN
    rig.plant.jammed.add("G5")
    rig.run(120)
    assert running(rig) == (False, False)


def test_units_wait_for_their_intake_gate_and_stop_when_the_river_shuts_it() -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = 2.0, replace(RUN, shut={PS: "mountain flood / 山洪"})
    rig.run(90)
    assert running(rig) == (False, False)
    assert "intake gates" in rig.decisions[PS].winner.reason
    rig.around = RUN
    rig.run(100)
    assert running(rig) == (False, True)
    rig.around = replace(RUN, shut={PS: "mountain flood / 山洪"})
    rig.run(60)
    assert running(rig) == (False, False)
    assert rig.plant.position["G6"] == 0.0


@pytest.mark.parametrize("automatic", [True, False])
def test_a_program_that_ends_is_wound_down_and_the_station_given_back(automatic: bool) -> None:
    rig = diverting(automatic=automatic)
    rig.run(40)
    rig.around = REST
    rig.run(120)
    assert running(rig) == (False, False)
    assert rig.plant.position["G6"] == 0.0
    expected = StationMode.COUNT if automatic else StationMode.HAND_BACK
    assert rig.decisions[PS].winner.value.mode is expected  # type: ignore[union-attr]  # a station's order
    assert rig.plant.mode == ("REMOTE" if automatic else "PLC_AUTO")


def test_drainage_first_stops_bringing_in_at_once_and_says_who_and_why() -> None:
    rig = diverting()
    rig.around = BARRED
    rig.run(5)
    assert running(rig) == (False, False)
    assert "response Ⅳ" in rig.decisions[PS].winner.reason
    rig.run(60)
    assert rig.plant.position["G6"] == 0.0


@pytest.mark.parametrize("slot", [Slot.DISTRICT_MANUAL, Slot.CITY_MANUAL, Slot.EMERGENCY_ORDER, Slot.OPTIMISER])
def test_a_diversion_order_given_then_is_not_followed_and_is_again_once_the_cause_is_gone(slot: Slot) -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = 2.0, replace(BARRED, diversion=REST.diversion)
    rig.order("", "count 1 divert", slot=slot)
    rig.run(60)
    assert running(rig) == (False, False)
    verdict = rig.step.verdicts[PS]
    assert (verdict.ruling, verdict.interlock) == (Ruling.FORCE, "drainage_first")
    assert "response Ⅳ" in rig.phase()
    rig.around = REST
    rig.run(90)
    assert running(rig) == (False, True)


def test_a_units_own_start_order_is_held_too() -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = 2.0, BARRED
    rig.order("", "hold")
    rig.order("P2", "start")
    rig.run(60)
    assert running(rig) == (False, False)
    assert rig.step.verdicts[f"{PS}/P2"].interlock == "drainage_first"


def test_rising_water_turns_the_station_only_after_everything_stood_still_for_its_rest() -> None:
    rig = diverting()
    rig.run(40)
    stop_s = None
    rig.plant.inner_m = LEVELS.start_m + 0.05
    for _ in range(500):
        before = running(rig)
        rig.cycle()
        assert running(rig) != (True, True)
        stop_s = rig.now_s if before[1] and not running(rig)[1] else stop_s
        if running(rig)[0]:
            break
    assert running(rig) == (True, False)
    assert stop_s is not None
    assert rig.now_s - stop_s >= TURNING.reversal_s
    assert rig.plant.position["G2"] == 0.0


def test_a_program_never_takes_a_station_that_drains() -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = LEVELS.start_m + 0.05, REST
    rig.until_running(1)
    rig.around = RUN
    rig.run(120)
    assert running(rig) == (True, False)


def test_after_a_restart_a_running_program_goes_on() -> None:
    rig = diverting()
    rig.run(30)
    rig.forget_processes()
    rig.run(60)
    assert running(rig) == (False, True)


AROUND = {"run": RUN, "rest": REST, "barred": BARRED}
STEP = st.tuples(
    st.sampled_from(sorted(AROUND)),
    st.sampled_from(["", "", "count 1 divert", "count 1", "hold", "hand-back"]),
    st.sampled_from([2.0, 2.6, 3.05]),
    st.integers(5, 80),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=5))
@example([("rest", "", 3.05, 80), ("run", "", 3.05, 80)])
def test_it_never_pumps_both_ways_and_drainage_is_never_stopped_by_diversion(steps: list) -> None:
    rig = Rig(both_ways())
    for around, order, inner_m, seconds in steps:
        rig.around, rig.plant.inner_m = AROUND[around], inner_m
        rig.book.clear()
        if order:
            rig.order("", order, for_s=1e6)
        for _ in range(seconds):
            stops = len(drainage_stops(rig))
            rig.cycle()
            assert running(rig) != (True, True)
            if len(drainage_stops(rig)) > stops:  # who ordered it: a moment later somebody else may have the station
                winner = rig.decisions[PS].winner
                assert winner.owner != "diversion", winner


def drainage_stops(rig: Rig) -> list:
    return [write for write in rig.writes("P1.run_command") if write[2] is False]


def test_a_stop_of_level_control_that_shows_when_a_program_has_the_station_is_level_controls() -> None:
    rig = Rig(both_ways())
    rig.plant.inner_m, rig.around = 3.05, BARRED
    rig.until_running(1)
    rig.plant.inner_m, rig.around = 2.0, RUN
    while running(rig)[0]:
        assert rig.decisions[PS].winner.owner == "level control"
        rig.cycle()
    assert rig.decisions[PS].winner.owner == "diversion"
    assert len(drainage_stops(rig)) == 1
