"""The maintained tables of public holidays and make-up working days (调休): the only file that knows the library.

``chinese_calendar`` carries the State Council's notices, one release a year. It knows definite years and refuses to
guess others, and so do we.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from chinese_calendar import constants

from schedules.holidays import HolidayTable

_ENGLISH = {
    "New Year's Day": "元旦 New Year's Day",
    "Spring Festival": "春节 Spring Festival",
    "Tomb-sweeping Day": "清明节 Tomb-sweeping Day",
    "Labour Day": "劳动节 Labour Day",
    "Dragon Boat Festival": "端午节 Dragon Boat Festival",
    "National Day": "国庆节 National Day",
    "Mid-autumn Festival": "中秋节 Mid-Autumn Festival",
}


@cache
def library_tables() -> dict[int, HolidayTable]:
    """Every year the installed release knows, by year. The library does not say when a notice was issued."""
    named: dict[int, dict[date, str]] = {}
    for day, name in constants.holidays.items():
        named.setdefault(day.year, {})[day] = _ENGLISH.get(name, name)
    return {
        year: HolidayTable(
            year,
            None,
            frozenset(days),
            frozenset(day for day in constants.workdays if day.year == year),
            days,
        )
        for year, days in sorted(named.items())
    }
