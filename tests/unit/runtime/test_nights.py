from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.domain.errors import UnknownTarget
from controller.logic.lighting import lighting_requests, spread_s
from controller.runtime.nights import night_view
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site

NIGHT = date(2026, 6, 21)
HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(tmp_path))


def test_a_night_is_dated_by_its_sunset_and_begins_dark(site: Site) -> None:
    view = night_view(site, "330106-LC-0001/K1", NIGHT)
    assert [edge.value for edge in view.edges] == ["on", "off"]
    assert [edge.at.astimezone(HERE).date().day for edge in view.edges] == [21, 22]
    assert (view.program, view.night) == ("all-night", "2026-06-21")


def test_the_cabinets_spread_is_part_of_every_edge(site: Site) -> None:
    view = night_view(site, "330106-LC-0001/K1", NIGHT)
    late_s = spread_s("330106-LC-0001", site.timing.spread_s)
    assert (view.edges[0].at - view.sunset).total_seconds() == pytest.approx(late_s, abs=1e-3)
    assert (view.edges[1].at - view.sunrise).total_seconds() == pytest.approx(late_s, abs=1e-3)


@pytest.mark.parametrize("target", ["330106-LC-0001/K1", "330106-LC-0001/K2", "330106-LC-0002/K1"])
def test_what_is_shown_is_what_the_controller_would_ask_for_at_each_edge(site: Site, target: str) -> None:
    cabinet = site.city.cabinets[target[:14]]
    light = next(one for one in cabinet.circuits if one.id == target)
    shift_s = spread_s(cabinet.id, site.timing.spread_s)
    for edge in night_view(site, target, NIGHT).edges:
        asked = lighting_requests(light, cabinet.place, site.lighting, edge.at, shift_s).requests
        assert [str(one.value) for one in asked[:1]] == [edge.value]


def test_a_festival_night_shows_its_own_program_and_its_saving(site: Site) -> None:
    view = night_view(site, "330106-LC-0001/K2", date(2026, 10, 1))
    assert view.program == "landscape-late"
    assert view.edges[-1].at.astimezone(HERE).strftime("%H:%M") == "23:30"


def test_a_luminaire_is_shown_in_percent(site: Site) -> None:
    assert [edge.value for edge in night_view(site, "330106-SP-0001/L1", NIGHT).edges] == ["100%", "0%"]


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("330106-LC-9999/K1", "only lights have programs"),
        ("330106-PS-0001", "only lights have programs"),
        ("330106-LC-0001", "330106-LC-0001/K1, 330106-LC-0001/K2"),
        ("330106-LC-0001/K9", "330106-LC-0001/K1, 330106-LC-0001/K2"),
        ("330106-SP-0001/D1", "330106-SP-0001/L1"),
    ],
)
def test_what_has_no_program_is_refused_with_what_has(site: Site, target: str, hint: str) -> None:
    with pytest.raises(UnknownTarget, match=hint):
        night_view(site, target, NIGHT)
