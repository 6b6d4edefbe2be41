"""Drills as people and pages see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DrillView:
    """Whether this controller is a drill's. ``run`` empty: it is none, and the rest says nothing."""

    run: str = ""
    drill: str = ""
    title_zh: str = ""
    title_en: str = ""
    purpose_zh: str = ""
    purpose_en: str = ""
    began: datetime | None = None
    ends: datetime | None = None
    speed: float = 1.0
    from_city: bool = False


@dataclass(frozen=True, slots=True)
class ReachLine:
    """A reach over the drill: where it began and ended, how high it stood, how long above its limits."""

    reach: str
    began_m: float
    peak_m: float
    peak_at: datetime
    ended_m: float
    warning_m: float | None = None
    guarantee_m: float | None = None
    minutes_above_warning: float = 0.0
    minutes_above_guarantee: float = 0.0


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station over the drill."""

    station: str
    starts: int
    pumped_m3: float
    energy_kwh: float


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """An expectation judged. ``result``: pass, fail or not_judged."""

    id: str
    title_zh: str
    title_en: str
    result: str
    points: float
    got: float
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm that asked for a person, and how long it waited (s, None: nobody answered)."""

    id: str
    text: str
    priority: int
    raised: datetime
    answered_s: float | None
    by: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One line of what happened. ``kind``: act, trouble, move, trip."""

    at: datetime
    kind: str
    who: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something the drill was made of; ``origin``: public, computed, illustrative."""

    origin: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A reach's level at a moment."""

    at: datetime
    level_m: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A reach's levels over the drill."""

    reach: str
    points: tuple[CurvePoint, ...]
    warning_m: float | None = None
    guarantee_m: float | None = None


@dataclass(frozen=True, slots=True)
class DrillReport:
    """A drill's report. Marked as one wherever it is shown: ``sign``."""

    sign: str
    run: str
    drill: str
    site: str
    title_zh: str
    title_en: str
    purpose_zh: str
    purpose_en: str
    held: datetime
    began: datetime
    ended: datetime
    speed: float
    from_city: bool
    points: float
    of: float
    verdicts: tuple[VerdictLine, ...]
    reaches: tuple[ReachLine, ...]
    stations: tuple[StationLine, ...]
    alarms: tuple[AlarmLine, ...]
    timeline: tuple[TimeLine, ...]
    facts: tuple[FactLine, ...]
    curves: tuple[Curve, ...]
