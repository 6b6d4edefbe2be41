"""Calendars: which variant of a program a night gets.

Rules are tried in order and the first that applies to the night *and* says something about the program wins; a
program no rule speaks of stays as it is. A night is one day, dated by its sunset, so a rule for 1 October covers the
early hours of the 2nd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from controller.domain.errors import InvalidValue
from schedules.program import ProgramId

NOTICE_MONTH = 12
"""From 1 December on, next year's holiday table is expected to be there."""


class DayKind(StrEnum):
    """What a date is to people: a make-up working Sunday (调休) is a WORKDAY, a holiday Tuesday a HOLIDAY."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """One year's public holidays and the working days that make up for them, as issued on a date."""

    year: int
    issued: date
    holidays: frozenset[date]
    make_up_workdays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if both := self.holidays & self.make_up_workdays:
            raise InvalidValue(f"holiday table {self.year}: {min(both)} is a holiday and a make-up working day at once")
        strays = {day for day in self.holidays | self.make_up_workdays if day.year != self.year}
        if strays:
            raise InvalidValue(f"holiday table {self.year}: {min(strays)} belongs into the table of its own year")


@dataclass(frozen=True, slots=True)
class Holidays:
    """All known holiday tables, by year. A year without a table has plain weekdays and weekends."""

    tables: Mapping[int, HolidayTable] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        """What kind of day it is."""
        table = self.tables.get(day.year)
        if table is not None and day in table.holidays:
            return DayKind.HOLIDAY
        if table is not None and day in table.make_up_workdays:
            return DayKind.WORKDAY
        return DayKind.WEEKEND if day.isoweekday() >= 6 else DayKind.WORKDAY


class When(Protocol):
    """The condition of a rule. New kinds (nth weekday, lunar date) are new classes with these two members."""

    @property
    def exceptional(self) -> bool:
        """Whether a night it picks is out of the ordinary (slot 13) or part of the ordinary week (slot 15)."""
        ...

    def applies(self, night: date, holidays: Holidays) -> bool:
        """Whether it picks this night."""
        ...


@dataclass(frozen=True, slots=True)
class OnDayKinds:
    """Nights of workdays, weekends or holidays, make-up working days counted as what they are."""

    kinds: frozenset[DayKind]

    @property
    def exceptional(self) -> bool:
        """Holidays are; workdays and weekends are the ordinary week."""
        return DayKind.HOLIDAY in self.kinds

    def applies(self, night: date, holidays: Holidays) -> bool:
        """Whether the date of the night is of such a kind."""
        return holidays.kind(night) in self.kinds


@dataclass(frozen=True, slots=True)
class OnWeekdays:
    """Nights of weekdays, 1 Monday to 7 Sunday (ISO), whatever the holiday table says."""

    weekdays: frozenset[int]
    exceptional: bool = False

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise InvalidValue(f"weekdays are numbered 1 (Monday) to 7 (Sunday), not {sorted(self.weekdays)}")

    def applies(self, night: date, holidays: Holidays) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night falls on such a weekday."""
        return night.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class OnDates:
    """Explicit nights."""

    dates: frozenset[date]
    exceptional: bool = True

    def applies(self, night: date, holidays: Holidays) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night is listed."""
        return night in self.dates


@dataclass(frozen=True, slots=True)
class InRange:
    """Nights from ``first`` to ``last``, both included, of one definite stretch of time."""

    first: date
    last: date
    exceptional: bool = True

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidValue(f"a date range ends on or after its first day; {self.last} is before {self.first}")

    def applies(self, night: date, holidays: Holidays) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night lies within."""
        return self.first <= night <= self.last


@dataclass(frozen=True, slots=True)
class InSeason:
    """Nights from one (month, day) to another of every year, both included; it may cross New Year's Eve."""

    first: tuple[int, int]
    last: tuple[int, int]
    exceptional: bool = True

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            try:
                date(2024, month, day)  # a leap year, so that 29 February may be named
            except ValueError as cause:
                raise InvalidValue(f"{month:02d}-{day:02d} is not a day of the year; write MM-DD") from cause

    def applies(self, night: date, holidays: Holidays) -> bool:  # noqa: ARG002 - one signature for every kind of rule
        """Whether the night lies in the season."""
        day = (night.month, night.day)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class Rule:
    """On nights ``when`` picks, each program named in ``use`` is replaced by its variant."""

    name: str
    when: When
    use: Mapping[ProgramId, ProgramId]


@dataclass(frozen=True, slots=True)
class Choice:
    """The program of a night and the rule that chose it (empty: no rule, the ordinary program)."""

    program: ProgramId
    rule: str = ""
    exceptional: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Ordered rules over the holiday tables."""

    rules: tuple[Rule, ...] = ()
    holidays: Holidays = field(default_factory=Holidays)

    def resolve(self, program: ProgramId, night: date) -> ProgramId:
        """The program variant of a night; the program itself when no rule speaks of it."""
        return self.choose(program, night).program

    def choose(self, program: ProgramId, night: date) -> Choice:
        """The program variant of a night, and why."""
        return self._first(program, night, with_exceptions=True)

    def ordinary(self, program: ProgramId, night: date) -> Choice:
        """What the night would have without its exceptional rules: what an exception masks."""
        return self._first(program, night, with_exceptions=False)

    def _first(self, program: ProgramId, night: date, *, with_exceptions: bool) -> Choice:
        for rule in self.rules:
            if program not in rule.use or (rule.when.exceptional and not with_exceptions):
                continue
            if rule.when.applies(night, self.holidays):
                return Choice(rule.use[program], rule.name, rule.when.exceptional)
        return Choice(program)

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Years whose holiday table should be there and is not: this year's, and from 1 December on the next one's.

        Empty for a calendar none of whose rules asks what kind of day it is.
        """
        if not any(isinstance(rule.when, OnDayKinds) for rule in self.rules):
            return ()
        expected = [today.year, today.year + 1] if today.month >= NOTICE_MONTH else [today.year]
        return tuple(year for year in expected if year not in self.holidays.tables)
