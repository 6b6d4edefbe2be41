"""The words of the TALQ Smart City Protocol 2.7.1 that programs and calendars are said in."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from schedules.program import TimePoint

TALQ_VERSION = "2.7.1"
DAY_OFFSET = 12
"""A TALQ day from noon to noon: a night is one day."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Something of ours TALQ has no word for, and what stands in its place."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Said:
    """An object of ours in TALQ's words; ``unsaid`` is what those words leave out (empty: it reads back the same)."""

    talq: Json
    unsaid: tuple[Unsaid, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether what lamps do reads back the same."""
        return not self.unsaid


def command(percent: float) -> Json:
    """A level as a TALQ command; TALQ's levels are whole percents, and a fraction goes to the brighter one."""
    return {"state": {"name": "LevelState", "value": ceil(percent)}}


def level_of(said: Json) -> float:
    """The level of a TALQ command."""
    return float(said["state"]["value"])


def clock(point: TimePoint) -> str:
    """``hh:mm:ss`` of a clock time."""
    return f"{point.minutes // 60:02d}:{point.minutes % 60:02d}:00"


def minutes_of(text: str) -> int:
    """Minutes of the day of ``hh:mm:ss``."""
    hours, minutes, _ = text.split(":")
    return int(hours) * 60 + int(minutes)
