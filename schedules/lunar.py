"""Lunar dates, festivals and solar terms (农历, 节日, 节气): the only file that knows ``lunar_python``.

All dates are those of the Chinese calendar (UTC+8). A festival is not repeated in a leap month (闰月).
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from lunar_python import LunarYear, Solar

from controller.domain.errors import InvalidValue

CACHED_DAYS = 8192
"""Lunar days kept: twenty-two years."""
CACHED_YEARS = 64


class Festival(StrEnum):
    """Festivals of the lunar calendar, and 清明, which is a solar term."""

    NEW_YEARS_EVE = "除夕"
    SPRING = "春节"
    LANTERN = "元宵"
    QINGMING = "清明"
    DRAGON_BOAT = "端午"
    QIXI = "七夕"
    MID_AUTUMN = "中秋"
    DOUBLE_NINTH = "重阳"


_FIXED = {
    (1, 1): Festival.SPRING,
    (1, 15): Festival.LANTERN,
    (5, 5): Festival.DRAGON_BOAT,
    (7, 7): Festival.QIXI,
    (8, 15): Festival.MID_AUTUMN,
    (9, 9): Festival.DOUBLE_NINTH,
}

SOLAR_TERMS = (
    "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑",
    "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至", "小寒", "大寒",
)  # fmt: skip


class LunarDay(NamedTuple):
    """A day of the lunar calendar: year, month 1–12, day 1–30. ``term``: the solar term that begins; empty: none."""

    year: int
    month: int
    day: int
    leap: bool
    term: str


@lru_cache(maxsize=CACHED_DAYS)
def lunar_day(day: date) -> LunarDay:
    """The lunar date of a day."""
    month = next(month for month in reversed(_months(day.year)) if month.first <= day)
    number = (day - month.first).days + 1
    return LunarDay(month.year, month.month, number, month.leap, _terms(day.year).get(day, ""))


class _Month(NamedTuple):
    first: date
    year: int
    month: int
    leap: bool


@lru_cache(maxsize=CACHED_YEARS)
def _months(year: int) -> tuple[_Month, ...]:
    """The lunar months that touch a year, in order. The library works a year out at once; a day alone costs as much."""
    found = [*LunarYear.fromYear(year - 1).getMonths(), *LunarYear.fromYear(year).getMonths()]
    months = {
        first: _Month(first, month.getYear(), abs(month.getMonth()), month.getMonth() < 0)
        for month in found
        if (first := _date(month.getFirstJulianDay())).year in (year - 1, year)
    }
    return tuple(months[first] for first in sorted(months))


@lru_cache(maxsize=CACHED_YEARS)
def _terms(year: int) -> dict[date, str]:
    """The days on which solar terms begin in a year; the library's list begins with 大雪 of the year before."""
    days = [_date(julian_day) for julian_day in LunarYear.fromYear(year).getJieQiJulianDays()]
    begun = SOLAR_TERMS.index("大雪")
    return {day: SOLAR_TERMS[(begun + n) % 24] for n, day in enumerate(days) if day.year == year}


def _date(julian_day: float) -> date:
    solar = Solar.fromJulianDay(julian_day)
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


@lru_cache(maxsize=CACHED_DAYS)
def festival_of(day: date) -> Festival | None:
    """The festival a date is, if any. 除夕 is the last day of the lunar year, the 29th or the 30th."""
    lunar = lunar_day(day)
    if lunar.term == Festival.QINGMING.value:
        return Festival.QINGMING
    if not lunar.leap and (named := _FIXED.get((lunar.month, lunar.day))):
        return named
    tomorrow = lunar_day(day + timedelta(days=1))
    return Festival.NEW_YEARS_EVE if (tomorrow.month, tomorrow.day, tomorrow.leap) == (1, 1, False) else None


def parse_festival(word: str) -> Festival:
    """Read ``中秋``, ``中秋节`` or ``mid_autumn``.

    Raises:
        InvalidValue: with the festivals there are.
    """
    said = word.strip()
    by_word = {festival.name.lower(): festival for festival in Festival} | {f.value: f for f in Festival}
    found = by_word.get(said.lower()) or by_word.get(said.removesuffix("节"))
    if found is None:
        raise InvalidValue(f"{word!r} is not a festival; write one of {', '.join(f.value for f in Festival)}")
    return found
