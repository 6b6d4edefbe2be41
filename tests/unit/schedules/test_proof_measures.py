"""The year's fast arithmetic gives what adding up the controller's own nights gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from schedules.astro import sun_crossings, twilight_crossings
from schedules.conditions import LuxMode, LuxRule
from schedules.program import Anchor, Edge, Program, Saving, TimePoint, Title, by_light
from schedules.program_parts import End, Show
from schedules.proof_measures import Chunk, Measured, light_sensor_worst_s, measure
from schedules.proof_sky import YearSky
from schedules.spans import Sky, spans_of

TZ = ZoneInfo("Asia/Shanghai")
TITLE = Title("试", "tried")
MARGIN_MIN = 30.0
SAME_S = 1e-3
"""Seconds a night; times of the epoch are exact to 0.0000003 s."""

places = st.builds(
    Place, st.floats(18.0, 50.0, allow_nan=False).map(lambda x: round(x, 5)), st.floats(75.0, 134.0).map(float)
)
sun_points = st.builds(
    TimePoint,
    st.sampled_from([Anchor.SUNSET, Anchor.DUSK, Anchor.DAWN, Anchor.SUNRISE]),
    st.integers(-240, 240) | st.sampled_from([0, -5, 30]),
)
clock_points = st.builds(TimePoint, st.just(Anchor.CLOCK), st.integers(0, 1439) | st.sampled_from([0, 1410, 300]))
points = sun_points | clock_points
levels = st.sampled_from([0.0, 100.0, 50.0, 30.0])
edges = st.lists(st.builds(Edge, points, levels), min_size=1, max_size=4).map(tuple)
savings = st.lists(st.builds(Saving, points, st.none() | points, levels), max_size=3).map(tuple)
shows = st.lists(st.builds(Show, points, points, levels, st.just(TITLE)), max_size=2).map(tuple)
ends = st.lists(st.builds(End, points), max_size=1).map(tuple)
programs = st.builds(
    Program,
    st.just("p"),
    st.just(TITLE),
    edges,
    savings,
    st.sampled_from([0, 0, 15, 120]),
    shows=shows,
    ends=ends,
)
nights = st.dates(date(2024, 1, 1), date(2028, 12, 31))

HALF = Program(
    "half",
    TITLE,
    (Edge(TimePoint(Anchor.SUNSET), 100.0), Edge(TimePoint(Anchor.SUNRISE), 0.0)),
    (Saving(TimePoint(Anchor.CLOCK, 23 * 60 + 30), TimePoint(Anchor.CLOCK, 300), 0.0),),
    15,
)


def slow(program: Program, place: Place, night: date) -> tuple[float, ...]:
    """What one night of the controller's own arithmetic adds up to."""
    sky = Sky(night, place, TZ)
    spans = spans_of(program, sky)
    evening, morning, margin = sky.sun.evening_s, sky.sun.morning_s, MARGIN_MIN * 60.0

    def between(start: float, end: float, low: float, high: float) -> float:
        return max(0.0, min(end, high) - max(start, low))

    burning = [span for span in spans if span.percent > 0.0]
    burn = sum(span.end_s - span.start_s for span in burning)
    full = sum((span.end_s - span.start_s) * span.percent / 100.0 for span in burning)
    burns = sum(lit for lit, _ in groupby(spans, key=lambda span: span.percent > 0.0))
    day = sum(
        max(0.0, min(s.end_s, evening - margin) - s.start_s) + max(0.0, s.end_s - max(s.start_s, morning + margin))
        for s in burning
    )
    dark = [
        (span, between(span.start_s, span.end_s, evening + margin, morning - margin))
        for span in spans
        if span.percent == 0.0
    ]
    gap = sum(between(s.start_s, s.end_s, evening + margin, morning - margin) for s in spans if s.base == 0.0)
    saved = sum(length for span, length in dark if span.base > 0.0)
    return burn, full, float(burns), day, gap, saved


def fast(program: Program, tried: list[Place], first: date, count: int) -> Measured:
    sky = YearSky(tried, first, count, TZ)
    chunk = Chunk.of(sky, slice(0, len(tried)), twilight=True)
    return measure(program, chunk, np.arange(len(tried)), np.arange(count), MARGIN_MIN)


def of_night(came: Measured, place: int, night: int) -> tuple[float, ...]:
    arrays = (came.burn_s, came.full_s, came.burns, came.day_s, came.gap_s, came.saved_s)
    return tuple(0.0 if array is None else float(array[place, night]) for array in arrays)


@settings(max_examples=100)
@given(programs, st.lists(places, min_size=1, max_size=3), nights, st.integers(1, 5))
@example(HALF, [Place(30.25, 120.13), Place(39.47, 75.99)], date(2028, 2, 27), 5)
@example(replace(HALF, min_burn_min=240), [Place(30.25, 120.13)], date(2026, 6, 19), 3)
def test_the_fast_proof_equals_the_controllers_own_nights(
    program: Program, tried: list[Place], first: date, count: int
) -> None:
    came = fast(program, tried, first, count)
    for at, place in enumerate(tried):
        for night in range(count):
            wanted = slow(program, place, first + timedelta(days=night))
            assert of_night(came, at, night) == pytest.approx(wanted, abs=SAME_S), (place, first, night)


def test_a_whole_year_in_which_a_clock_time_crosses_the_sun_equals_the_slow_one() -> None:
    early = Program(
        "early",
        TITLE,
        (
            Edge(TimePoint(Anchor.DUSK), 100.0),
            Edge(TimePoint(Anchor.CLOCK, 0), 0.0),
            Edge(TimePoint(Anchor.CLOCK, 330), 100.0),
            Edge(TimePoint(Anchor.DAWN), 0.0),
        ),
        (Saving(TimePoint(Anchor.SUNSET, 120), TimePoint(Anchor.CLOCK, 23 * 60), 60.0),),
        20,
    )
    place, first = Place(30.25, 120.13), date(2028, 1, 1)
    came = fast(early, [place], first, 366)
    wanted = [slow(early, place, first + timedelta(days=night)) for night in range(366)]
    assert came.day_s is not None
    assert came.day_s.sum() > 0, "05:30 ON follows a summer's dawn OFF and burns until noon"
    found = [of_night(came, 0, night) for night in range(366)]
    assert np.allclose(found, wanted, atol=SAME_S)


@given(st.lists(places, min_size=1, max_size=4), nights)
@settings(max_examples=50)
def test_sun_times_of_arrays_are_those_of_the_controller(tried: list[Place], first: date) -> None:
    sky = YearSky(tried, first, 3, TZ)
    whole = slice(0, len(tried))
    for arrays, asked in ((sky.sun(whole), sun_crossings), (sky.twilight(whole), twilight_crossings)):
        for at, place in enumerate(tried):
            for night in range(3):
                exact = asked(place, first + timedelta(days=night), TZ)
                assert abs(arrays[0][at, night] - exact.evening_s) <= 1e-6
                assert abs(arrays[1][at, night] - exact.morning_s) <= 1e-6


def test_swapped_coordinates_are_refused_in_the_words_of_the_almanac() -> None:
    with pytest.raises(InvalidValue, match="latitude and longitude swapped"):
        YearSky([Place(30.0, -60.0)], date(2026, 6, 1), 2, TZ).sun(slice(0, 1))


@pytest.mark.parametrize(
    ("rule", "day_min", "dark_min"),
    [
        (LuxRule(LuxMode.LUX), 0, 0),
        (LuxRule(LuxMode.LUX, evening=(-50, 15), morning=(-45, 30)), 20, 15),
        (LuxRule(LuxMode.LUX, morning=(-15, 50)), 0, 0),
    ],
)
def test_a_light_sensors_windows_are_proven_at_their_worst(rule: LuxRule, day_min: float, dark_min: float) -> None:
    program = by_light("lux", TITLE, rule)
    assert light_sensor_worst_s(program, MARGIN_MIN) == (day_min * 60.0, dark_min * 60.0)
    came = fast(program, [Place(30.25, 120.13)], date(2026, 6, 21), 1)
    _, _, _, day, gap, _ = of_night(came, 0, 0)
    late_end = max(0.0, rule.morning[1] - MARGIN_MIN)
    assert day == pytest.approx((day_min + late_end) * 60.0, abs=SAME_S)
    assert gap == pytest.approx(dark_min * 60.0, abs=SAME_S)


def test_a_sensor_beside_the_sun_may_keep_lamps_on_past_the_margin() -> None:
    program = replace(HALF, lux=LuxRule(LuxMode.ASTRO_AND_LUX, morning=(-15, 55)))
    day_s, dark_s = light_sensor_worst_s(program, MARGIN_MIN)
    assert (day_s, dark_s) == (25 * 60.0, 0.0)
