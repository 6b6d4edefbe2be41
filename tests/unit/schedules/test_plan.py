from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.places import Place
from schedules.calendar import Calendar, DayKind, Holidays, HolidayTable, OnDayKinds, OnWeekdays, Rule
from schedules.plan import LightingPlan
from schedules.program import ASTRONOMICAL, Title, all_night, half_night, parse_time_point

TZ = ZoneInfo("Asia/Shanghai")
PLACE = Place(30.259, 120.130)
TITLE = Title("试", "test")
PROGRAMS = {
    "road": half_night("road", TITLE, parse_time_point("00:30")),
    "bright": all_night("bright", TITLE),
    "late": half_night("late", TITLE, parse_time_point("02:00")),
}
HOLIDAYS = Holidays({2025: HolidayTable(2025, date(2024, 11, 12), frozenset({date(2025, 10, 1)}))})
PLAN = LightingPlan(
    PROGRAMS,
    Calendar(
        (
            Rule("national day", OnDayKinds(frozenset({DayKind.HOLIDAY})), {"road": "bright"}),
            Rule("weekend", OnWeekdays(frozenset({5, 6})), {"road": "late"}),
        ),
        HOLIDAYS,
    ),
    TZ,
)


def test_an_exceptional_night_stands_above_the_ordinary_one() -> None:
    planned = PLAN.planned_at("road", PLACE, datetime(2025, 10, 2, 1, 0, tzinfo=TZ))
    assert (planned.program, planned.rule) == ("bright", "national day")
    assert planned.exception is not None
    assert planned.exception.percent == 100
    assert planned.ordinary is not None
    assert planned.ordinary.percent == 0


def test_an_ordinary_rule_of_the_week_replaces_the_ordinary_program() -> None:
    friday_night = PLAN.planned_at("road", PLACE, datetime(2025, 10, 11, 1, 0, tzinfo=TZ))
    assert (friday_night.program, friday_night.exception) == ("late", None)
    assert friday_night.ordinary is not None
    assert friday_night.ordinary.percent == 100


def test_a_night_changes_its_program_at_noon_and_not_at_midnight() -> None:
    midnight = PLAN.planned_at("road", PLACE, datetime(2025, 10, 2, 0, 0, tzinfo=TZ))
    noon = PLAN.planned_at("road", PLACE, datetime(2025, 10, 2, 12, 0, tzinfo=TZ))
    assert (midnight.rule, noon.rule) == ("national day", "")


def test_the_plan_holds_until_whichever_of_both_changes_first() -> None:
    planned = PLAN.planned_at("road", PLACE, datetime(2025, 10, 1, 22, 0, tzinfo=TZ))
    assert planned.until == datetime(2025, 10, 2, 0, 30, tzinfo=TZ)


def test_no_program_means_no_state_but_a_time_to_look_again() -> None:
    wall = datetime(2025, 10, 1, 22, 0, tzinfo=TZ)
    planned = PLAN.planned_at("unheard-of", PLACE, wall)
    assert planned.ordinary is None
    assert planned.until > wall
    assert PLAN.program_of_night("unheard-of", date(2025, 10, 1)) is ASTRONOMICAL


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 30)),  # noqa: DTZ001 - made aware below
    st.floats(0, 30),
)
def test_nothing_planned_changes_before_until(naive: datetime, shift_s: float) -> None:
    wall = naive.replace(tzinfo=TZ)
    now = PLAN.planned_at("road", PLACE, wall, shift_s)
    assert now.until > wall
    later = PLAN.planned_at("road", PLACE, max(wall, now.until - timedelta(milliseconds=1)), shift_s)
    assert (later.program, later.ordinary, later.exception) == (now.program, now.ordinary, now.exception)
