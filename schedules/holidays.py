"""What kind of day a date is to people: working day, weekend, public holiday, make-up working day (调休).

Three sources, the later stronger: the tables of the maintained library (``schedules.public_holidays``), whole years
from the site's own file, and single dates a local notice changed. A year nobody knows has plain weekdays and
weekends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from controller.domain.errors import InvalidValue


class DayKind(StrEnum):
    """What a date is to people: a make-up working Sunday (调休) is a WORKDAY, a holiday Tuesday a HOLIDAY."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class LocalDay(StrEnum):
    """What a local notice makes of a date. ORDINARY: a weekday or weekend again, whatever the tables say."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """One year's public holidays and the working days that make up for them, as issued on a date.

    ``names`` says what a holiday is called, where that is known: ``国庆节``. ``issued`` None: the library does not say.
    """

    year: int
    issued: date | None
    holidays: frozenset[date]
    make_up_workdays: frozenset[date] = frozenset()
    names: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if both := self.holidays & self.make_up_workdays:
            raise InvalidValue(f"holiday table {self.year}: {min(both)} is a holiday and a make-up working day at once")
        strays = {day for day in self.holidays | self.make_up_workdays if day.year != self.year}
        if strays:
            raise InvalidValue(f"holiday table {self.year}: {min(strays)} belongs into the table of its own year")


@dataclass(frozen=True, slots=True)
class LocalNotice:
    """What one local notice changed, with its date of issue."""

    issued: date
    title: str
    days: Mapping[date, LocalDay]


@dataclass(frozen=True, slots=True)
class Holidays:
    """All known holiday tables, by year, and the local notices. The notice issued last wins."""

    tables: Mapping[int, HolidayTable] = field(default_factory=dict)
    notices: tuple[LocalNotice, ...] = ()

    def kind(self, day: date) -> DayKind:
        """What kind of day it is."""
        local = self._locally(day)
        if local is not None:
            return _LOCALLY.get(local[1]) or _plain(day)
        table = self.tables.get(day.year)
        if table is not None and day in table.holidays:
            return DayKind.HOLIDAY
        if table is not None and day in table.make_up_workdays:
            return DayKind.WORKDAY
        return _plain(day)

    def why(self, day: date) -> str:
        """Why a date is not what its weekday says: ``国庆节``, ``调休``, the local notice; empty when it is."""
        local = self._locally(day)
        if local is not None:
            return f"{local[0].title} ({local[0].issued})"
        table = self.tables.get(day.year)
        if table is None:
            return ""
        if day in table.make_up_workdays:
            return "调休 make-up working day"
        return table.names.get(day, "节假日 public holiday") if day in table.holidays else ""

    def _locally(self, day: date) -> tuple[LocalNotice, LocalDay] | None:
        speaking = [notice for notice in self.notices if day in notice.days]
        if not speaking:
            return None
        last = max(speaking, key=lambda notice: notice.issued)
        return last, last.days[day]


_LOCALLY = {LocalDay.HOLIDAY: DayKind.HOLIDAY, LocalDay.MAKE_UP: DayKind.WORKDAY}


def _plain(day: date) -> DayKind:
    return DayKind.WEEKEND if day.isoweekday() >= 6 else DayKind.WORKDAY
