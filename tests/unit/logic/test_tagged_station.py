"""A tag in a station: nothing under it starts or moves, the rest goes on, and what runs can be stopped."""

from __future__ import annotations

import pytest

from controller.domain.command import Cause
from controller.domain.slots import Slot
from tests.unit.logic.on_site import FakeSite, tag
from tests.unit.logic.water_rig import PS, Rig

P1, P2, G1, G2, G3 = (f"{PS}/{output}" for output in ("P1", "P2", "G1", "G2", "G3"))


def rig(*tagged: str, wait_s: float = 0.0) -> Rig:
    return Rig(site=FakeSite(wait_s, [tag(on) for on in tagged]))


def the_site(of: Rig) -> FakeSite:
    assert isinstance(of.site, FakeSite)
    return of.site


@pytest.mark.parametrize("slot", [Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL])
@pytest.mark.parametrize("on", [P1, G1, PS])
def test_a_tagged_unit_or_one_with_a_tagged_gate_does_not_start(on: str, slot: Slot) -> None:
    one = rig(on)
    one.order("", "hold")
    one.order("P1", "start", slot=slot)
    one.run(120)
    assert one.writes("P1.run_command") == []
    assert one.writes("G1.position_command") == []
    assert one.step.verdicts[P1].cause is Cause.TAGGED


def test_the_count_is_made_up_by_the_units_without_a_tag() -> None:
    one = rig(P1)
    one.order("", "count 1")
    one.until_running(1)
    assert one.plant.running == {"P1": False, "P2": True}


def test_a_running_unit_is_stopped_under_its_tag_and_does_not_start_again() -> None:
    one = rig()
    one.order("", "count 2")
    one.until_running(2)
    one.run(130)
    the_site(one).tags.append(tag(P1))
    one.run(20)
    assert one.plant.running["P1"], "a tag by itself stops nothing"
    one.order("P1", "stop")
    one.until_running(1)
    one.release("P1")
    one.run(600)
    assert one.plant.running == {"P1": False, "P2": True}


@pytest.mark.parametrize("slot", [Slot.LIFE_SAFETY, Slot.EQUIPMENT_PROTECTION])
def test_slots_1_and_2_stop_a_tagged_unit(slot: Slot) -> None:
    one = rig()
    one.order("", "count 1")
    one.until_running(1)
    running = next(output for output, runs in one.plant.running.items() if runs)
    the_site(one).tags.append(tag(f"{PS}/{running}"))
    one.order(running, "stop", slot=slot)
    one.run(20)
    assert not one.plant.running[running]


@pytest.mark.parametrize("slot", [Slot.LIFE_SAFETY, Slot.EMERGENCY_ORDER, Slot.CITY_MANUAL])
@pytest.mark.parametrize("said", ["close", "open", "40%"])
def test_a_tagged_gate_moves_for_nobody(said: str, slot: Slot) -> None:
    one = rig(G3)
    one.plant.position["G3"] = 60.0
    one.order("", "hold")
    one.order("G3", said, slot=slot)
    one.run(60)
    assert one.plant.position["G3"] == 60.0
    assert one.step.verdicts[G3].cause is Cause.TAGGED


def test_a_gate_in_mid_travel_is_halted_when_a_tag_is_hung() -> None:
    one = rig()
    one.plant.position["G3"] = 100.0
    one.order("", "hold")
    one.order("G3", "close")
    while one.plant.position["G3"] > 60.0:
        one.cycle()
    the_site(one).tags.append(tag(G3))
    one.run(4)
    stands = one.plant.position["G3"]
    assert stands > 30.0
    one.run(60)
    assert one.plant.position["G3"] == stands


def test_a_tagged_gate_that_its_pump_needs_closed_is_told_to_people() -> None:
    one = rig()
    one.order("", "count 1")
    one.until_running(1)
    running = next(output for output, runs in one.plant.running.items() if runs)
    gate = f"{PS}/G{running[1]}"
    the_site(one).tags.append(tag(gate))
    one.order(running, "stop", slot=Slot.LIFE_SAFETY)
    one.run(20)
    assert f"{gate}:tagged" in dict(one.step.alarms)


def test_a_tagged_station_is_not_handed_back_to_a_plc_that_would_start_it_but_its_units_can_be_stopped() -> None:
    one = rig()
    one.order("", "count 1")
    one.until_running(1)
    running = next(output for output, runs in one.plant.running.items() if runs)
    one.run(130)
    the_site(one).tags.append(tag(PS))
    one.order("", "hand-back")
    one.run(60)
    assert one.plant.mode == "REMOTE"
    assert one.step.verdicts[PS].cause is Cause.TAGGED
    one.order(running, "stop")
    one.until_running(0)
    the_site(one).tags.clear()
    one.run(10)
    assert one.plant.mode == "PLC_AUTO"


def test_back_from_local_the_station_stands_as_it_is_until_the_wait_is_over() -> None:
    one = rig(wait_s=300.0)
    one.plant.inner_m = 3.05
    one.until_running(1)
    one.plant.turn_switch("LOCAL")
    one.run(5)
    for output in one.plant.running:
        one.plant.run(output, True, one.now_s)  # people on site start everything
    one.run(5)
    one.plant.inner_m = 1.9
    one.plant.turn_switch("REMOTE")
    written = len(one.written)
    one.run(290)
    assert len(one.written) == written, "nothing is written while automation waits"
    assert one.step.verdicts[PS].interlock == "back_from_local"
    one.until_running(0, 600.0)


def test_a_new_order_releases_a_station_that_waits() -> None:
    one = rig(wait_s=3000.0)
    one.cycle()
    one.plant.turn_switch("LOCAL")
    one.run(5)
    one.plant.turn_switch("REMOTE")
    one.run(30)
    one.order("", "count 1")
    one.until_running(1)


def test_an_order_of_before_local_does_not_release_it() -> None:
    one = rig(wait_s=3000.0)
    one.cycle()
    one.plant.turn_switch("LOCAL")
    one.order("", "count 1")
    one.run(5)
    one.plant.turn_switch("REMOTE")
    one.run(200)
    assert one.plant.running == {"P1": False, "P2": False}


def test_a_stop_for_safety_is_carried_out_while_automation_waits() -> None:
    one = rig(wait_s=3000.0)
    one.cycle()
    one.plant.turn_switch("LOCAL")
    one.run(2)
    one.plant.run("P1", True, one.now_s)
    one.run(2)
    one.plant.turn_switch("REMOTE")
    one.run(5)
    one.order("P1", "stop", slot=Slot.LIFE_SAFETY)
    one.run(40)
    assert not one.plant.running["P1"]


def test_a_river_gate_closing_for_safety_is_attempted_at_local_and_said_to_be_not_assured() -> None:
    one = rig()
    one.plant.position["G3"] = 50.0
    one.cycle()
    one.plant.turn_switch("LOCAL")
    one.order("G3", "close", slot=Slot.LIFE_SAFETY)
    one.run(5)
    assert one.writes("G3.position_command")
    assert "not assured" in one.phase("G3")


@pytest.mark.parametrize("on", [P1, G1, PS])
def test_a_start_under_way_is_taken_back_when_a_tag_is_hung(on: str) -> None:
    one = rig()
    one.plant.stuck.add("P1")
    one.order("", "hold")
    one.order("P1", "start")
    while not one.writes("P1.run_command"):
        one.cycle()
    one.run(3)
    the_site(one).tags.append(tag(on))
    one.run(3)
    assert one.plant.commands["P1.run_command"] is False
    assert one.step.verdicts[P1].cause is Cause.TAGGED
    one.plant.stuck.clear()
    one.run(60)
    assert "P1" not in one.plant.starts
    assert not one.memory.units[P1].locked_out, "a tag is no failure of the unit"
