"""What people are shown of nights and years is what the controller will ask for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.operating import OperatingState
from controller.logic.lighting import lighting_requests, spread_s
from controller.logic.operating_states import LightMeasures
from controller.runtime.clocks import RealClock
from controller.runtime.lighting_plans.desk import LightingPlanDesk
from controller.runtime.lighting_plans.looking import nights_of, year_of
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site
from tests.unit.settings.test_lighting_settings import MORE, SCENE

TREES, ROAD, LAMP = "330106-LC-0001/K2", "330106-LC-0001/K1", "330106-SP-0001/L1"
HOLIDAY = date(2026, 10, 1)
HANGZHOU = Path("config/hangzhou")
MODES = "modes:\n  - {mode: event, name: {zh: 灯会, en: Fair}, when: {season: {first: 10-16, last: 10-18}}}\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(tmp_path, {MORE: SCENE + MODES}))


def test_a_scope_is_told_by_lights_treated_alike(site: Site) -> None:
    nights = nights_of(site, site.scopes.lights, HOLIDAY)
    assert sum(one.count for one in nights) == len(site.scopes.lights)
    (scene,) = [one for one in nights if one.scene]
    assert (scene.lights, scene.program, scene.exceptional) == ((TREES,), "scene/bridge/1", True)
    assert (scene.mode, scene.mode_zh, scene.title_zh) == ("holiday", "节假日", "桥 节假日")


@pytest.mark.parametrize("target", [TREES, ROAD])
def test_each_switching_shown_is_the_one_the_controller_asks_for(site: Site, target: str) -> None:
    (night,) = nights_of(site, [target], HOLIDAY)
    cabinet = site.city.cabinets["330106-LC-0001"]
    light = next(one for one in cabinet.circuits if one.id == target)
    shift_s = spread_s(cabinet.id, site.timing.spread_s)
    for edge in night.edges:
        asked = lighting_requests(
            light, cabinet.place, site.lighting, edge.first + timedelta(milliseconds=1), shift_s
        ).requests
        assert str(asked[0].value) == edge.value
        assert edge.first == edge.last


def test_the_hours_of_a_night_say_what_holds_in_both_languages(site: Site) -> None:
    (night,) = nights_of(site, [TREES], HOLIDAY)
    by_clock = {hour.at.astimezone(site.lighting.tz).strftime("%H:%M"): hour for hour in night.hours}
    assert (by_clock["21:00"].value, by_clock["23:00"].value) == ("on", "off")
    assert by_clock["21:00"].zh == "天黑(民用昏影终)调至60% (亮灯)"
    assert by_clock["23:00"].en == "off from 23:00 (curfew 熄灯)"
    assert next(iter(by_clock)) == "16:00"


def test_a_year_is_condensed_and_adds_up(site: Site) -> None:
    year = year_of(site, TREES, date(2026, 9, 1), 366)
    assert sum(span.nights for span in year.spans) == 366 == sum(year.nights_by_program.values())
    ends = [date.fromisoformat(span.last) + timedelta(days=1) for span in year.spans[:-1]]
    assert ends == [date.fromisoformat(span.first) for span in year.spans[1:]]
    fair = next(span for span in year.spans if span.mode == "event")
    assert (fair.first, fair.last, fair.because) == ("2026-10-16", "2026-10-18", "灯会 Fair")
    assert year.unknown_years == (2027,)


def test_what_is_no_light_is_refused(site: Site) -> None:
    with pytest.raises(UnknownTarget, match="name one light"):
        year_of(site, "330106-LC-0001", HOLIDAY)
    desk = LightingPlanDesk(site, RealClock())
    with pytest.raises(InvalidValue, match="no light has the scope road:nowhere"):
        desk.lights("road:nowhere")
    assert desk.lights(LAMP) == (LAMP,)


@pytest.mark.parametrize("state", [OperatingState.FLOOD_III, OperatingState.TYPHOON])
def test_a_declared_flood_response_or_typhoon_ends_a_scene_and_its_end_brings_it_back(
    site: Site, state: OperatingState
) -> None:
    cabinet = site.city.cabinets["330106-LC-0001"]
    light = next(one for one in cabinet.circuits if one.id == TREES)
    (night,) = nights_of(site, [TREES], HOLIDAY)
    during = night.edges[0].first + timedelta(hours=1)
    effects = load_site(HANGZHOU).states.specs[state]
    measures = LightMeasures(landscape_off=effects.landscape_off, why="declared")
    before = lighting_requests(light, cabinet.place, site.lighting, during, 0.0).requests
    declared = lighting_requests(light, cabinet.place, site.lighting, during, 0.0, measures).requests
    assert str(before[0].value) == "on"
    assert min(declared, key=lambda request: request.slot).value == before[0].value.__class__(on=False)
    assert [str(one.value) for one in declared[1:]] == [str(one.value) for one in before]


def test_an_event_declared_by_a_person_does_not_light_past_the_hard_end(site: Site) -> None:
    cabinet = site.city.cabinets["330106-LC-0001"]
    light = next(one for one in cabinet.circuits if one.id == TREES)
    measures = LightMeasures(suspend_savings=True, programs={"landscape": "all-night"}, why="event")
    (night,) = nights_of(site, [TREES], HOLIDAY)
    late = night.edges[-1].first + timedelta(hours=1)
    asked = lighting_requests(light, cabinet.place, site.lighting, late, 0.0, measures).requests
    assert {str(one.value) for one in asked} == {"off"}


async def test_programs_and_calendars_are_said_in_talq_words_for_every_light(site: Site) -> None:
    desk = LightingPlanDesk(site, RealClock())
    programs, calendars = desk.programs(), await desk.calendars()
    assert {one.talq["id"] for one in programs.items} == set(site.lighting.programs)
    assert sum(one.lights for one in calendars.items) == len(site.scopes.lights)
    assert (programs.day_offset, programs.version) == (12, "2.7.1")
    assert all(one.unsaid_en for one in (*programs.items, *calendars.items) if not one.exact)
