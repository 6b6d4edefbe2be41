"""Forecasts as people and pages see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TakenForecast:
    """One forecast that came in. ``standing``: ``current``, ``older`` (kept to be compared only) or ``known``."""

    kind: str
    of: str
    source: str
    issued: datetime
    standing: str


@dataclass(frozen=True, slots=True)
class ForecastReceipt:
    """The answer to bringing forecasts. All of them were taken, or none."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    taken: tuple[TakenForecast, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorView:
    """How wrong a source was for sums over ``lead_h`` hours, from ``cases`` wet cases. ``ratio``: foreseen ÷ fallen."""

    lead_h: int
    cases: int
    dry: int
    bias_mm: float
    mae_mm: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class ForecastView:
    """One forecast: how old it is, what it says of the next hours, how wrong its source usually is.

    ``next_mm`` by hours ahead: [[1, 0.4], [3, 12.0]]; hours it does not speak of are missing. ``used``: it is neither
    stale nor an older issue.
    """

    kind: str
    of: str
    title: str
    gauge: str
    source: str
    issued: datetime
    age_s: float
    begins: datetime
    ends: datetime
    stale: bool
    used: bool
    next_mm: tuple[tuple[int, float], ...] = ()
    errors: tuple[ErrorView, ...] = ()


@dataclass(frozen=True, slots=True)
class TideTableView:
    """A tide table: until when it says something, and what comes next."""

    of: str
    title: str
    gauge: str
    source: str
    issued: datetime
    begins: datetime
    ends: datetime
    speaks: bool
    next_high: tuple[datetime, float] | None = None
    next_low: tuple[datetime, float] | None = None
    next_bore: datetime | None = None


@dataclass(frozen=True, slots=True)
class ForecastsView:
    """All there is. ``text``: what that means, also when there is nothing."""

    stale_after_s: float
    forecasts: tuple[ForecastView, ...]
    tables: tuple[TideTableView, ...]
    text_en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """One step of a series."""

    begins: datetime
    ends: datetime
    value: float


@dataclass(frozen=True, slots=True)
class RainSeries:
    """One place's rain for a chart: measured in pieces of ten minutes, foreseen step by step, both mm/h."""

    of: str
    title: str
    gauge: str
    measured: tuple[SeriesStep, ...]
    foreseen: tuple[SeriesStep, ...]
    source: str = ""
    issued: datetime | None = None
    stale: bool = False
