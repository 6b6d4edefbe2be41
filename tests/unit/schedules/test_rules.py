"""Rules: nth weekdays, conditions together, modes, scopes, and which of them decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from controller.domain.errors import InvalidValue
from schedules.calendar import Calendar, Mode, ModeRule, Rule
from schedules.holidays import DayKind, Holidays
from schedules.program import Title
from schedules.public_holidays import library_tables
from schedules.when import (
    AllOf,
    Always,
    Days,
    InModes,
    InRange,
    InSeason,
    OnDayKinds,
    OnNthWeekday,
    OnWeekdays,
    When,
    all_of,
)

HOLIDAYS = Holidays(library_tables())
SATURDAYS = OnWeekdays(frozenset({6}))
WEEKENDS = OnDayKinds(frozenset({DayKind.WEEKEND}))
HOLIDAY_NIGHTS = OnDayKinds(frozenset({DayKind.HOLIDAY}))
SUMMER = InSeason((6, 1), (8, 31))
NIGHTS_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
FAIR = ModeRule(Mode.EVENT, InRange(date(2026, 10, 5), date(2026, 10, 9)), Title("会", "fair"))


def picked(when: When) -> list[str]:
    days = Days(HOLIDAYS, Calendar((), HOLIDAYS, (FAIR,)).mode)
    return [f"{night:%m-%d}" for night in NIGHTS_2026 if when.applies(night, days)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (OnNthWeekday(frozenset({6}), frozenset({1}), frozenset({5, 10})), ["05-02", "10-03"]),
        (OnNthWeekday(frozenset({6}), frozenset({-1}), frozenset({2, 5})), ["02-28", "05-30"]),
        (OnNthWeekday(frozenset({7}), frozenset({5})), ["03-29", "05-31", "08-30", "11-29"]),
        (OnNthWeekday(frozenset({1, 7}), frozenset({2}), frozenset({6})), ["06-08", "06-14"]),
        (AllOf((SATURDAYS, InSeason((6, 1), (6, 30)))), ["06-06", "06-13", "06-20", "06-27"]),
        (AllOf((SATURDAYS, InSeason((6, 1), (6, 30))), (HOLIDAY_NIGHTS,)), ["06-06", "06-13", "06-27"]),
        (InModes(frozenset({Mode.EVENT})), ["10-05", "10-06", "10-07", "10-08", "10-09"]),
        (
            AllOf((InModes(frozenset({Mode.HOLIDAY})), InSeason((10, 1), (10, 31)))),
            [f"10-{d:02d}" for d in range(1, 5)],
        ),
        (AllOf((WEEKENDS, InSeason((9, 19), (9, 27)))), ["09-19"]),
    ],
    ids=str,
)
def test_each_condition_picks_its_nights_of_2026(when: When, expected: list[str]) -> None:
    assert picked(when) == expected


@pytest.mark.parametrize(
    ("parts", "exceptional", "asks"),
    [
        ((SATURDAYS,), False, False),
        ((SATURDAYS, SUMMER), True, False),
        ((SATURDAYS, WEEKENDS), False, True),
        ((HOLIDAY_NIGHTS, SATURDAYS), True, True),
        ((Always(),), False, False),
    ],
)
def test_together_they_are_exceptional_and_ask_for_holidays_as_soon_as_one_does(
    parts: tuple[When, ...], exceptional: bool, asks: bool
) -> None:
    when = all_of(parts)
    assert (when.exceptional, when.asks_holidays) == (exceptional, asks)


@pytest.mark.parametrize(
    ("nth", "months"),
    [(frozenset({0}), frozenset({1})), (frozenset({6}), frozenset({1})), (frozenset({1}), frozenset({13}))],
)
def test_nth_weekdays_that_do_not_exist_are_refused(nth: frozenset[int], months: frozenset[int]) -> None:
    with pytest.raises(InvalidValue):
        OnNthWeekday(frozenset({6}), nth, months)


def test_the_first_mode_that_fits_names_the_night() -> None:
    quiet = ModeRule(Mode.ORDINARY, InRange(date(2026, 10, 7), date(2026, 10, 7)), Title("静", "quiet"))
    calendar = Calendar((), HOLIDAYS, (quiet, FAIR))
    nights = {day: calendar.mode(date(2026, 10, day)) for day in (3, 6, 7, 8, 10)}
    holiday, event, ordinary = Mode.HOLIDAY, Mode.EVENT, Mode.ORDINARY
    assert nights == {3: holiday, 6: event, 7: ordinary, 8: event, 10: ordinary}
    assert calendar.mode_of(date(2026, 10, 6))[1] == Title("会", "fair")


def scoped(name: str, when: When, only: set[str] | None, every: str | None = None) -> Rule:
    held = None if only is None else frozenset(only)
    return Rule(name, when, {} if every else {"half": name}, held, every)


SCOPED = Calendar(
    (
        scoped("special", HOLIDAY_NIGHTS, {"a", "b"}),
        scoped("all", HOLIDAY_NIGHTS, None),
        scoped("shows", SATURDAYS, {"b"}, every="show"),
    ),
    HOLIDAYS,
)


@pytest.mark.parametrize(
    ("target", "program", "night", "chosen"),
    [
        ("a", "half", date(2026, 10, 1), "special"),
        ("c", "half", date(2026, 10, 1), "all"),
        ("c", "other", date(2026, 10, 1), "other"),
        ("b", "half", date(2026, 10, 3), "special"),
        ("b", "half", date(2026, 10, 17), "show"),
        ("b", "whatever", date(2026, 10, 17), "show"),
        ("a", "half", date(2026, 10, 17), "half"),
        ("", "half", date(2026, 10, 1), "all"),
    ],
)
def test_a_rule_decides_for_the_lights_of_its_scope_only(target: str, program: str, night: date, chosen: str) -> None:
    assert SCOPED.resolve(program, night, target) == chosen


def test_lights_the_same_rules_speak_of_have_one_standing_and_the_rest_have_none() -> None:
    assert SCOPED.standing("a") != SCOPED.standing("b") != 0
    assert SCOPED.standing("c") == SCOPED.standing("") == 0


def test_one_program_for_everything_needs_a_scope() -> None:
    with pytest.raises(InvalidValue, match="needs its scope"):
        Rule("r", SATURDAYS, every="show")
