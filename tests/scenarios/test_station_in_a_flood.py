"""A station in a rising flood: the centre gone for ten minutes and back, a forgotten stop, a target level; replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from controller.domain.stations import CriticalRule
from controller.settings.site import Site
from hil.plants.events import Motion
from hil.plants.plc import Mode
from tests.scenarios.city import LOCAL, RunningCity, controlled, running_city, running_field
from tests.scenarios.test_handing_over import running
from tests.scenarios.test_pumps_in_a_storm import FIRST, STATION, seven_forts, world_of
from tests.scenarios.test_replay import replayed

FLOOD_TIDE = datetime(2026, 6, 21, 9, 0, tzinfo=LOCAL)
CRITICAL_M, SPAN_M = 2.05, 0.10


def by_itself() -> Site:
    """七堡 by its own levels: no network rule moves its count."""
    return replace(seven_forts(), network=None)


def near_its_guarantee() -> Site:
    """七堡 with a guarantee level the storm reaches: critical from 2.05 m."""
    site = by_itself()
    station = site.city.stations[STATION]
    assert station.levels is not None
    assert station.levels.start_m < CRITICAL_M - SPAN_M
    watched = replace(station, critical=CriticalRule(guarantee_m=CRITICAL_M + 0.20, margin_m=0.20, span_m=SPAN_M))
    return replace(site, city=replace(site.city, stations={STATION: watched}))


async def test_a_centre_killed_for_ten_minutes_of_a_rising_flood_comes_back_and_nothing_stopped(tmp_path: Path) -> None:
    site, world = by_itself(), world_of(1.84, FIRST)
    async with running_field(site, FLOOD_TIDE, world=world) as (clock, field, here):
        plant = field.station(STATION)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: len(running(plant)) >= 1, within_s=2400.0, every_s=5.0)
        before = running(plant)
        await clock.sleep(600.0)
        assert plant.plc.mode is Mode.PLC_AUTO
        alone = running(plant)
        assert before <= alone
        async with controlled(clock, field, here, tmp_path) as city:
            await city.until(lambda: plant.plc.mode is Mode.REMOTE, within_s=120.0)
            assert alone <= running(plant)
            await clock.sleep(900.0)
            assert alone <= running(plant)
            assert city.shown(STATION).winner.name == "automatic"
        stops = [e for e in field.events() if e.motion is Motion.CONTACTOR and e.device == STATION and not e.value]
        assert stops == []


async def forgotten(city: RunningCity) -> None:
    """Somebody stops the station for an hour and forgets it; the water comes."""
    plant = city.field.station(STATION)
    await city.until(lambda: city.controller.health().ready, within_s=60.0)
    assert (await city.order(STATION, "count 0", for_s=7200.0, actor="zhou")).accepted
    await city.until(lambda: plant.inner_m >= CRITICAL_M - 0.02, within_s=3 * 3600.0, every_s=5.0)
    assert not running(plant)


async def test_a_forgotten_stop_is_passed_near_the_guarantee_level_and_a_target_level_takes_over(
    tmp_path: Path,
) -> None:
    site = near_its_guarantee()
    async with running_city(tmp_path, FLOOD_TIDE, site=site, world=world_of(1.86, FIRST)) as city:
        await forgotten(city)
        plant = city.field.station(STATION)
        await city.until(lambda: len(running(plant)) >= 2, within_s=2400.0, every_s=5.0)
        shown = city.shown(STATION)
        assert shown.winner.name == "flood_critical"
        assert "zhou's `count 0`" in shown.winner.reason
        assert [one.owner for one in shown.masked][:1] == ["zhou"]
        (alarm,) = city.alarms(f"{STATION}:flood_critical")
        assert alarm.priority == 1
        assert "emergency order" in alarm.text
        await city.until(lambda: city.shown(STATION).winner.name != "flood_critical", within_s=4 * 3600.0, every_s=5.0)
        kept = running(plant)
        await city.clock.sleep(300.0)
        assert kept
        assert running(plant) == kept, "the end of slot 4 stops nothing"
        assert (await city.order(STATION, "level 1.80", for_s=7200.0, actor="zhou")).accepted
        await city.until(lambda: "level 1.8" in city.shown(STATION).phase, within_s=30.0)
        assert len(running(plant)) >= len(kept) - 1, "a target level begins with what runs, and goes one at a time"
        summary = next(one for one in city.controller.overview().stations if one.id == STATION)
        assert (summary.control, summary.control_by) == ("REMOTE-MANUAL", "zhou (district_manual)")
        await city.until(lambda: not running(plant), within_s=3 * 3600.0, every_s=5.0)
        assert 1.4 < plant.inner_m < 1.85
    _, report = replayed(tmp_path, site)
    assert report.differences == []
