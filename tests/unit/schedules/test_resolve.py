from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.places import Place
from schedules.astro import night_of, sun_times
from schedules.program import (
    ASTRONOMICAL,
    Anchor,
    Edge,
    Program,
    Saving,
    TimePoint,
    Title,
    all_night,
    half_night,
    landscape,
    parse_time_point,
)
from schedules.resolve import DAY_MARGIN_MIN, dark_gaps, day_burning, resolve_night, state_at

TZ = ZoneInfo("Asia/Shanghai")
WEST_LAKE = Place(30.259, 120.130)
TITLE = Title("试", "test")
MIDSUMMER, MIDWINTER = date(2026, 6, 21), date(2026, 12, 21)


def at(text: str) -> TimePoint:
    return parse_time_point(text)


def local(night: date, clock: str) -> datetime:
    """A clock time of a night: before noon it is the next morning."""
    hour, minute = map(int, clock.split(":"))
    day = night if hour >= 12 else night + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TZ)


def levels(program: Program, night: date) -> list[tuple[str, float]]:
    """Where the level changes that night, to the nearest local minute."""
    changes: list[tuple[str, float]] = []
    for period in resolve_night(program, night, WEST_LAKE, TZ):
        if not changes or changes[-1][1] != period.percent:
            minute = (period.start + timedelta(seconds=30)).astimezone(TZ)
            changes.append((minute.strftime("%H:%M"), period.percent))
    return changes


TABLE = [
    (all_night("a", TITLE), MIDSUMMER, [("12:00", 0), ("19:04", 100), ("04:59", 0)]),
    (
        all_night("a", TITLE, at("sunset-5m"), at("sunrise+10m")),
        MIDSUMMER,
        [("12:00", 0), ("18:59", 100), ("05:09", 0)],
    ),
    (all_night("a", TITLE), MIDWINTER, [("12:00", 0), ("17:03", 100), ("06:52", 0)]),
    (half_night("h", TITLE, at("00:30")), MIDSUMMER, [("12:00", 0), ("19:04", 100), ("00:30", 0)]),
    (
        half_night("h", TITLE, at("23:30"), at("05:00")),
        MIDWINTER,
        [("12:00", 0), ("17:03", 100), ("23:30", 0), ("05:00", 100), ("06:52", 0)],
    ),
    (half_night("h", TITLE, at("23:30"), at("05:00")), MIDSUMMER, [("12:00", 0), ("19:04", 100), ("23:30", 0)]),
    (
        half_night("h", TITLE, at("23:30"), at("05:00"), percent=40),
        MIDSUMMER,
        [("12:00", 0), ("19:04", 100), ("23:30", 40), ("04:59", 0)],
    ),
    (landscape("l", TITLE, at("22:00")), MIDSUMMER, [("12:00", 0), ("19:32", 100), ("22:00", 0)]),
    (landscape("l", TITLE, at("00:00")), MIDWINTER, [("12:00", 0), ("17:30", 100), ("00:00", 0)]),
]


@pytest.mark.parametrize(("program", "night", "expected"), TABLE)
def test_a_night_reads_as_people_mean_it(program: Program, night: date, expected: list[tuple[str, float]]) -> None:
    assert levels(program, night) == expected


def test_fixed_times_after_midnight_belong_to_the_evening_before() -> None:
    program = Program("p", TITLE, (Edge(at("22:00"), 100), Edge(at("00:30"), 50), Edge(at("06:00"), 0)))
    new_years_eve = date(2026, 12, 31)
    assert state_at(program, WEST_LAKE, TZ, local(new_years_eve, "00:29")).percent == 100
    assert state_at(program, WEST_LAKE, TZ, local(new_years_eve, "00:30")).percent == 50
    assert levels(program, new_years_eve) == [("12:00", 0), ("22:00", 100), ("00:30", 50), ("06:00", 0)]


def test_the_29th_of_february_is_a_night_like_any_other() -> None:
    periods = resolve_night(ASTRONOMICAL, date(2028, 2, 29), WEST_LAKE, TZ)
    assert periods[0].start == datetime(2028, 2, 29, 12, tzinfo=TZ)
    assert periods[-1].end == datetime(2028, 3, 1, 12, tzinfo=TZ)


def test_saving_is_told_from_the_edges_it_masks() -> None:
    program = half_night("h", TITLE, at("00:30"), at("05:00"))
    state = state_at(program, WEST_LAKE, TZ, local(MIDWINTER, "02:00"))
    assert (state.percent, state.base_percent, state.saving) == (0, 100, True)
    assert state.cause == "off from 00:30 until 05:00"
    assert state.base_cause == "on at sunset"
    assert state.until == local(MIDWINTER, "05:00")


def test_saving_never_switches_on() -> None:
    program = Program(
        "p", TITLE, (Edge(at("22:00"), 30), Edge(at("23:00"), 0)), (Saving(at("21:00"), at("02:00"), 60),)
    )
    assert levels(program, MIDWINTER) == [("12:00", 0), ("22:00", 30), ("23:00", 0)]


def test_a_relight_shorter_than_the_minimum_burn_is_left_out() -> None:
    program = half_night("h", TITLE, at("00:30"), at("04:50"), min_burn_min=15)
    kept = half_night("h", TITLE, at("00:30"), at("04:50"), min_burn_min=5)
    assert levels(program, MIDSUMMER) == [("12:00", 0), ("19:04", 100), ("00:30", 0)]
    assert levels(kept, MIDSUMMER)[-2:] == [("04:50", 100), ("04:59", 0)]


def test_of_two_edges_at_one_moment_the_later_in_the_list_holds() -> None:
    program = Program("p", TITLE, (Edge(at("22:00"), 100), Edge(at("22:00"), 20)))
    assert levels(program, MIDWINTER) == [("12:00", 0), ("22:00", 20)]


def test_an_assets_spread_moves_every_edge_later_by_the_same() -> None:
    sunset = sun_times(WEST_LAKE, MIDWINTER, TZ).sunset
    before = state_at(ASTRONOMICAL, WEST_LAKE, TZ, sunset + timedelta(seconds=11), shift_s=12.0)
    after = state_at(ASTRONOMICAL, WEST_LAKE, TZ, sunset + timedelta(seconds=13), shift_s=12.0)
    assert (before.percent, after.percent) == (0, 100)
    assert abs((before.until - sunset).total_seconds() - 12.0) < 0.001


def test_a_state_holds_until_its_until_and_no_longer_than_noon() -> None:
    moment = local(MIDSUMMER, "13:00")
    for _ in range(6):
        state = state_at(landscape("l", TITLE, at("22:00")), WEST_LAKE, TZ, moment)
        assert state.until > moment
        moment = state.until
    assert moment == datetime(2026, 6, 23, 12, tzinfo=TZ)


def test_a_fixed_morning_on_after_a_summer_sunrise_burns_by_day() -> None:
    program = Program(
        "commuters",
        TITLE,
        (Edge(at("sunset"), 100), Edge(at("23:00"), 0), Edge(at("06:00"), 100), Edge(at("sunrise"), 0)),
    )
    found = dict(day_burning(program, WEST_LAKE, TZ, 2026))
    assert MIDWINTER not in found
    assert found[MIDSUMMER] == pytest.approx(360, abs=1)
    assert min(found) > date(2026, 1, 31)
    assert max(found) < date(2026, 11, 30)


def test_a_curfew_before_midsummer_sunset_burns_until_noon_and_is_found() -> None:
    found = dict(day_burning(landscape("l", TITLE, at("18:00")), WEST_LAKE, TZ, 2026))
    assert MIDSUMMER in found
    assert MIDWINTER not in found


def test_ordinary_programs_burn_no_lamp_by_day_in_any_year() -> None:
    programs = [
        ASTRONOMICAL,
        all_night("a", TITLE, at("sunset-30m"), at("sunrise+30m")),
        half_night("h", TITLE, at("00:30"), at("05:00")),
        landscape("l", TITLE, at("22:00")),
    ]
    assert [day_burning(program, WEST_LAKE, TZ, 2028) for program in programs] == [[], [], [], []]


def test_dark_gaps_are_the_edges_own_not_energy_savings() -> None:
    assert dark_gaps(half_night("h", TITLE, at("00:30")), WEST_LAKE, TZ, 2026) == []
    assert len(dark_gaps(landscape("l", TITLE, at("22:00")), WEST_LAKE, TZ, 2028)) == 366


points = st.one_of(
    st.builds(TimePoint, st.just(Anchor.CLOCK), st.integers(0, 1439)),
    st.builds(
        TimePoint, st.sampled_from([Anchor.SUNSET, Anchor.DUSK, Anchor.DAWN, Anchor.SUNRISE]), st.integers(-240, 240)
    ),
)
percents = st.sampled_from([0.0, 20.0, 60.0, 100.0])
programs = st.builds(
    Program,
    st.just("p"),
    st.just(TITLE),
    st.lists(st.builds(Edge, points, percents), min_size=1, max_size=5).map(tuple),
    st.lists(st.builds(Saving, points, st.none() | points, percents), max_size=2).map(tuple),
    st.sampled_from([0, 15, 60]),
)
nights = st.dates(date(2024, 1, 1), date(2032, 12, 31))
places = st.builds(Place, st.floats(29.2, 30.6), st.floats(118.3, 120.8))


@given(programs, nights, places)
def test_at_every_instant_there_is_exactly_one_state(program: Program, night: date, place: Place) -> None:
    periods = resolve_night(program, night, place, TZ)
    assert periods[0].start == datetime(night.year, night.month, night.day, 12, tzinfo=TZ)
    assert periods[-1].end - periods[0].start == timedelta(hours=24)
    assert all(period.start < period.end for period in periods)
    assert all(one.end == other.start for one, other in pairwise(periods))
    assert all(0 <= period.percent <= period.base_percent for period in periods)


@given(programs, nights, places, st.floats(0, 86_399), st.floats(0, 30))
def test_the_state_at_a_moment_is_that_of_its_period_and_holds_as_promised(
    program: Program, night: date, place: Place, after_noon_s: float, shift_s: float
) -> None:
    wall = datetime(night.year, night.month, night.day, 12, tzinfo=TZ) + timedelta(seconds=after_noon_s)
    state = state_at(program, place, TZ, wall, shift_s)
    assert state.until > wall
    just_before = max(wall, state.until - timedelta(milliseconds=1))
    later = state_at(program, place, TZ, just_before, shift_s)
    assert (later.percent, later.base_percent) == (state.percent, state.base_percent)
    unshifted = wall - timedelta(seconds=shift_s)
    [period] = [
        period
        for period in resolve_night(program, night_of(unshifted, TZ), place, TZ)
        if period.start <= unshifted < period.end
    ]
    assert period.percent == state.percent


@settings(max_examples=25)
@given(programs, places, st.sampled_from([2026, 2028]))
def test_the_year_proof_finds_a_night_exactly_when_a_lamp_is_on_by_day(
    program: Program, place: Place, year: int
) -> None:
    found = {night for night, _minutes in day_burning(program, place, TZ, year)}
    margin = timedelta(minutes=DAY_MARGIN_MIN)
    for n in range(0, 365, 13):
        night = date(year, 1, 1) + timedelta(days=n)
        sun = sun_times(place, night, TZ)
        lit = [p for p in resolve_night(program, night, place, TZ) if p.percent > 0]
        by_day = any(p.start < sun.sunset - margin or p.end > sun.sunrise + margin for p in lit)
        assert (night in found) == by_day, night


@settings(max_examples=50)
@given(st.integers(-240, 240), st.integers(-240, 240))
def test_the_shortcut_for_sun_programs_agrees_with_the_long_way(on_min: int, off_min: int) -> None:
    program = all_night("a", TITLE, TimePoint(Anchor.SUNSET, on_min), TimePoint(Anchor.SUNRISE, off_min))
    the_long_way = Program("a", TITLE, (*program.edges, program.edges[1]))
    assert day_burning(program, WEST_LAKE, TZ, 2026) == day_burning(the_long_way, WEST_LAKE, TZ, 2026)
