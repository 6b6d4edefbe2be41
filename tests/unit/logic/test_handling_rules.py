"""Deadlines: 1 h, 24 h, 3 working days by the holiday table, make-up working days included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.handling_rules import MOST_DAYS, HandlingRules, Urgency, last_working_day
from schedules.calendar import DayKind, Holidays, HolidayTable

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = Holidays(
    {
        2026: HolidayTable(
            2026,
            date(2025, 11, 4),
            frozenset(date(2026, 10, day) for day in range(1, 8)),
            frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
        )
    }
)


def works(day: date) -> bool:
    return YEAR.kind(day) is DayKind.WORKDAY


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("urgency", "opened", "due"),
    [
        (Urgency.EMERGENCY, "2026-06-21T23:30", "2026-06-22T00:30"),
        (Urgency.ORDINARY, "2026-06-21T23:30", "2026-06-22T23:30"),
        (Urgency.SERIOUS, "2026-06-22T09:00", "2026-06-26T00:00"),  # Monday: Tuesday, Wednesday, Thursday
        (Urgency.SERIOUS, "2026-06-25T09:00", "2026-07-01T00:00"),  # Thursday: Friday, Monday, Tuesday
        (Urgency.SERIOUS, "2026-09-30T09:00", "2026-10-11T00:00"),  # the 8th, the 9th, and Saturday 10th (调休)
        (Urgency.SERIOUS, "2026-09-18T23:59", "2026-09-23T00:00"),  # Friday: Sunday 20th (调休), Monday, Tuesday
        (Urgency.SERIOUS, "2026-10-03T00:00", "2026-10-11T00:00"),
    ],
)
def test_a_deadline_follows_from_the_class_of_the_fault(urgency: Urgency, opened: str, due: str) -> None:
    assert HandlingRules().due(urgency, local(opened), works, SHANGHAI) == local(due)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 10))
def test_exactly_that_many_working_days_lie_between(after: date, days: int) -> None:
    last = last_working_day(after, days, works)
    between = [after + timedelta(days=n) for n in range(1, (last - after).days + 1)]
    assert sum(map(works, between)) == days
    assert works(last)


def test_a_calendar_without_working_days_still_gives_a_deadline() -> None:
    assert last_working_day(date(2026, 1, 1), 3, lambda _: False) == date(2026, 1, 1) + timedelta(days=MOST_DAYS)
