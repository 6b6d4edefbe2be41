"""七堡 across an ebb and a bore: gravity first on an agreed tide, shut before the bore, lying gauges, a jammed gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from controller.logic.water_around import OuterTrust
from controller.settings.site import Site
from hil.plants.station import StationPlant
from hil.world import World
from tests.scenarios.city import LOCAL, RunningCity, hangzhou, running_city, with_timing
from tests.scenarios.part import part_of
from tests.scenarios.test_pumps_in_a_storm import world_of

STATION, TIDE = "330102-PS-0003", "330102-TG-0001"
OUTFALL = f"{STATION}/G5"
STEP_S = 30.0


def at(hour: int, minute: int) -> datetime:
    """That morning: low water at 06:44, the bore at 07:39."""
    return datetime(2026, 6, 22, hour, minute, tzinfo=LOCAL)


EBB, CLOSED_BY = at(5, 15), at(7, 7)


def river_side() -> Site:
    """七堡 and the tide gauge, at a pace that is enough for a tide."""
    return with_timing(
        replace(part_of(hangzhou(), STATION, TIDE), network=None),
        opcua_publish_s=10.0,
        poll_normal_s=10.0,
        water_cycle_s=10.0,
        lighting_cycle_s=600.0,
    )


def wide_world() -> World:
    """Much water behind the outfall: its level hardly moves while the tide comes and goes."""
    world = world_of(1.70)
    curve = [[-1.0, 3.0e6], [3.5, 3.0e6]]
    reaches = tuple(r.model_copy(update={"curve": curve}) if r.name == "east" else r for r in world.reaches)
    return replace(world, reaches=reaches)


async def until(city: RunningCity, moment: datetime) -> None:
    """Let the tide run to a moment; no water ever comes in through the outfall."""
    while city.clock.now() < moment:
        await city.clock.sleep(STEP_S)
        plant = plant_of(city)
        open_percent = plant.gates["G5"].position
        assert open_percent == 0.0 or plant.inner_m >= plant.outer_m, (city.clock.now(), open_percent, plant.outer_m)


def plant_of(city: RunningCity) -> StationPlant:
    return city.field.station(STATION)


def side(city: RunningCity) -> OuterTrust:
    found = city.assembly.tidal.tide.at(STATION)
    assert found is not None
    return found.trust


def gate_percent(city: RunningCity) -> float:
    return plant_of(city).gates["G5"].position


def conditions(city: RunningCity) -> Iterator[str]:
    return (alarm.condition for alarm in city.controller.alarms() if alarm.cleared is None)


async def test_the_outfall_opens_on_the_ebb_shuts_for_a_lie_and_is_proven_closed_before_the_bore(
    tmp_path: Path,
) -> None:
    async with running_city(tmp_path, EBB, site=river_side(), world=wide_world()) as city:
        await until(city, at(5, 50))
        assert (side(city), gate_percent(city)) == (OuterTrust.AGREED, 100.0)
        city.field.device(TIDE).distort("level_m", -1.5)
        await until(city, at(5, 56))
        assert (side(city), gate_percent(city)) == (OuterTrust.DISTRUSTED, 0.0)
        city.field.device(TIDE).heal()
        await until(city, at(6, 30))
        assert (side(city), gate_percent(city)) == (OuterTrust.AGREED, 100.0)
        order = await city.order(OUTFALL, "open", 4 * 3600.0)
        assert order.accepted, order
        await until(city, CLOSED_BY)
        assert (side(city), gate_percent(city)) == (OuterTrust.BORE_WINDOW, 0.0)
        told = str(city.shown(OUTFALL))
        assert "bore expected 07:39" in told
        assert "涌潮" in told
        await until(city, at(7, 50))
        assert gate_percent(city) == 0.0
        assert f"{OUTFALL}:river_gate_open" not in list(conditions(city))


async def test_without_a_table_people_open_it_and_one_that_jams_in_a_fast_rise_is_shouted_about_and_let_down(
    tmp_path: Path,
) -> None:
    site = river_side()
    site = replace(site, tides=replace(site.tides, tables=()))
    async with running_city(tmp_path, at(7, 5), site=site, world=wide_world()) as city:
        await until(city, at(7, 20))
        assert (side(city), gate_percent(city)) == (OuterTrust.NO_TABLE, 0.0)
        assert "tide_table_missing" in list(conditions(city))
        assert (await city.order(STATION, "hold", 2 * 3600.0)).accepted
        assert (await city.order(OUTFALL, "50%", 2 * 3600.0)).accepted
        await until(city, at(7, 25))
        assert gate_percent(city) == pytest.approx(50.0, abs=2.0)
        plant_of(city).gates["G5"].jammed = True
        await city.until(lambda: city.clock.now() >= at(7, 44), within_s=1500.0, every_s=STEP_S)
        assert (side(city), gate_percent(city)) == (OuterTrust.RISING_FAST, 0.0), "let down by its emergency release"
        assert f"{OUTFALL}:river_gate_open" in {alarm.condition for alarm in city.controller.alarms()}
