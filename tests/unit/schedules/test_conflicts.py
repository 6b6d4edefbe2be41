"""What is odd about rules, and what only looks odd."""

from __future__ import annotations

from datetime import date

import pytest

from schedules.calendar import Calendar, Rule
from schedules.conflicts import Clash, conflicts
from schedules.holidays import DayKind, Holidays
from schedules.public_holidays import library_tables
from schedules.when import InRange, InSeason, OnDates, OnDayKinds, OnWeekdays

HOLIDAY_NIGHTS = OnDayKinds(frozenset({DayKind.HOLIDAY}))
WEEKENDS = OnDayKinds(frozenset({DayKind.WEEKEND}))
ALL = frozenset({"a", "b", "c"})
FIRST = date(2026, 1, 1)
WINTER = InRange(date(2026, 9, 25), date(2026, 10, 3))


def rule(name: str, when: object, use: str = "x", only: set[str] | None = None, base: str = "p") -> Rule:
    return Rule(name, when, {base: use}, None if only is None else frozenset(only))  # type: ignore[arg-type]  # a table's


CASES = {
    "holidays before weekends": ([rule("h", HOLIDAY_NIGHTS), rule("w", WEEKENDS, "y")], []),
    "a date that is past": ([rule("old", OnDates(frozenset({date(2020, 1, 1)})))], [(Clash.NEVER, "old", ())]),
    "a scope with nobody in it": ([rule("empty", WEEKENDS, only=set())], [(Clash.NOBODY, "empty", ())]),
    "the same condition twice": (
        [rule("h", HOLIDAY_NIGHTS), rule("i", HOLIDAY_NIGHTS, "y")],
        [(Clash.SHADOWED, "i", ("h",))],
    ),
    "twice for other programs": ([rule("h", HOLIDAY_NIGHTS), rule("i", HOLIDAY_NIGHTS, "y", base="q")], []),
    "the narrow scope before the wide": ([rule("n", HOLIDAY_NIGHTS, only={"a"}), rule("w", HOLIDAY_NIGHTS, "y")], []),
    "the wide scope before the narrow": (
        [rule("w", HOLIDAY_NIGHTS), rule("n", HOLIDAY_NIGHTS, "y", only={"a"})],
        [(Clash.SHADOWED, "n", ("w",))],
    ),
    "two weekday rules that make up the week": (
        [
            rule("one", OnWeekdays(frozenset({1, 2, 3, 4}))),
            rule("two", OnWeekdays(frozenset({5, 6, 7}))),
            rule("three", HOLIDAY_NIGHTS, "y"),
        ],
        [(Clash.SHADOWED, "three", ("one", "two"))],
    ),
    "two exceptions that meet": ([rule("h", HOLIDAY_NIGHTS), rule("r", WINTER, "y")], [(Clash.MEETS, "r", ("h",))]),
    "two that meet and want the same": ([rule("h", HOLIDAY_NIGHTS), rule("r", WINTER, "x")], []),
    "a special night within the holidays": (
        [rule("eve", OnDates(frozenset({date(2026, 10, 1)})), "y"), rule("h", HOLIDAY_NIGHTS)],
        [],
    ),
    "an ordinary week in a season": ([rule("s", InSeason((6, 1), (8, 31))), rule("w", WEEKENDS, "y")], []),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_only_what_its_writer_can_hardly_have_meant_is_told(what: str) -> None:
    rules, expected = CASES[what]
    calendar = Calendar(tuple(rules), Holidays(library_tables()))
    found = [(one.clash, one.rule, one.others) for one in conflicts(calendar, ALL, FIRST)]
    assert found == expected
