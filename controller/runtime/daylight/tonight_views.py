"""Tonight as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TonightLine:
    """Between ``first`` and ``last`` so many lights go ``to``, by program; ``programs`` says which, with how many."""

    first: datetime
    last: datetime
    to: str
    lights: int
    lamps: int
    kw_step: float
    light_class: str
    cause: str
    text_en: str
    text_zh: str
    programs: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class WindowLine:
    """Between ``first`` and ``last`` photocells may act on so many lights of a program."""

    first: datetime
    last: datetime
    lights: int
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """What holds now and stands above the programs: ``kind`` lease, tag, switch, state or signal."""

    kind: str
    lights: int
    text_en: str
    text_zh: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpellLine:
    """What photocells, weather or values did, and what would have happened without it.

    ``light_min`` and ``kwh`` are beyond the programs (negative: saved), by rated power; ``holds`` so many lights now.
    """

    origin: str
    source: str
    first: datetime
    last: datetime | None
    lights: int
    holds: int
    light_min: float
    kwh: float
    text_en: str
    text_zh: str
    without_en: str
    without_zh: str


@dataclass(frozen=True, slots=True)
class TonightView:
    """A scope's night. ``daylight_since``: what is known of photocells and weather begins there (the last start)."""

    scope: str
    night: str
    mode: str
    mode_zh: str
    rules: tuple[str, ...]
    now: datetime
    lights: int
    lamps: int
    rated_kw: float
    planned_light_h: float
    planned_kwh: float
    lines: tuple[TonightLine, ...]
    windows: tuple[WindowLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    daylight: tuple[SpellLine, ...]
    daylight_since: datetime | None
    text_en: str
    text_zh: str
