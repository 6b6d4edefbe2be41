"""Weather signals: set, kept over a restart for what is left of their time, ended; and tonight beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.rights import Caller
from controller.store.journal_read import read
from tests.unit.runtime.daylight.sky_city import K1, K2, LAMP, sky_city, wanted
from tests.unit.runtime.daylight.test_dusk_and_dawn import AFTERNOON, minutes
from tests.unit.runtime.soft_city import SoftCity, person

OFFICE = Caller("weather-office", origin="key")


async def put(city: SoftCity, colour: str = "orange", for_s: float = 3600.0, scope: str = "city") -> str:
    desk = city.controller.desks.weather
    receipt = await desk.set("rainstorm", colour, scope, OFFICE, reason="signal no. 7", for_s=for_s)
    assert receipt.accepted, receipt.text_en
    return receipt.id


async def test_a_signal_lights_roads_until_it_ends_over_a_restart_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, AFTERNOON, at_lux=9000.0) as city:
        signal = await put(city)
        await city.until(lambda: city.controller.explain(K1).actual == "on", within_s=60.0)
        assert (wanted(city, LAMP), wanted(city, K2)) == (("100%", "automatic"), ("off", "schedule"))
        (line,) = [one for one in (await city.controller.desks.tonight.view()).exceptions if one.kind == "signal"]
        assert (line.lights, "暴雨橙色信号" in line.text_zh) == (3, True)
    later = AFTERNOON.replace(minute=50)
    async with sky_city(tmp_path, monkeypatch, later, at_lux=9000.0) as city:
        (stands,) = city.controller.desks.weather.show().signals
        assert (stands.id, stands.by, stands.lights) == (signal, "weather-office", 3)
        assert stands.remaining_s == pytest.approx(600.0, abs=60.0)
        await minutes(city, 1)
        assert wanted(city) == ("on", "automatic")
        await minutes(city, 11)
        assert wanted(city) == ("off", "schedule")
        assert city.controller.desks.weather.show().signals == ()
        with pytest.raises(UnknownTarget):
            await city.controller.desks.weather.clear(signal, person("lin"), reason="over anyway")
    kinds = [line.kind for line in read(tmp_path / "data") if line.kind.startswith("weather_")]
    assert kinds == ["weather_set", "weather_ended"]


async def test_a_signal_that_ran_out_while_nobody_was_there_lights_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, AFTERNOON, at_lux=9000.0) as city:
        await put(city, for_s=120.0)
    async with sky_city(tmp_path, monkeypatch, AFTERNOON.replace(hour=8), at_lux=9000.0) as city:
        await minutes(city, 1)
        assert wanted(city) == ("off", "schedule")
        assert city.controller.desks.weather.show().signals == ()


async def test_a_new_signal_takes_the_place_of_the_old_and_a_mild_one_is_only_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sky_city(tmp_path, monkeypatch, AFTERNOON, at_lux=9000.0) as city:
        await put(city, "red")
        await city.until(lambda: wanted(city) == ("on", "automatic"), within_s=60.0)
        mild = await put(city, "blue")
        await city.until(lambda: wanted(city) == ("off", "schedule"), within_s=60.0)
        assert [(one.id, one.lights) for one in city.controller.desks.weather.show().signals] == [(mild, 0)]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "hail"}, "no weather signal"),
        ({"colour": "pink"}, "no colour"),
        ({"scope": "road:nowhere"}, "nothing is lit"),
        ({"scope": "nowhere"}, "is not a scope"),
        ({"reason": " "}, "needs a reason"),
        ({"for_s": 13 * 3600.0}, "stands for 60 s to 12 h"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, object], why: str
) -> None:
    given = {"kind": "fog" if "kind" in said else "rainstorm", "colour": "red", "scope": "city", "reason": "so"} | said
    async with sky_city(tmp_path, monkeypatch, AFTERNOON) as city:
        kind, colour, scope = (str(given.pop(name)) for name in ("kind", "colour", "scope"))
        with pytest.raises(InvalidValue, match=why):
            await city.controller.desks.weather.set(kind, colour, scope, OFFICE, **given)  # type: ignore[arg-type]  # a table of wrong values
