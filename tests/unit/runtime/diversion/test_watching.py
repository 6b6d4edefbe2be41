"""Tide, quality and diversion as they run: programs over a restart, bars and floods, alarms, what people are shown."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.clock import Clock
from controller.domain.intents import Direction
from controller.domain.points import Value
from controller.logic.forecasts.series import TideTable
from controller.logic.tidal.rules import TidalRules
from controller.logic.water_around import OuterTrust
from controller.runtime.tidal.tables import TideTables
from drivers.base import Endpoint
from drivers.soft import SoftDriver
from tests.unit.logic.tidal.tide_rig import START, WATER, table_of
from tests.unit.runtime.soft_city import DUSK, SoftCity, SoftField, soft_city
from tests.unit.runtime.tidal.river_files import FILES, INTAKE, OUTFALL, QUALITY
from tests.unit.settings import small_site

CLEAN = {"turbidity_ntu": 9.0, "oxygen_mg_l": 8.0, "ammonia_mg_l": 0.2}
STATION: Mapping[str, Value] = {
    "mode": "PLC_AUTO",
    "inner_level_1_m": 1.3,
    "inner_level_2_m": 1.3,
    "outer_level_m": 2.0,
    "rack_head_m": 0.05,
    "P1.available": True,
    "G1.closed_limit": True,
    "G2.closed_limit": True,
}


@pytest.fixture(autouse=True)
def at_a_river(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        monkeypatch.setitem(small_site.FILES, name, text)


class RiverField(SoftField):
    """A field that shows clean water and quiet stations from its first reading on."""

    def make(self, endpoint: Endpoint, clock: Clock, **beside: object) -> SoftDriver:
        driver = super().make(endpoint, clock, **beside)
        for binding in endpoint.devices:
            quiet = {QUALITY: CLEAN, INTAKE: STATION, OUTFALL: STATION}.get(binding.device, {})
            for point, value in quiet.items():
                if point in binding.points:
                    driver.set(binding.device, point, value)
        return driver


def shows(city: SoftCity, device: str, **values: Value) -> None:
    for point, value in values.items():
        city.field.drivers["gw-1"].set(device, point, value)


def at_the_river(tmp_path: Path, start: datetime = DUSK) -> contextlib.AbstractAsyncContextManager[SoftCity]:
    return soft_city(tmp_path, start, RiverField())


def memory(city: SoftCity, program: str) -> tuple[bool, str]:
    found = city.assembly.tidal.diversion.memories[program]
    return found.running, found.why


async def test_a_program_begins_is_kept_over_a_restart_and_ends_with_its_window(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        await city.until(lambda: memory(city, "evening")[0])
        await city.until(lambda: "divert" in str(city.controller.explain(INTAKE).wanted))
        since = city.assembly.tidal.diversion_desk.show().stations[0].programs[0].since
        await city.clock.sleep(2.0)
        began = city.clock.now()
    async with at_the_river(tmp_path, began + timedelta(minutes=5)) as city:
        assert memory(city, "evening")[0], "taken up before anything was read"
        again = city.assembly.tidal.diversion_desk.show().stations[0].programs[0].since
        assert since is not None
        assert again is not None
        assert abs((again - since).total_seconds()) < 2.0
    async with at_the_river(tmp_path, began + timedelta(minutes=75)) as city:
        await city.ready()
        await city.until(lambda: not memory(city, "evening")[0])
        assert "outside its times" in memory(city, "evening")[1]


async def test_a_declared_response_bars_it_and_is_named_to_people(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        await city.until(lambda: memory(city, "evening")[0])
        city.assembly.water.told("rain_signal", INTAKE, "yellow")
        await city.until(lambda: not memory(city, "evening")[0])
        (shown,) = city.assembly.tidal.diversion_desk.show().stations
        assert (shown.state, shown.units_running) == ("barred", 0)
        assert "yellow rain signal" in shown.text_en
        assert "暴雨黄色信号" in shown.text_zh
        assert city.assembly.water.around().no_diversion[INTAKE]


async def test_muddy_water_ends_it_and_a_flood_of_mud_shuts_the_intake(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        await city.until(lambda: memory(city, "evening")[0])
        shows(city, QUALITY, turbidity_ntu=400.0)
        await city.until(lambda: INTAKE in city.assembly.water.around().shut)
        await city.until(lambda: not memory(city, "evening")[0])
        await city.until(lambda: city.assembly.tidal.quality.memories[QUALITY].fit is False, within_s=200.0)
        standing = {alarm.condition for alarm in city.assembly.controller.alarms() if alarm.cleared is None}
        assert {"mountain_flood", "source_unfit"} <= standing
        assert city.assembly.tidal.diversion_desk.show().stations[0].state == "shut"
        (gauge,) = city.assembly.tidal.quality_desk.show().gauges
        assert (gauge.fit, [value.grade for value in gauge.values]) == (False, ["yellow", ""])


async def test_a_reload_without_programs_lets_them_go_and_a_changed_river_is_believed_anew(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        await city.until(lambda: memory(city, "evening")[0])
        site = city.site
        rested = replace(site, diversion=replace(site.diversion, programs=()))
        city.assembly.tidal.adopt(rested)
        assert city.assembly.tidal.diversion.memories == {}
        await city.until(lambda: city.assembly.water.around().diversion[INTAKE].units == 0)
        assert city.assembly.water.around().diversion[INTAKE].program == ""


async def test_people_see_trust_table_marks_and_bore_windows(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        await city.until(lambda: city.assembly.tidal.tide.states.get("river") is not None)
        (river,) = city.assembly.tidal.tide_desk.show().waters
        assert river.trust in ("distrusted", "agreed")
        assert (river.table_source, len(river.marks), len(river.gauges)) == ("office", 4, 2)
        assert [one.station for one in river.outfalls] == [OUTFALL, INTAKE]
        window = river.outfalls[0].windows[0]
        assert window.begins < window.closed_by < window.arrives < window.ends
        assert city.assembly.tidal.tide_desk.show(lambda name: name == OUTFALL).waters[0].outfalls[0].station == OUTFALL
        assert city.assembly.tidal.tide_desk.show(lambda _: False).waters == ()


async def test_tide_and_diversion_are_told_to_the_stations_by_name(tmp_path: Path) -> None:
    async with at_the_river(tmp_path) as city:
        await city.ready()
        around = city.assembly.water.around
        await city.until(lambda: OUTFALL in around().outer)
        assert around().outer[OUTFALL].trust in set(OuterTrust)
        await city.until(lambda: around().diversion[INTAKE].units == 1)
        orders = city.controller.explain(INTAKE)
        await city.until(lambda: Direction.DIVERT.value in str(city.controller.explain(INTAKE).wanted))
        assert orders.target == INTAKE


# -- which table holds ------------------------------------------------------------------------------------------------


def test_the_newest_valid_table_holds_and_one_that_came_in_beats_the_folders() -> None:
    old, new = table_of(), replace(table_of(), source="city", issued=START)
    came: list = [None]
    tables = TideTables(_rules(old), lambda _: came[0])
    now = START + timedelta(hours=2)
    assert tables.of(WATER, now, 0.0).table == old
    came[0] = new
    assert tables.of(WATER, now, 30.0).table == old, "kept for a minute"
    assert tables.of(WATER, now, 61.0).table == new
    late = replace(new, extremes=new.extremes[4:])
    came[0] = late
    assert tables.of(WATER, now, 200.0).table == old, "a newer one that has not begun does not hold"


def test_tables_that_join_cover_the_time_together_and_a_gap_ends_it() -> None:
    first = table_of(halves=4)
    later = replace(table_of(halves=8), extremes=table_of(halves=8).extremes[3:])
    gap = replace(later, extremes=later.extremes[3:])
    now = START + timedelta(hours=2)
    joined = TideTables(_rules(first, later), lambda _: None).of(WATER, now, 0.0)
    assert joined.covered_until == later.extremes[-1].at
    apart = TideTables(_rules(first, gap), lambda _: None).of(WATER, now, 0.0)
    assert apart.covered_until == first.extremes[-1].at


def _rules(*tables: TideTable) -> TidalRules:
    return TidalRules({WATER.id: WATER}, tables)
