"""On which dates a condition could pick a night at all, in some year: for proofs that hold beyond the years looked at.

A weekday or a holiday may fall on any date; a lunar festival on a month of dates; a season or a date is certain.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from schedules.when import (
    AllOf,
    Always,
    Days,
    InRange,
    InSeason,
    OnDates,
    OnFestivals,
    OnLunarDays,
    OnNthWeekday,
    OnSolarTerms,
    When,
)

LUNAR_YEARS = (2020, 2039)
"""A lunar date comes back to the same place in the year after nineteen years, give or take a day."""
_LUNAR = (OnFestivals, OnLunarDays, OnSolarTerms)


class Chance(NamedTuple):
    """Whether it may pick the date in some year, and whether it picks it in every year."""

    possible: bool
    certain: bool


def chance_of(when: When, night: date) -> Chance:
    """The chance of a condition on a date."""
    if isinstance(when, AllOf):
        parts = [chance_of(part, night) for part in when.parts]
        against = [chance_of(part, night) for part in when.unless]
        return Chance(
            all(part.possible for part in parts) and not any(part.certain for part in against),
            all(part.certain for part in parts) and not any(part.possible for part in against),
        )
    if isinstance(when, (Always, InSeason, InRange, OnDates)):
        picked = when.applies(night, Days())
        return Chance(picked, picked)
    if isinstance(when, _LUNAR):
        return Chance((night.month, night.day) in _dates_of(when), certain=False)
    if isinstance(when, OnNthWeekday):
        return Chance(night.month in when.months, certain=False)
    return Chance(possible=True, certain=False)


@cache
def _dates_of(when: OnFestivals | OnLunarDays | OnSolarTerms) -> frozenset[tuple[int, int]]:
    """The (month, day)s it picked in two decades, and their neighbours."""
    first, last = date(LUNAR_YEARS[0], 1, 1), date(LUNAR_YEARS[1], 12, 31)
    nights = (first + timedelta(days=n) for n in range((last - first).days + 1))
    picked = [night for night in nights if when.applies(night, Days())]
    around = (night + timedelta(days=n) for night in picked for n in (-1, 0, 1))
    return frozenset((night.month, night.day) for night in around)


def years_of(when: When) -> frozenset[int]:
    """The definite years a condition speaks of."""
    if isinstance(when, AllOf):
        return frozenset().union(*(years_of(part) for part in when.parts))
    if isinstance(when, OnDates):
        return frozenset(day.year for day in when.dates)
    if isinstance(when, InRange):
        return frozenset({when.first.year, when.last.year})
    return frozenset()
