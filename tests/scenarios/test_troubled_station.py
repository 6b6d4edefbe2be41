"""城西南排 through what stations suffer: a motor that trips on its start, a jammed gate, the power lost and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from controller.domain.rights import Caller
from controller.settings.site import Site
from hil.plants.station import StationPlant
from hil.world import World
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, hangzhou_world, running_city, with_timing
from tests.scenarios.part import part_of

STATION = "330106-PS-0001"
NOON = datetime(2026, 6, 21, 12, 0, tzinfo=LOCAL)


def station_alone() -> Site:
    return with_timing(part_of(hangzhou(), STATION), lighting_cycle_s=60.0)


def full_of_water() -> World:
    world = hangzhou_world()
    raised = tuple(reach.model_copy(update={"level_m": 2.4}) for reach in world.reaches)
    return replace(world, reaches=raised, storms=())


def running(plant: StationPlant) -> set[str]:
    return {output for output, pump in plant.pumps.items() if pump.contactor.closed}


def conditions(city: RunningCity) -> set[str]:
    return {alarm.condition for alarm in city.controller.alarms() if alarm.cleared is None}


async def test_a_trip_on_start_a_jam_and_a_power_cut_are_each_told_and_made_up_for(tmp_path: Path) -> None:
    async with running_city(tmp_path, NOON, site=station_alone(), world=full_of_water()) as city:
        plant = city.field.station(STATION)
        await city.until(lambda: city.controller.health().ready, within_s=30.0)
        plant.pumps["P1"].trips_on_start = True
        plant.gates["G2"].jammed = True
        assert (await city.order(STATION, "count 2", for_s=7200.0)).accepted

        await city.until(lambda: running(plant) == {"P3", "P4"}, within_s=1500.0)
        assert plant.pumps["P1"].trip_reason == "motor protection"
        assert len(city.moves(f"{STATION}/P1")) == 2, "tried once, not again against its fault"
        assert city.moves(f"{STATION}/P2") == [], "never started against its jammed gate"
        assert f"{STATION}/G2:locked_out" in conditions(city)
        assert all(plant.pumps[output].aided for output in ("P3", "P4"))

        plant.plc.lose_supply(plant.now_s)
        await city.until(lambda: f"{STATION}:supply" in conditions(city), within_s=30.0)
        await city.clock.sleep(60.0)
        assert running(plant) == set()
        assert city.moves(f"{STATION}/P5") == [], "no start on a dead supply"

        plant.plc.return_supply(plant.now_s)
        back = city.clock.now()
        await city.until(lambda: running(plant) == {"P5", "P6"}, within_s=900.0)
        starts = sorted(city.moves(f"{STATION}/{output}")[0].at for output in ("P5", "P6"))
        assert (starts[0] - back).total_seconds() >= 10.0
        assert all((later - earlier).total_seconds() >= 300.0 for earlier, later in pairwise(starts)), "its stagger"
        assert f"{STATION}:supply" not in conditions(city)


async def test_a_gate_that_was_freed_is_reset_by_a_person_and_its_unit_starts(tmp_path: Path) -> None:
    async with running_city(tmp_path, NOON, site=station_alone(), world=full_of_water()) as city:
        plant, unit, gate = city.field.station(STATION), f"{STATION}/P2", f"{STATION}/G2"
        await city.until(lambda: city.controller.health().ready, within_s=30.0)
        plant.gates["G2"].jammed = True
        assert (await city.order(STATION, "hold", for_s=7200.0)).accepted
        assert (await city.order(unit, "start", for_s=7200.0)).accepted
        await city.until(lambda: f"{gate}:locked_out" in conditions(city), within_s=120.0)
        await city.until(lambda: "locked out" in city.shown(unit).phase, within_s=10.0)

        plant.gates["G2"].jammed = False
        receipt = await city.controller.reset(gate, Caller("a crew", person="a crew"), "freed it")
        assert receipt.outcomes[0].accepted, receipt
        await city.until(lambda: running(plant) == {"P2"}, within_s=300.0)
        assert f"{gate}:locked_out" not in conditions(city)
