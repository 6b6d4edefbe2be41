"""The small city over dusk, dawn and dark days: photocells, dark weather, signals, values; through the real cycles."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.domain.quality import Detail, Quality
from tests.unit.runtime.daylight.sky_city import K1, K2, LAMP, LC1, SENSORS, light, sky_city, wanted
from tests.unit.runtime.soft_city import DUSK, SoftCity

OTHER = "330106-LC-0002/K1"
AFTERNOON = datetime(2026, 6, 21, 7, 0, tzinfo=UTC)
DAWN = datetime(2026, 6, 21, 20, 40, tzinfo=UTC)
"""04:40; the sun rises at 04:58."""


async def minutes(city: SoftCity, count: float) -> None:
    await city.clock.sleep(count * 60.0)


async def test_a_dark_evening_brings_the_lights_on_before_the_sun_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch) as city:
        await minutes(city, 2)
        assert wanted(city) == ("off", "schedule")
        light(city, 15.0)
        await city.until(lambda: wanted(city) == ("on", "automatic"), within_s=90.0)
        assert wanted(city, K2) == ("off", "schedule"), "landscape follows its own program"
        shown = city.controller.explain(K1)
        assert "photocells of Xihu: dark at 15 lx" in shown.en
        assert "西湖区光照传感器判暗（15 lx）" in shown.zh
        light(city, 35.0)
        await minutes(city, 10)
        assert wanted(city) == ("on", "automatic"), "between the limits it stays"


async def test_dead_photocells_leave_the_window_lit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sky_city(tmp_path, monkeypatch) as city:
        light(city, 900.0)
        for device, point in SENSORS.items():
            city.lamps.spoil(device, point, Quality.BAD, Detail.FAILURE)
        await minutes(city, 13 + 14)
        assert wanted(city) == ("off", "schedule")
        await minutes(city, 4)
        assert wanted(city) == ("on", "schedule"), "the end of the window, whatever a sensor says"
        assert wanted(city, LAMP) == ("100%", "schedule")


async def test_bright_photocells_end_the_night_early_and_lost_ones_light_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, DAWN, at_lux=20.0) as city:
        await minutes(city, 5)
        assert wanted(city) == ("on", "schedule")
        light(city, 60.0)
        await minutes(city, 2)
        assert wanted(city) == ("on", "schedule"), "bright is held for three minutes"
        await minutes(city, 2.5)
        assert wanted(city) == ("off", "automatic")
        light(city, 60.0, 900.0, 4000.0)
        await city.until(lambda: wanted(city) == ("on", "schedule"), within_s=90.0)
        await minutes(city, 45)
        assert wanted(city) == ("off", "schedule")


async def test_beside_the_sun_a_photocell_only_adds_light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sky_city(tmp_path, monkeypatch, DAWN, lux="true", at_lux=900.0) as city:
        await minutes(city, 10)
        assert wanted(city) == ("on", "schedule"), "bright before sunrise darkens nothing"
        light(city, 12.0)
        await minutes(city, 10)
        assert wanted(city) == ("on", "automatic"), "sunrise, and still dark"
        light(city, 90.0)
        await minutes(city, 5)
        assert wanted(city) == ("off", "schedule")


async def test_a_dark_day_lights_roads_and_lets_them_go_with_hysteresis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, AFTERNOON, lux="", at_lux=9000.0) as city:
        await minutes(city, 5)
        assert wanted(city) == ("off", "schedule")
        light(city, 40.0)
        await minutes(city, 2.5)
        assert wanted(city) == ("off", "schedule"), "a cloud is not a storm"
        await minutes(city, 2)
        assert wanted(city) == ("on", "automatic")
        assert wanted(city, LAMP) == ("100%", "automatic")
        assert wanted(city, K2) == ("off", "schedule")
        assert "白天亮灯：自动判断需要照明" in city.controller.explain(K1).zh
        assert "burns by day" in city.controller.explain(K1).en
        light(city, 100.0)
        await minutes(city, 30)
        assert wanted(city) == ("on", "automatic"), "between the limits"
        light(city, 200.0)
        await minutes(city, 8)
        assert wanted(city) == ("on", "automatic")
        await minutes(city, 4)
        assert wanted(city) == ("off", "schedule")
        (spell,) = (await city.controller.desks.tonight.view()).daylight
        assert (spell.origin, spell.source, spell.lights, spell.holds) == ("weather", "dark-day", 3, 0)
        assert spell.light_min == pytest.approx(3 * 40.0, abs=12.0)
        assert spell.without_en.startswith("without it: ON at 19:0")


async def test_one_muddy_photocell_lights_nothing_by_day_and_is_alarmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, AFTERNOON, at_lux=9000.0) as city:
        light(city, 3.0, 9000.0, 9000.0)
        await minutes(city, 15)
        assert wanted(city) == ("off", "schedule")
        (alarm,) = [one for one in city.controller.alarms() if one.condition.endswith("photocell_rejected")]
        assert alarm.source == LC1
        assert "far off what its neighbours see" in alarm.text
        light(city, 9000.0)
        await city.until(
            lambda: all(
                one.cleared is not None
                for one in city.controller.alarms()
                if one.condition.endswith("photocell_rejected")
            ),
            within_s=120.0,
        )


async def test_a_restart_in_the_window_keeps_what_burns_and_lights_nothing_that_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, at_lux=300.0, burning=frozenset({K1})) as city:
        assert city.controller.explain(K1).actual == "on"
        await minutes(city, 2)
        assert wanted(city) == ("on", "automatic"), "bright, but not for long enough to know"
        assert wanted(city, OTHER) == ("off", "schedule")
        await minutes(city, 9)
        assert wanted(city) == ("off", "schedule")
        assert [value for _, value in city.writes("K1.command")] == [False]


async def test_a_value_that_cannot_be_known_gives_the_brighter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = """\
    savings: [{from: sunset+1m, until: 05:00, level: 40%}]
    values:
      - if: seen > 500
        points: {seen: 330106-SP-0001/lux}
        from: sunset+2m
        until: 05:00
        level: 80%
        title: {zh: 行人, en: people}
"""
    async with sky_city(tmp_path, monkeypatch, lux="", more=more, at_lux=200.0) as city:
        await minutes(city, 17)
        assert wanted(city, LAMP) == ("40%", "energy_saving")
        city.lamps.set("330106-SP-0001", "lux", 900.0)
        await city.until(lambda: wanted(city, LAMP) == ("80%", "automatic"), within_s=60.0)
        city.lamps.set("330106-SP-0001", "lux", 10.0)
        await city.until(lambda: wanted(city, LAMP) == ("40%", "energy_saving"), within_s=60.0)
        city.lamps.spoil("330106-SP-0001", "lux", Quality.BAD, Detail.FAILURE)
        await city.until(lambda: wanted(city, LAMP) == ("80%", "automatic"), within_s=60.0)
        assert "取较亮者" in city.controller.explain(LAMP).zh


async def test_photocells_that_die_in_the_dark_keep_nothing_burning_the_next_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = datetime(2026, 6, 21, 21, 5, tzinfo=UTC)
    async with sky_city(tmp_path, monkeypatch, before, lux="", at_lux=5.0) as city:
        await minutes(city, 10)
        for device, point in SENSORS.items():
            city.lamps.spoil(device, point, Quality.BAD, Detail.FAILURE)
        await minutes(city, 16)
        assert wanted(city) == ("off", "schedule"), "dark when last heard, in the night: no reason to burn by day"


async def test_why_names_the_hour_of_the_next_edge_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sky_city(tmp_path, monkeypatch, DUSK, lux="", at_lux=1.0) as city:
        await minutes(city, 60)
        assert wanted(city, K2) == ("on", "schedule")
        said = city.controller.explain(K2)
        assert said.zh.count("22:00") == 1, said.zh
        assert "下一次：22:00关灯" in said.zh
