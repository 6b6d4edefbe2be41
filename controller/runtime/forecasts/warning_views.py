"""Warnings as a duty officer and a page see them: one answer for one screen, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.runtime.conditions.views import DismissedState, ProposedState
from controller.runtime.forecasts.views import ForecastView


@dataclass(frozen=True, slots=True)
class LevelWarning:
    """One level or tide gauge.

    ``danger``: none, later, unknown, soon, warning, guarantee_soon, guarantee. ``grade``: blue … red, empty below all.
    ``level_m`` is None while it is not GOOD; ``last_m`` is what was last read. ``below_warning_m`` < 0: above it.
    Times to a limit in seconds, 0 when it is reached: by the trend of the last half hour, and (``expected_…``) by the
    network's model, with the highest level it is known to reach.
    """

    gauge: str
    name: str
    division: str
    kind: str
    danger: str
    level_m: float | None
    quality: str
    datum: str = ""
    warning_m: float | None = None
    guarantee_m: float | None = None
    below_warning_m: float | None = None
    grade: str = ""
    rate_m_per_h: float | None = None
    to_warning_s: float | None = None
    to_guarantee_s: float | None = None
    expected_top_m: float | None = None
    expected_top_at: datetime | None = None
    expected_to_warning_s: float | None = None
    expected_to_guarantee_s: float | None = None
    last_m: float | None = None


@dataclass(frozen=True, slots=True)
class RainSum:
    """Rain measured over the last hours; ``known``: of which part of that time (0 … 1) anybody knows."""

    hours: int
    mm: float
    known: float


@dataclass(frozen=True, slots=True)
class RainWarning:
    """One rain gauge: what fell against the four signals, what is foreseen and how far that can be trusted.

    ``grade``: the signal rain has reached; ``expected_grade`` the one it will reach by ``expected_by``, measured and
    foreseen together. ``next_6h_mm`` with ``usual_low_mm`` … ``usual_high_mm``: where such a sum usually ends.
    ``forecast`` None: nobody foresees anything here.
    """

    gauge: str
    name: str
    division: str
    rate_mm_h: float | None
    quality: str
    sums: tuple[RainSum, ...]
    grade: str = ""
    expected_grade: str = ""
    expected_mm: float | None = None
    expected_by: datetime | None = None
    signal: str = ""
    next_6h_mm: float | None = None
    usual_low_mm: float | None = None
    usual_high_mm: float | None = None
    forecast: ForecastView | None = None


@dataclass(frozen=True, slots=True)
class TideWarning:
    """A water outside: its gauge beside its tide table. ``off_m``: how far the gauge stands above the table."""

    of: str
    name: str
    level_m: float | None
    table_m: float | None
    off_m: float | None
    next_high: tuple[datetime, float] | None
    next_low: tuple[datetime, float] | None
    next_bore: datetime | None
    source: str
    issued: datetime
    ends: datetime
    speaks: bool


@dataclass(frozen=True, slots=True)
class RainSignalView:
    """A rain signal that stands, declared by people or the weather office."""

    id: str
    colour: str
    scope: str
    by: str
    reason: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class WarningsView:
    """Everything at once. ``text``: the whole in one sentence."""

    now: datetime
    text_en: str
    text_zh: str
    levels: tuple[LevelWarning, ...]
    rain: tuple[RainWarning, ...]
    tides: tuple[TideWarning, ...]
    signals: tuple[RainSignalView, ...]
    proposed: tuple[ProposedState, ...]
    dismissed: tuple[DismissedState, ...]
    stale_after_s: float
