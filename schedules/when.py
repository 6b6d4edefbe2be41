"""The conditions of calendar rules: which nights they pick. A night is one day, dated by its sunset.

``exceptional`` says whether a night it picks is out of the ordinary (slot 13) or part of the ordinary week (slot 15).
``asks_holidays``: whether the answer hangs on the tables of public holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from controller.domain.errors import InvalidValue
from schedules.holidays import DayKind, Holidays
from schedules.lunar import SOLAR_TERMS, Festival, festival_of, lunar_day

MAX_OFFSET_DAYS = 15
"""A festival's eve or after-days lie at most this far from it."""


class Mode(StrEnum):
    """平日, 节假日, 重大活动: what a night is to the city's lighting."""

    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    EVENT = "event"


MODE_ZH = {Mode.ORDINARY: "平日", Mode.HOLIDAY: "节假日", Mode.EVENT: "重大活动"}


@dataclass(frozen=True, slots=True)
class Days:
    """What conditions may ask about nights: the holiday tables, and the mode of a night."""

    holidays: Holidays = field(default_factory=Holidays)
    mode: Callable[[date], Mode] = field(default=lambda _: Mode.ORDINARY, compare=False)


class When(Protocol):
    """The condition of a rule. New kinds are new classes with these three members."""

    @property
    def exceptional(self) -> bool:
        """Whether a night it picks is out of the ordinary (slot 13) or part of the ordinary week (slot 15)."""
        ...

    @property
    def asks_holidays(self) -> bool:
        """Whether the tables of public holidays decide."""
        ...

    def applies(self, night: date, days: Days) -> bool:
        """Whether it picks this night."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """Every night."""

    exceptional: bool = False
    asks_holidays: bool = False

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """True."""
        return True


@dataclass(frozen=True, slots=True)
class OnDayKinds:
    """Nights of workdays, weekends or holidays, make-up working days counted as what they are."""

    kinds: frozenset[DayKind]
    asks_holidays: bool = True

    @property
    def exceptional(self) -> bool:
        """Holidays are; workdays and weekends are the ordinary week."""
        return DayKind.HOLIDAY in self.kinds

    def applies(self, night: date, days: Days) -> bool:
        """Whether the date of the night is of such a kind."""
        return days.holidays.kind(night) in self.kinds


@dataclass(frozen=True, slots=True)
class InModes:
    """Nights of these modes (平日, 节假日, 重大活动), as the calendar's own list of modes says."""

    modes: frozenset[Mode]
    asks_holidays: bool = True

    @property
    def exceptional(self) -> bool:
        """Holidays and events are."""
        return bool(self.modes & {Mode.HOLIDAY, Mode.EVENT})

    def applies(self, night: date, days: Days) -> bool:
        """Whether the night is of such a mode."""
        return days.mode(night) in self.modes


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Nights of weekdays, 1 Monday to 7 Sunday (ISO), whatever the holiday table says."""

    weekdays: frozenset[int]
    exceptional: bool = False
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        _check_weekdays(self.weekdays)

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night falls on such a weekday."""
        return night.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class OnNthWeekday:
    """The nth such weekdays of every month, or of some months: 1 to 5 from its beginning, −1 the last."""

    weekdays: frozenset[int]
    nth: frozenset[int]
    months: frozenset[int] = frozenset(range(1, 13))
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        _check_weekdays(self.weekdays)
        if not self.nth or not self.nth <= {1, 2, 3, 4, 5, -1}:
            raise InvalidValue(
                f"of a month there is the 1st to 5th weekday, and -1 for the last; not {sorted(self.nth)}"
            )
        if not self.months or not self.months <= set(range(1, 13)):
            raise InvalidValue(f"months are numbered 1 to 12, not {sorted(self.months)}")

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night is such a weekday of its month."""
        if night.month not in self.months or night.isoweekday() not in self.weekdays:
            return False
        last = (night + timedelta(days=7)).month != night.month
        return (night.day - 1) // 7 + 1 in self.nth or (last and -1 in self.nth)


@dataclass(frozen=True, slots=True)
class OnDates:
    """Explicit nights."""

    dates: frozenset[date]
    exceptional: bool = True
    asks_holidays: bool = False

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night is listed."""
        return night in self.dates


@dataclass(frozen=True, slots=True)
class InRange:
    """Nights from ``first`` to ``last``, both included, of one definite stretch of time."""

    first: date
    last: date
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidValue(f"a date range ends on or after its first day; {self.last} is before {self.first}")

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night lies within."""
        return self.first <= night <= self.last


@dataclass(frozen=True, slots=True)
class InSeason:
    """Nights from one (month, day) to another of every year, both included; it may cross New Year's Eve."""

    first: tuple[int, int]
    last: tuple[int, int]
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            try:
                date(2024, month, day)  # a leap year, so that 29 February may be named
            except ValueError as cause:
                raise InvalidValue(f"{month:02d}-{day:02d} is not a day of the year; write MM-DD") from cause

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night lies in the season."""
        day = (night.month, night.day)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class OnFestivals:
    """Nights of lunar festivals (除夕 元宵 …), or as many days after them as ``offsets`` say: −1 is the eve."""

    festivals: frozenset[Festival]
    offsets: frozenset[int] = frozenset({0})
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        if not self.festivals:
            raise InvalidValue("name at least one festival: [中秋]")
        if not self.offsets or not all(abs(offset) <= MAX_OFFSET_DAYS for offset in self.offsets):
            raise InvalidValue(f"days around a festival lie at most {MAX_OFFSET_DAYS} days from it: [-1, 0, 1]")

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night is such a festival or its eve."""
        return any(festival_of(night - timedelta(days=offset)) in self.festivals for offset in self.offsets)


@dataclass(frozen=True, slots=True)
class OnLunarDays:
    """Nights of lunar days 1 to 30 (初一 十五), of every lunar month or of some; a leap month is not the named one."""

    days: frozenset[int]
    months: frozenset[int] = frozenset()
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(1, 31)) or not self.months <= set(range(1, 13)):
            raise InvalidValue("lunar days are numbered 1 to 30 and lunar months 1 to 12")

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night is such a lunar day."""
        lunar = lunar_day(night)
        return lunar.day in self.days and (not self.months or (lunar.month in self.months and not lunar.leap))


@dataclass(frozen=True, slots=True)
class OnSolarTerms:
    """Nights of days on which such a solar term (节气) begins: 冬至."""

    terms: frozenset[str]
    exceptional: bool = True
    asks_holidays: bool = False

    def __post_init__(self) -> None:
        if not self.terms or not self.terms <= set(SOLAR_TERMS):
            raise InvalidValue(f"a solar term is one of {' '.join(SOLAR_TERMS)}")

    def applies(self, night: date, days: Days) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether such a term begins on the date of the night."""
        return lunar_day(night).term in self.terms


@dataclass(frozen=True, slots=True)
class AllOf:
    """Nights all of several conditions pick (weekends in summer), and none of the ``unless`` does."""

    parts: tuple[When, ...]
    unless: tuple[When, ...] = ()

    def __post_init__(self) -> None:
        if not self.parts:
            raise InvalidValue("a rule needs at least one condition")

    @property
    def exceptional(self) -> bool:
        """As soon as one part is."""
        return any(part.exceptional for part in self.parts)

    @property
    def asks_holidays(self) -> bool:
        """As soon as one part does."""
        return any(part.asks_holidays for part in (*self.parts, *self.unless))

    def applies(self, night: date, days: Days) -> bool:
        """Whether all parts pick the night and nothing speaks against it."""
        return all(part.applies(night, days) for part in self.parts) and not any(
            part.applies(night, days) for part in self.unless
        )


def all_of(parts: Sequence[When], unless: Sequence[When] = ()) -> When:
    """Several conditions as one; a single one is itself."""
    return parts[0] if len(parts) == 1 and not unless else AllOf(tuple(parts), tuple(unless))


def _check_weekdays(weekdays: frozenset[int]) -> None:
    if not weekdays or not weekdays <= set(range(1, 8)):
        raise InvalidValue(f"weekdays are numbered 1 (Monday) to 7 (Sunday), not {sorted(weekdays)}")
