"""Who has the say at a station: the centre, its PLC, the key on site; and every change of it without a jolt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from controller.domain.rights import Caller
from controller.settings.site import Site
from hil.plants.cabinet import ControlSwitch
from hil.plants.events import Motion
from hil.plants.plc import Mode
from hil.plants.station import StationPlant
from hil.world import World
from tests.scenarios.city import (
    LOCAL,
    RunningCity,
    controlled,
    hangzhou,
    hangzhou_world,
    running_city,
    running_field,
    with_timing,
)
from tests.scenarios.part import part_of

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=LOCAL)
STATION = "330102-PS-0003"
"""七堡, on automatic."""
LEFT_TO_ITS_PLC = "330106-PS-0001"
"""城西南排, handed back unless somebody orders otherwise."""
SILENCE_S = 60.0


def world_of(reach: str, level_m: float) -> World:
    """The demo's waters without rain, one reach at another level."""
    world = hangzhou_world()
    raised = tuple(r.model_copy(update={"level_m": level_m}) if r.name == reach else r for r in world.reaches)
    return replace(world, reaches=raised, storms=())


def only(station: str) -> Site:
    site = with_timing(part_of(hangzhou(), station), lighting_cycle_s=60.0)
    return replace(site, network=None)  # the station's own levels alone: no rain to come moves its count here


def running(plant: StationPlant) -> set[str]:
    return {output for output, pump in plant.pumps.items() if pump.contactor.closed}


async def pumping(city: RunningCity, station: str, count: int) -> set[str]:
    await city.until(lambda: len(running(city.field.station(station))) == count, within_s=1500)
    return running(city.field.station(station))


async def test_a_controller_that_goes_leaves_the_pumps_to_the_plc_and_takes_them_back_as_they_run(
    tmp_path: Path,
) -> None:
    async with running_field(only(STATION), NOON, world=world_of("east", 1.95)) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            before = await pumping(city, STATION, 2)
            assert field.station(STATION).plc.mode is Mode.REMOTE
        left = clock.now()
        await clock.sleep(SILENCE_S + 10)
        plant = field.station(STATION)
        assert plant.plc.mode is Mode.PLC_AUTO
        assert running(plant) == before
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: field.station(STATION).plc.mode is Mode.REMOTE, within_s=60)
            await clock.sleep(120.0)
            assert running(field.station(STATION)) == before
            assert city.shown(STATION).winner.value == "count 2"
        moved = [event for event in field.events() if event.motion is Motion.CONTACTOR and event.at > left]
        assert not moved


async def test_an_order_for_a_station_ends_and_its_running_units_are_not_stopped_by_that(tmp_path: Path) -> None:
    async with running_city(tmp_path, NOON, site=only(LEFT_TO_ITS_PLC), world=world_of("west", 1.85)) as city:
        await city.until(lambda: city.controller.health().ready, within_s=30)
        assert (await city.order(LEFT_TO_ITS_PLC, "count 1", for_s=900.0)).accepted
        started = await pumping(city, LEFT_TO_ITS_PLC, 1)
        assert city.field.station(LEFT_TO_ITS_PLC).plc.mode is Mode.REMOTE
        await city.until(lambda: city.shown(LEFT_TO_ITS_PLC).winner.name == "default", within_s=910)
        await city.until(lambda: city.field.station(LEFT_TO_ITS_PLC).plc.mode is Mode.PLC_AUTO, within_s=30)
        await city.clock.sleep(120.0)
        assert running(city.field.station(LEFT_TO_ITS_PLC)) == started
        assert [event.value for event in city.moves(f"{LEFT_TO_ITS_PLC}/{started.pop()}")] == [True]


async def test_a_key_at_local_keeps_the_centre_out_and_what_runs_goes_on_when_it_returns(tmp_path: Path) -> None:
    async with running_city(tmp_path, NOON, site=only(STATION), world=world_of("east", 1.95)) as city:
        before = await pumping(city, STATION, 2)
        sent = len(city.controller.commands(STATION))
        plc = city.field.station(STATION).plc
        plc.turn_switch(ControlSwitch.LOCAL, city.field.plant_s())
        await city.until(lambda: bool(city.shown(STATION).interlocks), within_s=10)
        shown = city.shown(STATION)
        assert shown.interlocks[0].cause == "BLOCKED_LOCAL"
        assert (await city.order(f"{STATION}/P4", "start", for_s=300.0)).cause == "BLOCKED_LOCAL"
        await city.clock.sleep(400.0)
        assert len(city.controller.commands(STATION)) == sent
        assert running(city.field.station(STATION)) == before

        city.field.station(STATION).plc.turn_switch(ControlSwitch.REMOTE, city.field.plant_s())
        await city.clock.sleep(120.0)
        assert city.shown(STATION).interlocks[0].id == "back_from_local"
        assert len(city.controller.commands(STATION)) == sent
        zhou = Caller("zhou", person="zhou")
        assert (await city.controller.desks.switches.resume(STATION, zhou, reason="people left the station")).accepted
        await city.until(lambda: city.field.station(STATION).plc.mode is Mode.REMOTE, within_s=60)
        await city.clock.sleep(60.0)
        assert running(city.field.station(STATION)) == before
        assert not city.shown(STATION).interlocks


async def test_nothing_moves_when_a_controller_is_restarted_in_the_middle_of_pumping(tmp_path: Path) -> None:
    async with running_field(only(STATION), NOON, world=world_of("east", 1.95)) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            before = await pumping(city, STATION, 2)
        gone = clock.now()
        await clock.sleep(5.0)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: city.controller.health().ready, within_s=30)
            await clock.sleep(300.0)
            assert running(field.station(STATION)) == before
            assert field.station(STATION).plc.mode is Mode.REMOTE
        assert not [event for event in field.events() if event.at > gone and event.motion is not Motion.GATE_LIMIT]
        await asyncio.sleep(0)
