"""For any programs, calendar and instant: exactly one level, nights that tile time, and roads that stay lit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.places import Place
from schedules.astro import night_of, sun_times
from schedules.calendar import Calendar, DayKind, Holidays, Mode, ModeRule, OnDayKinds, Rule
from schedules.lunar import Festival
from schedules.plan import LightingPlan
from schedules.program import DARK, Edge, End, LuxMode, LuxRule, Program, Saving, Show, Title, capped
from schedules.program_parts import Anchor, TimePoint
from schedules.public_holidays import library_tables
from schedules.scenes import SceneStage
from schedules.when import AllOf, Always, InModes, InRange, InSeason, OnFestivals, OnNthWeekday, OnWeekdays, When

TZ = ZoneInfo("Asia/Shanghai")
TITLE = Title("试", "test")
HOLIDAYS = Holidays(library_tables())
SUN = [Anchor.SUNSET, Anchor.DUSK, Anchor.DAWN, Anchor.SUNRISE]

clocks = st.builds(TimePoint, st.just(Anchor.CLOCK), st.integers(0, 1439))
points = clocks | st.builds(TimePoint, st.sampled_from(SUN), st.integers(-120, 120))
percents = st.sampled_from([0.0, 30.0, 60.0, 100.0])
programs = st.builds(
    Program,
    st.sampled_from(["p", "q", "r"]),
    st.just(TITLE),
    st.lists(st.builds(Edge, points, percents), min_size=1, max_size=4).map(tuple),
    st.lists(st.builds(Saving, points, st.none() | points, percents), max_size=2).map(tuple),
    st.sampled_from([0, 20]),
    shows=st.lists(st.builds(Show, points, points, percents, st.just(TITLE)), max_size=2).map(tuple),
    ends=st.lists(st.builds(End, points, st.booleans()), max_size=2).map(tuple),
)
kinds = st.sets(st.sampled_from(list(DayKind)), min_size=1).map(lambda found: OnDayKinds(frozenset(found)))
simple: st.SearchStrategy[When] = st.one_of(
    st.just(Always()),
    kinds,
    st.sets(st.integers(1, 7), min_size=1).map(lambda found: OnWeekdays(frozenset(found))),
    st.sampled_from([OnNthWeekday(frozenset({6}), frozenset({-1})), InSeason((12, 20), (2, 29))]),
    st.just(InRange(date(2027, 12, 31), date(2028, 3, 1))),
    st.sampled_from(list(Festival)).map(lambda one: OnFestivals(frozenset({one}), frozenset({-1, 0}))),
    st.sampled_from(list(Mode)).map(lambda mode: InModes(frozenset({mode}))),
)
whens = simple | st.lists(simple, min_size=1, max_size=2).map(lambda parts: AllOf(tuple(parts)))
names = st.sampled_from(["p", "q", "r"])
scopes = st.none() | st.sets(st.sampled_from(["a/K1", "b/K1"]), min_size=1).map(frozenset)
rules = st.builds(
    Rule, st.text("xyz", min_size=1, max_size=4), whens, st.dictionaries(names, names, min_size=1), scopes
)
calendars = st.builds(
    Calendar,
    st.lists(rules, max_size=4).map(tuple),
    st.just(HOLIDAYS),
    st.just((ModeRule(Mode.EVENT, InSeason((10, 5), (10, 9)), TITLE),)),
)
STAGED = {"a/K1": SceneStage("s", Place(30.2, 120.1), TimePoint(Anchor.CLOCK, 23 * 60))}
stages = st.sampled_from([{}, STAGED])
plans = st.builds(
    LightingPlan,
    st.lists(programs, max_size=3).map(lambda found: {one.id: one for one in found}),
    calendars,
    st.just(TZ),
    stages,
)
staged = plans.map(lambda plan: replace(plan, stages=STAGED))
targets = st.sampled_from(["a/K1", "b/K1", "c/K1"])
CORNERS = [date(2027, 12, 31), date(2028, 1, 1), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
nights = st.sampled_from(CORNERS) | st.dates(date(2025, 1, 1), date(2029, 12, 31))
places = st.builds(Place, st.floats(29.2, 30.6), st.floats(118.3, 120.8))


@settings(max_examples=80)
@given(plans, nights, places, targets)
def test_the_periods_of_any_night_tile_it_from_noon_to_noon(
    plan: LightingPlan, night: date, place: Place, target: str
) -> None:
    periods = plan.night("p", place, night, target)
    tomorrow = night + timedelta(days=1)
    assert periods[0].start == datetime(night.year, night.month, night.day, 12, tzinfo=TZ)
    assert periods[-1].end == datetime(tomorrow.year, tomorrow.month, tomorrow.day, 12, tzinfo=TZ)
    assert all(one.end == other.start for one, other in pairwise(periods))
    assert all(0.0 <= period.percent <= period.base_percent <= 100.0 for period in periods)


@settings(max_examples=100)
@given(plans, nights, places, targets, st.floats(0, 86_399.0), st.floats(0, 30))
def test_at_any_instant_one_level_holds_and_it_is_that_of_the_night(
    plan: LightingPlan, night: date, place: Place, target: str, after_noon_s: float, shift_s: float
) -> None:
    wall = datetime(night.year, night.month, night.day, 12, tzinfo=TZ) + timedelta(seconds=after_noon_s)
    planned = plan.planned_at("p", place, wall, shift_s, target)
    _, seen_from, shifted_s = plan.standing(target, place, shift_s)
    state = planned.exception or planned.ordinary or plan.astronomical_at(seen_from, wall, shifted_s)
    moment = wall - timedelta(seconds=shifted_s)
    held = [
        period for period in plan.night("p", place, night_of(moment, TZ), target) if period.start <= moment < period.end
    ]
    if planned.exception is not None or planned.source is not None:
        assert [period.percent for period in held] == [state.percent]
    assert planned.until > wall


@settings(max_examples=60)
@given(staged, nights, places, st.floats(0, 30))
def test_nothing_automatic_of_the_plan_lights_a_member_after_its_hard_end(
    plan: LightingPlan, night: date, place: Place, shift_s: float
) -> None:
    for hours in (11.0, 11.5, 14.0, 23.9):
        wall = datetime(night.year, night.month, night.day, 12, tzinfo=TZ) + timedelta(hours=hours)
        planned = plan.planned_at("p", place, wall, shift_s, "a/K1")
        assert planned.ended
        assert all(state is None or state.base_percent == DARK for state in (planned.ordinary, planned.exception))


roads = st.builds(
    Program,
    st.just("road"),
    st.just(TITLE),
    st.tuples(
        st.builds(Edge, st.builds(TimePoint, st.just(Anchor.SUNSET), st.integers(-30, 0)), st.just(100.0)),
        st.builds(Edge, st.builds(TimePoint, st.just(Anchor.SUNRISE), st.integers(0, 30)), st.just(0.0)),
    ),
    min_burn_min=st.sampled_from([0, 15]),
)


@given(roads, nights, places)
def test_a_road_program_without_saving_is_never_dark_between_sunset_and_sunrise(
    program: Program, night: date, place: Place
) -> None:
    sun = sun_times(place, night, TZ)
    plan = LightingPlan({"road": program}, Calendar((), HOLIDAYS), TZ)
    dark = [period for period in plan.night("road", place, night) if period.percent == DARK]
    assert all(period.end <= sun.sunset or period.start >= sun.sunrise for period in dark)


@given(nights, places, st.integers(1, 60), st.integers(1, 60))
def test_a_program_the_light_sensor_decides_alone_is_lit_from_window_to_window_without_it(
    night: date, place: Place, evening: int, morning: int
) -> None:
    rule = LuxRule(LuxMode.LUX, (-30, evening), (-15, morning))
    program = Program("l", TITLE, rule.edges(), lux=rule)
    sun = sun_times(place, night, TZ)
    lit = [period for period in LightingPlan({"l": program}).night("l", place, night) if period.percent > DARK]
    (burn,) = lit
    assert abs((burn.start - sun.sunset).total_seconds() - evening * 60) < 0.001
    assert abs((burn.end - sun.sunrise).total_seconds() - morning * 60) < 0.001


@given(nights, places, targets)
def test_where_no_program_applies_a_road_is_lit_from_sunset_to_sunrise(night: date, place: Place, target: str) -> None:
    sun = sun_times(place, night, TZ)
    periods = LightingPlan({}, Calendar((), HOLIDAYS), TZ).night("nothing", place, night, target)
    (burn,) = [period for period in periods if period.percent == 100.0]
    assert (burn.start, burn.end) == (sun.sunset, sun.sunrise)


@given(programs, clocks)
def test_capping_twice_is_capping_once(program: Program, end: TimePoint) -> None:
    assert capped(capped(program, end), end) == capped(program, end)
