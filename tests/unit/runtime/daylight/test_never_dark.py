"""Whatever photocells say, at any time: between the windows no road is darkened for them, and by them none at dusk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.image import Block, Image, LinkState
from controller.domain.points import Reading, good
from controller.domain.quality import Detail, Quality
from controller.domain.request import Request
from controller.logic.contract import Moment
from controller.logic.lighting_automatic import percent_of
from controller.logic.one_moment import AtOneMoment
from controller.logic.operating_states import NO_MEASURES
from controller.runtime.alarms import AlarmBook
from controller.runtime.daylight.daylight import Daylight
from controller.runtime.daylight.signal_book import SignalBook
from controller.runtime.daylight.skies import Skies
from controller.runtime.lamps import lamps_of
from controller.runtime.light_programs import LightPrograms
from controller.settings.load import load_site
from controller.settings.site import Site
from schedules.astro import sun_crossings
from tests.unit.runtime.core_field import HandClock
from tests.unit.runtime.daylight.sky_city import K1, SENSORS, files
from tests.unit.settings.small_site import write_site

NIGHT = date(2026, 6, 21)
NOON = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module", params=["only", "true"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder: Path = tmp_path_factory.mktemp("sky")
    return load_site(write_site(folder, files(request.param)))


readings = st.builds(
    lambda lux, quality, age_s: (lux, quality, age_s),
    st.one_of(st.floats(0, 70_000), st.floats(0, 80), st.just(float("nan"))),
    st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.BAD]),
    st.floats(0, 5000),
)
steps = st.lists(st.tuples(st.floats(1, 5400), st.lists(readings, min_size=3, max_size=3)), min_size=1, max_size=25)


@settings(max_examples=80, deadline=None)
@given(steps=steps)
def test_between_the_windows_no_photocell_takes_light_away(
    site: Site, steps: list[tuple[float, list[tuple[float, Quality, float]]]]
) -> None:
    clock = HandClock()
    daylight = Daylight(site, Skies(site, alarms=AlarmBook(clock, lambda _: None, site.alarms)), SignalBook(site))
    programs = LightPrograms((), wet=None, poles=None, interlocks=None, daylight=daylight)
    lamp = lamps_of(site.city, site.timing.spread_s)[K1]
    sun = sun_crossings(lamp.place, NIGHT, site.lighting.tz)
    evening_s, morning_s = sun.evening_s + 15 * 60 + lamp.shift_s, sun.morning_s - 15 * 60 + lamp.shift_s
    offset_s = 0.0
    for pause_s, seen in steps:
        offset_s += pause_s
        moment = Moment(NOON + timedelta(seconds=offset_s), 10_000.0 + offset_s)
        image = Image(
            {
                device: block(device, point, *said, moment.s)
                for (device, point), said in zip(SENSORS.items(), seen, strict=True)
            }
        )
        daylight.look(image, set(SENSORS), moment)
        computed, _ = programs.work_out(lamp, NO_MEASURES, AtOneMoment(site.lighting), site.lighting, image, moment)
        winner, below = min(computed, key=_slot), min((one for one in computed if one.origin == "schedule"), key=_slot)
        at_s = moment.wall.timestamp()
        if evening_s <= at_s < morning_s:
            assert percent_of(winner.value) == 100.0
        if at_s < morning_s:
            assert percent_of(winner.value) >= percent_of(below.value), "in the evening photocells only add light"


def block(device: str, point: str, lux: float, quality: Quality, age_s: float, now_s: float) -> Block:
    detail = Detail.NONE if quality is Quality.GOOD else Detail.FAILURE
    reading = good(lux, now_s - age_s) if quality is Quality.GOOD else Reading(lux, quality, now_s - age_s, detail)
    return Block(device, {point: reading}, LinkState.ONLINE, complete=True, sequence=1)


def _slot(request: Request) -> int:
    return request.slot
