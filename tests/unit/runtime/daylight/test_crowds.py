"""A city's lights are sorted into crowds once, in slices, and asked for as often as people like."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from controller.domain.assets import City
from controller.domain.points import DeviceId
from controller.logic.operating_states import NO_MEASURES, LightMeasures
from controller.logic.scopes import Scopes
from controller.runtime.daylight import crowds as sliced
from controller.runtime.daylight.crowds import Crowds
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site

NIGHT = date(2026, 6, 22)


def without_poles(site: Site) -> Site:
    city = City(site.city.cabinets, {}, site.city.stations, site.city.gauges, site.city.targets)
    return replace(site, city=city, scopes=Scopes.of(city))


async def test_every_light_is_in_one_crowd_and_each_device_is_asked_once_a_look(tmp_path: Path) -> None:
    site, asked = load_site(write_site(tmp_path)), list[DeviceId]()

    def measures(device: DeviceId) -> LightMeasures:
        asked.append(device)
        return NO_MEASURES

    crowds = Crowds(site, measures)
    await crowds.ready()
    for _ in range(2):
        asked.clear()
        told = list(crowds.of(site.scopes.lights, NIGHT))
        assert sum(crowd.lights for crowd, _ in told) == len(site.scopes.lights)
        assert sum(crowd.rated_w for crowd, _ in told) == sum(one.rated_w for one in site.scopes.lights.values())
        assert sorted(asked) == sorted({one.device for one in site.scopes.lights.values()})


async def test_a_state_that_darkens_landscape_and_suspends_savings_makes_crowds_of_its_own(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    first = min(one.device for one in site.scopes.lights.values())
    flood = LightMeasures(suspend_savings=True, landscape_off=True)
    crowds = Crowds(site, lambda device: flood if device == first else NO_MEASURES)
    await crowds.ready()
    usual = Crowds(site, lambda _: NO_MEASURES)
    await usual.ready()
    told, plain = list(crowds.of(site.scopes.lights, NIGHT)), list(usual.of(site.scopes.lights, NIGHT))
    assert [crowd.lights for crowd, night in told if crowd.landscape and not night.periods] == [1]
    assert all(night.periods for _, night in plain)


async def test_others_go_on_while_a_city_is_sorted_and_a_reload_between_starts_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliced, "IN_ONE_GO", 1)
    site = load_site(write_site(tmp_path))
    smaller = without_poles(site)
    crowds = Crowds(site, lambda _: NO_MEASURES)
    sorting = asyncio.create_task(crowds.ready())
    await asyncio.sleep(0)
    assert not sorting.done(), "it gives way after each slice"
    crowds.adopt(smaller)
    await sorting
    told = sum(crowd.lights for crowd, _ in crowds.of(site.scopes.lights, NIGHT))
    assert told == len(smaller.scopes.lights) < len(site.scopes.lights)
