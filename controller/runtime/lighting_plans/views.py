"""What people and other systems are shown of programs and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PlannedEdge:
    """One switching: from the first light of the scope to the last (the same for a single light), what, and why."""

    first: datetime
    last: datetime
    value: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class PlannedHour:
    """What holds at a full hour."""

    at: datetime
    value: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class PlannedNight:
    """One night of lights that are treated alike: which program, which rule chose it, and hour by hour.

    ``lights`` names a few of the ``count``. ``mode`` is ordinary, holiday or event; ``because`` what made it so.
    ``rule`` is empty where none chose and the lights keep their own program. ``scene``: the one they belong to.
    """

    lights: tuple[str, ...]
    count: int
    night: str
    mode: str
    mode_zh: str
    because: str
    program: str
    title_zh: str
    title_en: str
    rule: str
    exceptional: bool
    scene: str
    sunset: datetime
    sunrise: datetime
    edges: tuple[PlannedEdge, ...]
    hours: tuple[PlannedHour, ...]
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedSpan:
    """Nights in a row with the same program, by the same rule, in the same mode."""

    first: str
    last: str
    nights: int
    mode: str
    mode_zh: str
    because: str
    program: str
    title_zh: str
    title_en: str
    rule: str


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """A year of one light, condensed. ``unknown_years``: no holiday table, so the ordinary week holds."""

    target: str
    first: str
    last: str
    spans: tuple[PlannedSpan, ...]
    nights_by_program: dict[str, int]
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TalqView:
    """A program or calendar in TALQ's words. ``exact``: it reads back the same; else ``unsaid`` says what is lost."""

    talq: dict[str, Any]
    exact: bool
    title_zh: str
    title_en: str
    lights: int
    unsaid_zh: tuple[str, ...] = ()
    unsaid_en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TalqBook:
    """All programs or all calendars. ``day_offset`` 12: a day goes from noon to noon."""

    version: str
    day_offset: int
    owner: str
    items: tuple[TalqView, ...]
