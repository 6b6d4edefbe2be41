"""Programs and calendars in TALQ's words, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from schedules.calendar import Calendar, Rule
from schedules.holidays import DayKind, Holidays
from schedules.lunar import Festival
from schedules.program import (
    Anchor,
    Edge,
    LuxMode,
    LuxRule,
    Program,
    Saving,
    TimePoint,
    all_night,
    by_light,
    half_night,
    landscape,
    stepped,
)
from schedules.public_holidays import library_tables
from schedules.resolve import resolve_night
from schedules.talq import program_in_talq
from schedules.talq_calendar import Horizon, calendar_in_talq
from schedules.talq_reading import program_from_talq, program_of_night
from schedules.when import AllOf, Always, InRange, InSeason, OnDayKinds, OnFestivals, OnNthWeekday, OnWeekdays, When
from tests.unit.schedules.test_program_types import SCENE
from tests.unit.schedules.test_resolve import MIDSUMMER, MIDWINTER, TITLE, TZ, WEST_LAKE, at

OWNER = "hangzhou"


def lit(program: Program, night: date) -> list[tuple[object, float]]:
    """What lamps do: where the level changes, and to what."""
    changes: list[tuple[object, float]] = []
    for period in resolve_night(program, night, WEST_LAKE, TZ):
        if not changes or changes[-1][1] != period.percent:
            changes.append((period.start, period.percent))
    return changes


EXACT = [
    all_night("a", TITLE),
    all_night("a", TITLE, at("sunset-5m"), at("sunrise+10m")),
    half_night("h", TITLE, at("23:30"), at("05:00"), min_burn_min=0),
    half_night("h", TITLE, at("00:30"), min_burn_min=0),
    stepped("s", TITLE, ((at("22:00"), 70.0), (at("00:00"), 40.0), (at("04:30"), 70.0))),
    Program("f", TITLE, (Edge(at("18:30"), 100), Edge(at("00:30"), 50), Edge(at("05:45"), 0)), min_burn_min=30),
    Program(
        "sunny",
        TITLE,
        (Edge(at("sunset"), 100), Edge(at("sunrise"), 0)),
        (Saving(at("sunset+240m"), at("sunrise-90m"), 30),),
    ),
]


@pytest.mark.parametrize("night", [MIDSUMMER, MIDWINTER, date(2028, 2, 29)], ids=str)
@pytest.mark.parametrize("program", EXACT, ids=lambda program: f"{program.id} {program.edges[0].at}")
def test_what_is_said_exactly_reads_back_the_same(program: Program, night: date) -> None:
    said = program_in_talq(program, OWNER)
    assert said.exact
    assert lit(program_from_talq(said.talq), night) == lit(program, night)


def test_a_half_night_reads_as_a_talq_person_expects() -> None:
    said = program_in_talq(half_night("road-half-night", TITLE, at("23:30"), at("05:00"), min_burn_min=0), OWNER).talq
    assert said == {
        "type": "ControlProgramOne",
        "id": "road-half-night",
        "ownerCMS": OWNER,
        "activePeriods": [{"name": "AstroClockActivePeriod", "sunsetOffset": 0, "sunriseOffset": 0}],
        "fixedTimeControls": [
            {"startTime": "05:00:00", "command": {"state": {"name": "LevelState", "value": 100}}},
            {"startTime": "12:00:00", "command": {"state": {"name": "LevelState", "value": 100}}},
            {"startTime": "23:30:00", "command": {"state": {"name": "LevelState", "value": 0}}},
        ],
        "astroClockTimeControls": [],
        "dynamicControls": [],
    }


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (landscape("l", TITLE, at("22:00")), "civil dusk"),
        (half_night("h", TITLE, at("23:30")), "minimum burn"),
        (by_light("l", TITLE), "light sensor"),
        (replace(all_night("a", TITLE), lux=LuxRule(LuxMode.ASTRO_AND_LUX, on_below_lx=30.0)), "light sensor"),
        (SCENE, "hard end"),
        (stepped("s", TITLE, ((at("22:00"), 12.5),)), "fractions"),
        (
            replace(all_night("a", TITLE), savings=(Saving(at("22:00"), at("sunrise-60m"), 40),)),
            "left out, so brighter",
        ),
    ],
)
def test_what_has_no_talq_word_is_told_in_both_languages(program: Program, told: str) -> None:
    said = program_in_talq(program, OWNER)
    assert not said.exact
    assert any(told in one.en for one in said.unsaid)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one.zh) for one in said.unsaid)


def test_a_light_sensors_levels_are_talqs_on_and_off_levels() -> None:
    program = replace(all_night("a", TITLE), lux=LuxRule(LuxMode.ASTRO_AND_LUX, on_below_lx=30.0))
    (period,) = program_in_talq(program, OWNER).talq["activePeriods"]
    assert (period["name"], period["onLevel"], period["offLevel"]) == ("AstroAndSensorActivePeriod", 30.0, 40.0)
    assert (period["pcActiveBeforeSunset"], period["pcActiveBeforeSunrise"]) == (30, 15)


clocks = st.builds(TimePoint, st.just(Anchor.CLOCK), st.integers(0, 1439))
whole = st.sampled_from([0.0, 25.0, 60.0, 100.0])
by_the_clock = st.builds(
    Program,
    st.just("p"),
    st.just(TITLE),
    st.lists(st.builds(Edge, clocks, whole), min_size=1, max_size=4).map(tuple),
    st.lists(st.builds(Saving, clocks, st.none() | clocks, whole), max_size=2).map(tuple),
    st.sampled_from([0, 15, 60]),
)
by_the_sun = st.builds(
    Program,
    st.just("p"),
    st.just(TITLE),
    st.tuples(
        st.builds(Edge, st.builds(TimePoint, st.just(Anchor.SUNSET), st.integers(-60, 60)), st.just(100.0)),
        st.builds(Edge, st.builds(TimePoint, st.just(Anchor.SUNRISE), st.integers(-60, 60)), st.just(0.0)),
    ),
    st.lists(st.builds(Saving, clocks, st.none() | clocks, whole), max_size=3).map(tuple),
)


@given(by_the_clock | by_the_sun, st.dates(date(2025, 1, 1), date(2029, 12, 31)))
def test_any_program_by_the_clock_and_any_road_program_reads_back_the_same(program: Program, night: date) -> None:
    said = program_in_talq(program, OWNER)
    assert said.exact
    assert lit(program_from_talq(said.talq), night) == lit(program, night)


HOLIDAYS = Holidays(library_tables())
HORIZON = Horizon(date(2026, 1, 1), date(2027, 12, 31))
WHENS: dict[str, tuple[When, bool]] = {
    "always": (Always(), True),
    "weekdays": (OnWeekdays(frozenset({5, 6})), True),
    "last Saturday": (OnNthWeekday(frozenset({6}), frozenset({-1, 2})), True),
    "season": (InSeason((6, 1), (8, 31)), True),
    "season over New Year": (InSeason((12, 24), (1, 6)), True),
    "range": (InRange(date(2026, 9, 30), date(2026, 10, 8)), True),
    "holidays": (OnDayKinds(frozenset({DayKind.HOLIDAY})), False),
    "weekends without make-up days": (OnDayKinds(frozenset({DayKind.WEEKEND})), False),
    "festivals": (OnFestivals(frozenset(Festival), frozenset({-1, 0})), False),
    "two together": (AllOf((OnWeekdays(frozenset({6})), InSeason((6, 1), (8, 31)))), False),
}


@pytest.mark.parametrize("what", WHENS)
def test_every_kind_of_rule_picks_the_same_nights_in_talq(what: str) -> None:
    when, exact = WHENS[what]
    first = Rule("first", OnFestivals(frozenset({Festival.MID_AUTUMN})), {"p": "moon"})
    calendar = Calendar((first, Rule("rule", when, {"p": "q"}), Rule("other", Always(), {"z": "y"})), HOLIDAYS)
    said = calendar_in_talq(calendar, "p", OWNER, HORIZON)
    assert [program_of_night(said.talq, night) for night in HORIZON.nights()] == [
        calendar.resolve("p", night) for night in HORIZON.nights()
    ]
    (told,) = said.unsaid
    assert ("rule" in told.en) is not exact


def test_a_rule_for_other_lights_is_not_in_a_lights_calendar() -> None:
    calendar = Calendar((Rule("one", Always(), {"p": "q"}, frozenset({"a"})),), HOLIDAYS)
    mine = calendar_in_talq(calendar, "p", OWNER, HORIZON, calendar.standing("a"), "a").talq
    others = calendar_in_talq(calendar, "p", OWNER, HORIZON, 0, "b").talq
    assert (mine["rules"], others["rules"]) == ([{"program": "q"}], [])
    assert others["defaultProgram"] == "p"
    assert mine["id"] != others["id"]


def test_beyond_the_horizon_the_default_holds() -> None:
    calendar = Calendar((Rule("h", OnDayKinds(frozenset({DayKind.HOLIDAY})), {"p": "q"}),), HOLIDAYS)
    said = calendar_in_talq(calendar, "p", OWNER, Horizon(date(2026, 1, 1), date(2026, 9, 30))).talq
    assert program_of_night(said, date(2026, 9, 27)) == "q"
    assert program_of_night(said, date(2026, 9, 30) + timedelta(days=1)) == "p"


def test_another_systems_program_is_refused_where_we_would_not_do_the_same() -> None:
    said = program_in_talq(by_light("l", TITLE), OWNER).talq
    with pytest.raises(InvalidValue, match="active period"):
        program_from_talq(said)
    with pytest.raises(InvalidValue, match="ControlProgramOne"):
        program_from_talq({"type": "Other", "id": "x"})
