import pytest

from controller.logic.contract import StationMemory, UnitMemory
from controller.logic.station_observation import observe_station
from tests.unit.logic.water_rig import LEVELS, PS, Rig, station

P1 = f"{PS}/P1"


def observed(rig: Rig, memory: StationMemory, after_s: float = 1.0) -> StationMemory:
    rig.now_s += after_s
    return observe_station(rig.station, rig.look(), memory, rig.moment)


def test_a_new_memory_takes_over_what_runs() -> None:
    rig = Rig()
    rig.plant.running["P1"] = True
    memory = observed(rig, StationMemory())
    assert (memory.adopted, memory.wanted_count) == (True, 1)
    assert memory.units[P1].starts_total == 0


def test_a_unit_that_its_plc_may_just_have_started_makes_the_next_one_wait_for_the_stagger() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.running["P1"], rig.plant.inner_m = True, 3.4
    rig.plant.commands["P1.run_command"] = True
    rig.cycle()
    met_s = rig.now_s
    rig.until_running(2)
    assert rig.plant.running["P2"]
    assert rig.now_s - met_s >= LEVELS.stagger_s


def test_a_unit_whose_starts_are_known_makes_nobody_wait_after_a_restart() -> None:
    rig = Rig()
    rig.plant.running["P1"] = True
    known = UnitMemory(starts_s=(rig.now_s - 7200.0,), starts_total=5, running_since_s=rig.now_s - 7200.0)
    assert observed(rig, StationMemory(units={P1: known})).last_start_s is None


def test_starts_stops_and_hours_are_counted_from_what_is_seen() -> None:
    rig = Rig()
    memory = observed(rig, StationMemory())
    rig.plant.running["P1"] = True
    memory = observed(rig, memory, 500.0)
    started_s = rig.now_s
    memory = observed(rig, memory, 3600.0)
    rig.plant.running["P1"] = False
    memory = observed(rig, memory, 36.0)
    past = memory.units[P1]
    assert (past.starts_s, past.starts_total, past.stopped_since_s) == ((started_s,), 1, rig.now_s)
    assert past.run_hours == pytest.approx(1.01)
    assert (memory.last_start_s, memory.last_stop_s) == (started_s, rig.now_s)


def test_a_feedback_that_cannot_be_read_changes_nothing() -> None:
    rig = Rig()
    memory = observed(rig, StationMemory())
    rig.plant.running["P1"] = True
    rig.plant.blind.add("P1.running")
    assert observed(rig, memory).units[P1] == memory.units[P1]


@pytest.mark.parametrize(("turns", "waits_s"), [(False, 0.0), (True, 60.0)])
def test_at_first_sight_only_a_shaft_that_may_still_turn_is_waited_for(turns: bool, waits_s: float) -> None:
    rig = Rig()
    if turns:
        rig.plant.blind.add("P1.speed_percent")
    stopped_s = observed(rig, StationMemory()).units[P1].stopped_since_s
    assert stopped_s is not None
    assert stopped_s + 180.0 - rig.now_s == waits_s


@pytest.mark.parametrize(
    ("levels_m", "hold"), [([1.6], False), ([1.5], True), ([1.5, 1.79], True), ([1.5, 1.8], False)]
)
def test_a_well_that_ran_dry_is_remembered_until_it_has_filled(levels_m: list[float], hold: bool) -> None:
    rig, memory = Rig(), StationMemory()
    for level_m in levels_m:
        rig.plant.inner_m = level_m
        memory = observed(rig, memory)
    assert memory.dry_run_hold is hold


def test_a_dead_level_neither_sets_nor_clears_the_dry_run_hold() -> None:
    rig = Rig()
    rig.plant.inner_m = 1.4
    memory = observed(rig, StationMemory())
    rig.plant.inner_m, rig.plant.sensors = 3.0, [None, None, None]
    assert observed(rig, memory).dry_run_hold


def test_a_gate_is_moving_while_its_position_changes() -> None:
    rig = Rig(station(1))
    memory = observed(rig, StationMemory())
    rig.plant.position["G2"] = 30.0
    memory = observed(rig, memory)
    assert memory.gates[f"{PS}/G2"].moved_s == rig.now_s
    assert memory.gates[f"{PS}/G2"].opening
    assert observed(rig, memory, 9.0).gates == memory.gates
