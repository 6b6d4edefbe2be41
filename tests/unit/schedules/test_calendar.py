from __future__ import annotations

from datetime import date

import pytest

from controller.domain.errors import InvalidValue
from schedules.calendar import (
    Calendar,
    DayKind,
    Holidays,
    HolidayTable,
    InRange,
    InSeason,
    OnDates,
    OnDayKinds,
    OnWeekdays,
    Rule,
    When,
)

NATIONAL_2025 = HolidayTable(
    2025,
    issued=date(2024, 11, 12),
    holidays=frozenset(date(2025, 10, day) for day in range(1, 9)),
    make_up_workdays=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
)
HOLIDAYS = Holidays({2025: NATIONAL_2025})
WORKDAYS = OnDayKinds(frozenset({DayKind.WORKDAY}))
WEEKENDS = OnDayKinds(frozenset({DayKind.WEEKEND}))
HOLIDAY_NIGHTS = OnDayKinds(frozenset({DayKind.HOLIDAY}))


def one_rule(when: When) -> Calendar:
    return Calendar((Rule("r", when, {"road": "bright"}),), HOLIDAYS)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2025, 9, 26), DayKind.WORKDAY),
        (date(2025, 9, 27), DayKind.WEEKEND),
        (date(2025, 9, 28), DayKind.WORKDAY),
        (date(2025, 10, 1), DayKind.HOLIDAY),
        (date(2025, 10, 5), DayKind.HOLIDAY),
        (date(2025, 10, 11), DayKind.WORKDAY),
        (date(2025, 10, 12), DayKind.WEEKEND),
        (date(2031, 10, 1), DayKind.WORKDAY),
    ],
)
def test_holidays_and_make_up_working_days_decide_the_kind_of_day(day: date, kind: DayKind) -> None:
    assert HOLIDAYS.kind(day) is kind


@pytest.mark.parametrize(
    ("when", "night", "picked"),
    [
        (WEEKENDS, date(2025, 9, 28), False),
        (OnWeekdays(frozenset({7})), date(2025, 9, 28), True),
        (OnWeekdays(frozenset({1, 2})), date(2025, 9, 28), False),
        (HOLIDAY_NIGHTS, date(2025, 10, 8), True),
        (HOLIDAY_NIGHTS, date(2025, 9, 30), False),
        (OnDates(frozenset({date(2025, 9, 30)})), date(2025, 9, 30), True),
        (InRange(date(2025, 12, 31), date(2026, 1, 1)), date(2025, 12, 31), True),
        (InRange(date(2025, 12, 31), date(2026, 1, 1)), date(2026, 1, 1), True),
        (InRange(date(2025, 12, 31), date(2026, 1, 1)), date(2026, 1, 2), False),
        (InSeason((11, 1), (2, 29)), date(2028, 2, 29), True),
        (InSeason((11, 1), (2, 29)), date(2027, 3, 1), False),
        (InSeason((11, 1), (2, 29)), date(2027, 12, 31), True),
        (InSeason((6, 1), (8, 31)), date(2027, 8, 31), True),
        (InSeason((6, 1), (8, 31)), date(2027, 9, 1), False),
    ],
)
def test_each_kind_of_rule_picks_its_nights(when: When, night: date, picked: bool) -> None:
    assert one_rule(when).resolve("road", night) == ("bright" if picked else "road")


def test_the_first_rule_that_speaks_of_the_program_wins() -> None:
    night = date(2025, 10, 1)
    calendar = Calendar(
        (
            Rule("other", HOLIDAY_NIGHTS, {"landscape": "show"}),
            Rule("national day", OnDates(frozenset({night})), {"road": "festive"}),
            Rule("holidays", HOLIDAY_NIGHTS, {"road": "bright"}),
        ),
        HOLIDAYS,
    )
    assert calendar.choose("road", night).rule == "national day"
    assert calendar.resolve("road", date(2025, 10, 2)) == "bright"
    assert calendar.resolve("landscape", night) == "show"


def test_a_program_no_rule_speaks_of_stays_itself() -> None:
    assert one_rule(HOLIDAY_NIGHTS).resolve("alley", date(2025, 10, 1)) == "alley"


def test_the_ordinary_choice_leaves_exceptions_out() -> None:
    calendar = Calendar(
        (Rule("holidays", HOLIDAY_NIGHTS, {"road": "bright"}), Rule("week", WORKDAYS, {"road": "plain"})), HOLIDAYS
    )
    assert calendar.choose("road", date(2025, 10, 1)).exceptional
    assert calendar.ordinary("road", date(2025, 10, 1)).program == "road"
    assert calendar.ordinary("road", date(2025, 9, 30)).program == "plain"
    assert not calendar.choose("road", date(2025, 9, 30)).exceptional


def test_next_years_table_is_missed_from_the_first_of_december() -> None:
    calendar = one_rule(HOLIDAY_NIGHTS)
    assert calendar.missing_years(date(2025, 11, 30)) == ()
    assert calendar.missing_years(date(2025, 12, 1)) == (2026,)
    assert calendar.missing_years(date(2026, 12, 1)) == (2026, 2027)


def test_a_calendar_that_asks_for_no_holidays_misses_no_table() -> None:
    assert one_rule(OnWeekdays(frozenset({6, 7}))).missing_years(date(2040, 12, 31)) == ()


def test_a_date_may_not_be_holiday_and_working_day_at_once() -> None:
    day = frozenset({date(2025, 10, 1)})
    with pytest.raises(InvalidValue, match="at once"):
        HolidayTable(2025, date(2024, 11, 12), day, day)


def test_a_date_of_another_year_is_refused() -> None:
    with pytest.raises(InvalidValue, match="its own year"):
        HolidayTable(2025, date(2024, 11, 12), frozenset({date(2026, 1, 1)}))


@pytest.mark.parametrize(
    "build", [lambda: InRange(date(2026, 2, 1), date(2026, 1, 1)), lambda: InSeason((2, 30), (3, 1))]
)
def test_impossible_ranges_are_refused(build: object) -> None:
    assert callable(build)
    with pytest.raises(InvalidValue):
        build()


def test_weekdays_outside_one_to_seven_are_refused() -> None:
    with pytest.raises(InvalidValue, match="1 \\(Monday\\) to 7"):
        OnWeekdays(frozenset({0}))
