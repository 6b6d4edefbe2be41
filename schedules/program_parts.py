"""The words a lighting program is made of: time points of a night, levels, edges, savings, titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.errors import InvalidValue

MAX_OFFSET_MIN = 240
"""An offset larger than four hours is a typing error, not a program."""
FULL = 100.0
DARK = 0.0


class Anchor(StrEnum):
    """What a time point hangs on."""

    SUNSET = "sunset"
    DUSK = "dusk"
    DAWN = "dawn"
    SUNRISE = "sunrise"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A moment of a night.

    ``minutes`` is the offset from a sun anchor, or for CLOCK the local minute of the day (0–1439). A clock time
    belongs to the night from noon to noon: 22:30 is the evening's, 00:30 comes after midnight of the same night.
    """

    anchor: Anchor
    minutes: int = 0

    def __post_init__(self) -> None:
        if self.anchor is Anchor.CLOCK:
            if not 0 <= self.minutes < 24 * 60:
                raise InvalidValue(f"a clock time lies between 00:00 and 23:59, not at minute {self.minutes}")
        elif abs(self.minutes) > MAX_OFFSET_MIN:
            raise InvalidValue(
                f"an offset from {self.anchor} is at most {MAX_OFFSET_MIN} minutes either way, not {self.minutes}"
            )

    def __str__(self) -> str:
        if self.anchor is Anchor.CLOCK:
            return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"
        return f"{self.anchor}{self.minutes:+d}m" if self.minutes else str(self.anchor)


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_SUN = re.compile(r"(sunset|dusk|dawn|sunrise)(?:\s*([+-])\s*(\d{1,3})\s*m(?:in)?)?")
TIME_POINT_FORMS = "HH:MM, sunset, sunset-5m, sunrise+10m, dusk+0m or dawn-15m"


def parse_time_point(text: str) -> TimePoint:
    """Read ``sunset-5m``, ``dawn``, ``00:30``.

    Raises:
        InvalidValue: with the forms that would be right.
    """
    spoken = text.strip().lower()
    if clock := _CLOCK.fullmatch(spoken):
        hour, minute = int(clock[1]), int(clock[2])
        if hour > 23 or minute > 59:
            raise InvalidValue(f"{text!r} is not a clock time; hours go from 00 to 23 and minutes from 00 to 59")
        return TimePoint(Anchor.CLOCK, hour * 60 + minute)
    if sun := _SUN.fullmatch(spoken):
        return TimePoint(Anchor(sun[1]), int(f"{sun[2]}{sun[3]}") if sun[2] else 0)
    raise InvalidValue(f"{text!r} is not a time point; write {TIME_POINT_FORMS} (offsets in whole minutes)")


def parse_level(text: str) -> float:
    """Read ``on`` (100), ``off`` (0) or ``60%``.

    Raises:
        InvalidValue: with the forms that would be right.
    """
    spoken = text.strip().lower()
    named = {"on": 100.0, "off": 0.0}.get(spoken)
    if named is not None:
        return named
    number = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", spoken)
    if number is None or float(number[1]) > 100.0:
        raise InvalidValue(f"{text!r} is not a lighting level; write on, off or 0% to 100%")
    return float(number[1])


def checked_percent(percent: float) -> None:
    """Refuse a level outside 0–100 %."""
    if not 0.0 <= percent <= FULL:
        raise InvalidValue(f"a lighting level lies between 0 and 100 %, not {percent!r}")


@dataclass(frozen=True, slots=True)
class Title:
    """A name for people, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Edge:
    """From ``at`` on, the lamps are at ``percent`` (0 off, 100 full). ``name``: what a step of a scene is called."""

    at: TimePoint
    percent: float
    name: Title | None = None

    def __post_init__(self) -> None:
        checked_percent(self.percent)


@dataclass(frozen=True, slots=True)
class Saving:
    """Energy saving: between two points of the night a burning lamp is at most at ``percent``.

    It never switches on what the edges left off. ``until`` None saves until the edges' own OFF.
    """

    start: TimePoint
    until: TimePoint | None
    percent: float = 0.0

    def __post_init__(self) -> None:
        checked_percent(self.percent)


@dataclass(frozen=True, slots=True)
class Show:
    """A show window: between two points of the night the lamps are at ``percent``, whatever the edges say."""

    start: TimePoint
    until: TimePoint
    percent: float
    name: Title

    def __post_init__(self) -> None:
        checked_percent(self.percent)


@dataclass(frozen=True, slots=True)
class End:
    """From ``at`` until the next noon the lamps are off, whatever edges and shows say.

    A ``hard`` end is a cap on everything automatic: no other program, rule, mode or declared state lights later.
    """

    at: TimePoint
    hard: bool = False
