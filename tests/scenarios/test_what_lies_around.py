"""The real assembly of Hangzhou: every field of what lies around a station has its source; a road is closed."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import Path

from controller.logic.water_around import WaterAround
from controller.settings.site import Site
from tests.scenarios.city import LOCAL, hangzhou, running_city, with_timing
from tests.scenarios.part import part_of
from tests.scenarios.test_pumps_in_a_storm import world_of

STATION, TIDE, UNDERPASS = "330102-PS-0003", "330102-TG-0001", "330102-UP-0001"
BOOM = f"{UNDERPASS}/G1"
OF_THE_TURN = {"feeders", "feeder_room"}
"""Known only in the middle of a turn: water works them out itself."""


def some_of_it() -> Site:
    return with_timing(part_of(hangzhou(), STATION, TIDE, UNDERPASS), lighting_cycle_s=600.0)


async def test_every_field_has_a_source_a_station_of_the_network_knows_its_waters_and_a_flooded_road_is_closed(
    tmp_path: Path,
) -> None:
    start = datetime(2026, 6, 22, 5, 15, tzinfo=LOCAL)
    async with running_city(tmp_path, start, site=some_of_it(), world=world_of(1.70)) as city:
        assembly = city.assembly
        unasked = {one.name for one in fields(WaterAround)} - assembly.waters.asked()
        assert unasked == OF_THE_TURN
        await city.until(lambda: STATION in assembly.water.around().guidance, within_s=200.0, every_s=5.0)
        reach = assembly.hydraulics.watch.network.reach_of(STATION)  # type: ignore[union-attr]  # Hangzhou has waters
        around = assembly.water.around()
        assert reach is not None
        assert abs(around.reach_m[STATION] - 1.70) < 0.05
        assert abs(around.below_warning_m[STATION] - (reach.warning_m - 1.70)) < 0.05
        assert (around.guarantee_m[STATION], around.floor_m[STATION]) == (reach.guarantee_m, reach.floor_m)
        assert STATION in around.outer
        assert UNDERPASS not in around.reach_m, "an underpass is not part of the network"
        boom = city.field.station(UNDERPASS).gates["G1"]
        assert boom.position == 100.0
        for gauge in (1, 2):
            city.field.device(UNDERPASS).distort(f"inner_level_{gauge}_m", 4.0)
        await city.until(lambda: boom.position == 0.0, within_s=60.0)
        assert city.field.station(UNDERPASS).plc.mode.value == "PLC_AUTO"
        assert city.alarms("road_no_pass") or city.alarms(f"{UNDERPASS}:road_no_pass")
