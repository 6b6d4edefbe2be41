"""A gate's lock-out lives on over a restart and is reset by a person; two stations on one feeder start one by one."""

from __future__ import annotations

from dataclasses import replace

from controller.logic.contract import StationMemory, UnitMemory
from controller.runtime.water import WaterDiscipline
from tests.unit.logic.water_rig import PS, Rig, equipped, station, unit
from tests.unit.runtime.core_rig import CoreRig

G1 = f"{PS}/G1"
OTHER = "330102-PS-0009"


def jammed() -> CoreRig:
    rig = CoreRig(station(1, automatic=False, gravity=False))
    rig.run(3)
    rig.pumps.jammed.add("G1")
    rig.order(PS, "count 1")
    rig.run(40)
    return rig


def locked_out(water: WaterDiscipline) -> bool:
    refusal = water.reset_refusal(G1)
    return refusal is None


def test_a_jammed_gate_stays_locked_out_over_a_restart_and_is_told_of_again() -> None:
    rig = jammed()
    assert locked_out(rig.water)
    rig.restart()
    rig.run(5)
    assert locked_out(rig.water)
    assert f"{G1}:locked_out" in {alarm.condition for alarm in rig.alarms.about(PS) if alarm.stands}
    assert rig.pumps.running == {"P1": False}


def test_a_person_s_reset_frees_it_for_good() -> None:
    rig = jammed()
    rig.pumps.jammed.clear()
    rig.water.reset(G1)
    rig.run(60)
    assert rig.pumps.running == {"P1": True}
    rig.restart()
    rig.run(5)
    assert not locked_out(rig.water)
    assert rig.water.reset_refusal(G1) is not None


def test_what_a_station_is_told_of_its_feeders_are_the_starts_of_this_very_turn() -> None:
    here = equipped()
    there = station(1, id=OTHER, units=(unit(1, id=f"{OTHER}/P1", feeder="10kV-I", discharge_gate=None),))
    rig = CoreRig(here)
    both = {here.id: here, there.id: there}
    rig.water.adopt(replace(rig.site, city=replace(rig.site.city, stations=both)))
    moment = Rig(here).moment
    assert rig.water._around_feeders(here, moment).feeders == {"10kV-I": ()}
    asked = StationMemory(units={f"{OTHER}/P1": UnitMemory(asked_s=moment.s)})
    rig.water._memories[OTHER] = asked
    (use,) = rig.water._around_feeders(here, moment).feeders["10kV-I"]
    assert (use.unit, use.starting) == (f"{OTHER}/P1", True)
