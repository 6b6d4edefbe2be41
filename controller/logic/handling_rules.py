"""Handling 处置闭环: how urgent a fault is, until when it is to be dealt with, and which alarms open a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
MOST_DAYS = 60
"""A deadline in working days is looked for this many days ahead at most: no holiday is longer."""


class Urgency(StrEnum):
    """The class of a fault, which sets its deadline (the trade's ticket clocks: 1 h, 24 h, 3 working days)."""

    EMERGENCY = "emergency"
    ORDINARY = "ordinary"
    SERIOUS = "serious"


@dataclass(frozen=True, slots=True)
class HandlingSpec:
    """What one kind of alarm asks for.

    ``after_s``: how long it must have stood before a record is opened. ``feedback``: whether the alarm's return to
    normal, which is independent feedback from the field, closes the record; a person closes it otherwise.
    """

    kind: str
    urgency: Urgency
    after_s: float = 0.0
    feedback: bool = False


@dataclass(frozen=True, slots=True)
class HandlingRules:
    """Everything a site says of handling. ``specs``: the kinds of alarm that open a record by themselves.

    ``reopen_s``: an alarm that comes back within this time of the closing reopens the record. ``keep_s``: how long
    closed records are kept.
    """

    emergency_s: float = HOUR_S
    ordinary_s: float = DAY_S
    serious_days: int = 3
    reopen_s: float = DAY_S
    keep_s: float = 400 * DAY_S
    specs: Mapping[str, HandlingSpec] = field(default_factory=dict)

    def due(self, urgency: Urgency, opened: datetime, workday: Callable[[date], bool], zone: tzinfo) -> datetime:
        """Until when it is to be dealt with: aware, in the time zone of ``opened``.

        ``workday`` tells working days, make-up ones (调休) included. Days are counted as the Civil Code counts them
        (art. 201 and 203): the day of opening does not count, the last one ends at 24:00.
        """
        match urgency:
            case Urgency.EMERGENCY:
                return opened + timedelta(seconds=self.emergency_s)
            case Urgency.ORDINARY:
                return opened + timedelta(seconds=self.ordinary_s)
            case Urgency.SERIOUS:
                day = last_working_day(opened.astimezone(zone).date(), self.serious_days, workday)
                return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(opened.tzinfo)


def last_working_day(after: date, days: int, workday: Callable[[date], bool]) -> date:
    """The ``days``-th working day after a day. A calendar without any gives the day ``MOST_DAYS`` later."""
    day, left = after, days
    for _ in range(MOST_DAYS):
        day += timedelta(days=1)
        left -= workday(day)
        if left == 0:
            break
    return day
