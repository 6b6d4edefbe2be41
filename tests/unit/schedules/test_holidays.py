"""Public holidays with their make-up working days: the library, the site's own tables, local notices."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from controller.domain.errors import InvalidValue
from schedules.calendar import Calendar, Mode, OnDayKinds, Rule
from schedules.holidays import DayKind, Holidays, HolidayTable, LocalDay, LocalNotice
from schedules.public_holidays import library_tables

LIBRARY = Holidays(library_tables())
H, W, E = DayKind.HOLIDAY, DayKind.WORKDAY, DayKind.WEEKEND


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"2026-{text}") for text in texts)


def test_the_library_holds_the_state_councils_notice_for_2026() -> None:
    """As the notice of 4 November 2025 lists them."""
    table = library_tables()[2026]
    spring = {f"02-{day}" for day in range(15, 24)}
    national = {f"10-{day:02d}" for day in range(1, 8)}
    others = {
        "01-01",
        "01-02",
        "01-03",
        "04-04",
        "04-05",
        "04-06",
        "06-19",
        "06-20",
        "06-21",
        "09-25",
        "09-26",
        "09-27",
    }
    labour = {f"05-{day:02d}" for day in range(1, 6)}
    assert table.holidays == days(*spring, *national, *others, *labour)
    assert table.make_up_workdays == days("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


@pytest.mark.parametrize(
    ("first", "kinds"),
    [
        # New Year 2026: Thursday to Saturday off, the Sunday made up for.
        (date(2025, 12, 29), [W, W, W, H, H, H, W, W]),
        # Spring Festival 2026: worked for on Saturday the 14th and Saturday the 28th.
        (date(2026, 2, 13), [W, W, H, H, H, H, H, H, H, H, H, W, W, W, W, W, E, W]),
        # National Day 2026, worked for on Sunday 20 September and Saturday 10 October.
        (date(2026, 9, 19), [E, W, W, W, W, W, H, H, H, W, W, W, H, H, H, H, H, H, H, W, W, W, E]),
        # National Day and Mid-Autumn 2025 in one: eight days, 28 September and 11 October worked.
        (date(2025, 9, 27), [E, W, W, W, H, H, H, H, H, H, H, H, W, W, W, E]),
        # New Year 2025: one Wednesday.
        (date(2024, 12, 30), [W, W, H, W, W, E, E]),
    ],
    ids=["New Year 2026", "Spring Festival 2026", "National Day 2026", "National Day 2025", "New Year 2025"],
)
def test_each_day_of_the_long_weeks_is_what_people_do_on_it(first: date, kinds: list[DayKind]) -> None:
    assert [LIBRARY.kind(first + timedelta(days=n)) for n in range(len(kinds))] == kinds


def test_a_night_of_national_day_begins_on_its_evening_and_the_eve_is_ordinary() -> None:
    calendar = Calendar((Rule("holidays", OnDayKinds(frozenset({H})), {"a": "b"}),), LIBRARY)
    chosen = {night: calendar.resolve("a", date(2026, 10, 1) + timedelta(days=night)) for night in range(-1, 8)}
    assert chosen == {-1: "a", **dict.fromkeys(range(7), "b"), 7: "a"}


def test_why_a_day_is_not_what_its_weekday_says() -> None:
    assert LIBRARY.why(date(2026, 10, 1)) == "国庆节 National Day"
    assert LIBRARY.why(date(2026, 10, 10)) == "调休 make-up working day"
    assert LIBRARY.why(date(2026, 10, 12)) == ""


def test_a_local_notice_wins_over_every_table_and_the_later_of_two_wins() -> None:
    day = date(2026, 10, 8)
    first = LocalNotice(date(2026, 9, 1), "first", {day: LocalDay.HOLIDAY, date(2026, 10, 1): LocalDay.ORDINARY})
    second = LocalNotice(date(2026, 9, 20), "second", {day: LocalDay.MAKE_UP, date(2026, 10, 11): LocalDay.MAKE_UP})
    holidays = Holidays(library_tables(), (second, first))
    assert holidays.kind(day) is W
    assert holidays.kind(date(2026, 10, 1)) is W, "an ordinary Thursday again"
    assert holidays.kind(date(2026, 10, 11)) is W, "a Sunday made a working day"
    assert holidays.why(day) == "second (2026-09-20)"


def test_a_year_nobody_knows_has_weekdays_and_weekends_and_is_missed() -> None:
    last = max(library_tables())
    unknown = last + 1
    calendar = Calendar((Rule("holidays", OnDayKinds(frozenset({H})), {"a": "b"}),), LIBRARY)
    kinds = {LIBRARY.kind(date(unknown, 1, 1) + timedelta(days=n)) for n in range(365)}
    assert kinds == {W, E}
    assert calendar.missing_years(date(last, 11, 30)) == ()
    assert calendar.missing_years(date(last, 12, 1)) == (unknown,)


def test_a_table_of_the_sites_own_makes_the_year_known() -> None:
    unknown = max(library_tables()) + 1
    own = HolidayTable(unknown, date(unknown - 1, 11, 5), frozenset({date(unknown, 1, 1)}))
    holidays = Holidays({**library_tables(), unknown: own})
    calendar = Calendar((Rule("holidays", OnDayKinds(frozenset({H})), {"a": "b"}),), holidays)
    assert holidays.kind(date(unknown, 1, 1)) is H
    assert calendar.missing_years(date(unknown - 1, 12, 31)) == ()


def test_the_mode_of_a_night_follows_the_holidays_where_no_list_says_otherwise() -> None:
    calendar = Calendar((), LIBRARY)
    nights = [date(2026, 10, 7), date(2026, 10, 8), date(2026, 10, 10), date(2026, 10, 11)]
    assert [calendar.mode(night) for night in nights] == [Mode.HOLIDAY, *[Mode.ORDINARY] * 3]


def test_a_date_of_another_year_is_refused() -> None:
    with pytest.raises(InvalidValue, match="its own year"):
        HolidayTable(2026, None, frozenset({date(2027, 1, 1)}))
