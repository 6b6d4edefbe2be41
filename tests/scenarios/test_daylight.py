"""Photocells and weather on real sockets: dead and frozen ones at dusk, a storm by day, a signal over a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from controller.domain.rights import Caller
from controller.logic.daylight_plan import LuxSettings
from controller.settings.recording import RecordingSettings
from controller.settings.site import Site
from hil.field import Field
from schedules.astro import sun_times
from schedules.program import by_light
from tests.scenarios.city import LOCAL, RunningCity, controlled, hangzhou, running_city, running_field, with_timing
from tests.scenarios.part import part_of

CABINETS = ("330106-LC-0001", "330106-LC-0004", "330106-LC-0007")
ROADS = tuple(f"{cabinet}/K1" for cabinet in CABINETS)
TREES = f"{CABINETS[0]}/K5"
OFFICE = Caller("weather-office", origin="key")
OUT_OF_RANGE = 30_000.0
"""More than the profile says a photocell can show: BAD."""


def site_of(*, lux: bool = False) -> Site:
    """Three cabinets whose photocells speak for them; ``lux``: their all-night lights follow photocells alone."""
    site = with_timing(
        part_of(hangzhou(), *CABINETS),
        poll_normal_s=20.0,
        poll_slow_s=60.0,
        lighting_cycle_s=20.0,
        water_cycle_s=300.0,
        heartbeat_s=60.0,
    )
    quiet = replace(site, recording=RecordingSettings(enabled=False))
    daylight = replace(quiet.daylight, lux=LuxSettings(frozen_after_s=3600.0))
    programs = dict(quiet.lighting.programs)
    if lux:
        before = programs["road-all-night"]
        programs["road-all-night"] = by_light(before.id, before.title)
    return replace(quiet, daylight=daylight, lighting=replace(quiet.lighting, programs=MappingProxyType(programs)))


def all_show(field: Field, lux: float | None) -> None:
    """What every photocell shows from now on; None: the sky again."""
    for cabinet in CABINETS:
        shows(field, cabinet, lux)


def shows(field: Field, cabinet: str, lux: float | None) -> None:
    device = field.device(cabinet)
    if lux is None:
        device.heal()
    else:
        device.substitute("photocell_lux", lux)


def switched(city: RunningCity, target: str, since: datetime) -> list[tuple[datetime, bool]]:
    """When its contactor really moved, and how."""
    moved = [(event.at.astimezone(LOCAL), bool(event.value)) for event in city.moves(target)]
    return [(at, on) for at, on in moved if at > since]


async def test_a_dead_and_a_frozen_photocell_at_dusk_leave_no_road_dark(tmp_path: Path) -> None:
    start = datetime(2026, 9, 30, 16, 20, tzinfo=LOCAL)
    async with running_city(tmp_path, start, site=site_of(lux=True), step_s=60.0) as city:
        shows(city.field, CABINETS[0], OUT_OF_RANGE)
        shows(city.field, CABINETS[1], 8_000.0)
        await city.clock.sleep(4500.0)
        alarmed = {one.source: one.text for one in city.controller.alarms() if "photocell_rejected" in one.condition}
        assert set(alarmed) == set(CABINETS[:2])
        assert "cannot be read" in alarmed[CABINETS[0]]
        assert "without moving" in alarmed[CABINETS[1]]
        (few,) = [one.text for one in city.controller.alarms() if one.condition == "photocells_few"]
        assert "1/3 count" in few
        sun = sun_times(city.site.city.cabinets[CABINETS[0]].place, start.date(), LOCAL)
        await city.clock.sleep((sun.sunset + timedelta(minutes=14) - city.clock.now()).total_seconds())
        for road in ROADS:
            ((at, on),) = switched(city, road, start + timedelta(minutes=10))
            assert on
            assert sun.sunset <= at <= sun.sunset + timedelta(minutes=16), (
                "30 lx come after sunset, before the window ends"
            )
        assert "photocells of Xihu: dark" in city.shown(ROADS[0]).en
        shows(city.field, CABINETS[2], OUT_OF_RANGE)
        await city.clock.sleep(900.0)
        assert [len(switched(city, road, start + timedelta(minutes=10))) for road in ROADS] == [1, 1, 1]


async def test_a_storm_by_day_brings_the_lights_on_and_lets_them_go_with_hysteresis(tmp_path: Path) -> None:
    start = datetime(2026, 9, 30, 14, 30, tzinfo=LOCAL)
    async with running_city(tmp_path, start, site=site_of(), step_s=60.0) as city:
        await city.clock.sleep(1800.0)
        all_show(city.field, 30.0)
        await city.clock.sleep(1800.0)
        all_show(city.field, 100.0)
        await city.clock.sleep(1200.0)
        assert city.shown(ROADS[0]).winner.origin == "weather", "between the two limits it stays"
        all_show(city.field, None)
        await city.clock.sleep(1200.0)
        for road in ROADS:
            (on, lit), (off, still) = switched(city, road, start + timedelta(minutes=5))
            assert (lit, still) == (True, False)
            assert timedelta(minutes=33) <= on - start <= timedelta(minutes=36), "held for three minutes"
            assert timedelta(minutes=90) <= off - start <= timedelta(minutes=93), "bright for ten minutes"
        assert switched(city, TREES, start + timedelta(minutes=5)) == []
        (spell,) = (await city.controller.desks.tonight.view("division:330106")).daylight
        assert spell.light_min > 50.0 * len(ROADS)
        assert spell.kwh > 0.0


async def test_a_weather_signal_lives_over_a_restart_and_ends_in_its_time(tmp_path: Path) -> None:
    start = datetime(2026, 9, 30, 14, 30, tzinfo=LOCAL)
    async with running_field(site_of(), start, step_s=60.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            await city.clock.sleep(300.0)
            desk = city.controller.desks.weather
            done = await desk.set("rainstorm", "red", "division:330106", OFFICE, reason="signal no. 7", for_s=3600.0)
            assert done.accepted
            await city.until(lambda: all(city.shown(road).actual == "on" for road in ROADS), within_s=120.0)
        await clock.sleep(240.0)
        async with controlled(clock, field, here, tmp_path) as city:
            await city.clock.sleep(1200.0)
            assert [one.by for one in city.controller.desks.weather.show().signals] == ["weather-office"]
            assert all(city.shown(road).actual == "on" for road in ROADS)
            await city.clock.sleep(2400.0)
            assert city.controller.desks.weather.show().signals == ()
            for road in ROADS:
                (on, lit), (off, still) = switched(city, road, start + timedelta(minutes=4))
                assert (lit, still) == (True, False)
                assert abs(off - on - timedelta(hours=1)) < timedelta(minutes=2)
