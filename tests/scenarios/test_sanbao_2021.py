"""三堡 in July 2021 as a drill, in virtual time: the floor under everything is the station's own level control."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from controller.domain.drill import SIGN
from controller.logic.drills.drill import Drill
from controller.runtime.drills.folder import DrillFolder, DrillRecord
from controller.runtime.drills.html import page
from controller.runtime.drills.report import report_of
from controller.runtime.drills.seal import sealed
from controller.settings.site import Site
from controller.store.journal_read import read
from hil.drills.field_side import go_on
from hil.drills.world import world_of
from hil.world import World
from tests.scenarios.city import hangzhou, hangzhou_world, running_city, running_field, with_timing
from tests.scenarios.part import part_of, waters_of

STATION, CANAL, RIVER, RAIN = "330102-PS-0001", "330105-LG-0001", "330102-TG-0001", "330105-RG-0001"
HELD = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)
DEVICES = (STATION, CANAL, RIVER, RAIN)


@lru_cache
def trace() -> Drill:
    """The drill of the site folder, with what fails in stations that are not there left out."""
    drill = hangzhou().drills["sanbao-2021-07"]
    return replace(drill, injections=tuple(one for one in drill.injections if not one.on or one.on.startswith(STATION)))


def site() -> Site:
    """三堡 on level control by the centre, at a pace that is enough for two days of water."""
    part = part_of(hangzhou(), *DEVICES)
    station = replace(part.city.stations[STATION], automatic=True)
    city = replace(part.city, stations={STATION: station})
    return with_timing(
        replace(part, city=city, network=waters_of(part.network, frozenset(DEVICES))),
        opcua_publish_s=30.0,
        poll_normal_s=30.0,
        heartbeat_s=30.0,
        water_cycle_s=30.0,
        lighting_cycle_s=3600.0,
    )


def world() -> World:
    """Only the waters of the canal: the rest of the city costs time and says nothing here."""
    known = world_of(hangzhou_world(), trace())
    waters = {"canal", "hemu", "west"}
    return replace(
        known,
        reaches=tuple(one for one in known.reaches if one.name in waters),
        catchments=tuple(one for one in known.catchments if one.into in waters),
        stations=tuple(one for one in known.stations if one.id == STATION),
        gauges=tuple(one for one in known.gauges if one.id in DEVICES),
    )


def folder_of(tmp_path: Path, began: datetime) -> DrillFolder:
    record = DrillRecord("sanbao-test", trace(), began.astimezone(UTC), HELD, 1.0, "test", "Asia/Shanghai")
    return DrillFolder.new(tmp_path, record)


def begins() -> datetime:
    began = trace().begins
    assert began is not None
    return began


async def test_with_nobody_at_the_centre_the_station_keeps_the_canal_below_its_guarantee_level(tmp_path: Path) -> None:
    folder, began = folder_of(tmp_path, begins()), begins()
    async with running_field(site(), began, world=world(), step_s=60.0) as (clock, field, _):
        beside = asyncio.create_task(go_on(field, trace(), began, clock, folder.truth, 300.0, 30.0))
        await clock.sleep(trace().lasts_s)
        beside.cancel()
        await asyncio.wait([beside])
    report = report_of(folder)
    judged = {one.id: (one.result, one.why_en) for one in report.verdicts}
    assert [judged[name][0] for name in ("guarantee", "as-in-2021", "gates", "no-reverse", "starts")] == ["pass"] * 5, (
        judged
    )
    assert judged["declared"][0] == "fail", "nobody declared anything"
    assert (report.points, report.of) == (90.0, 100.0)
    canal = next(one for one in report.reaches if one.reach == "canal")
    assert 1.9 < canal.peak_m < 2.68
    assert canal.minutes_above_guarantee == 0.0
    (pumped,) = report.stations
    assert 12e6 < pumped.pumped_m3 < 30e6
    assert {line.kind for line in report.timeline} == {"trouble", "move"}
    assert "不是真实汛情" in page(report).decode()


async def test_everything_a_drills_controller_says_is_marked(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, begins())
    here = sealed(site(), folder.record.mark)
    async with running_city(folder.path, begins(), site=here, world=world(), step_s=30.0) as city:
        await city.until(lambda: city.controller.health().ready, 60.0)
        await city.clock.sleep(2000.0)
        overview, health, alarms = city.controller.overview(), city.controller.health(), city.controller.alarms()
        shown = city.controller.desks.drill.show()
    assert (health.drill, shown.run, overview.drill[: len(SIGN)]) == ("sanbao-test", "sanbao-test", SIGN)
    assert "drill:message_1" in {one.id for one in alarms}, "the script told those who take part"
    assert all(one.text.startswith(SIGN) for one in alarms)
    lines = list(read(folder.path))
    assert lines
    assert {line.data["drill"] for line in lines if line.kind in ("started", "alarm", "stopped")} == {"sanbao-test"}
