"""Rain against the four signals 暴雨信号: what fell, and what fell together with what is foreseen.

Signals (FACTS): blue 50 mm in 12 h, yellow 50 mm in 6 h, orange 50 mm in 3 h, red 100 mm in 3 h; expected, or reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.logic.forecasts.rain_record import RainRecord
from controller.logic.forecasts.series import Forecast
from controller.logic.water_grades import Grade

HOUR_S = 3600.0
SLACK_MM = 1.0
"""A signal that was reached stays until this much below its sum: one bin more or less must not make it flicker."""


@dataclass(frozen=True, slots=True)
class RainLimit:
    """``mm`` within ``within_s`` reach this grade."""

    grade: Grade
    mm: float
    within_s: float


LIMITS = (
    RainLimit(Grade.BLUE, 50.0, 12 * HOUR_S),
    RainLimit(Grade.YELLOW, 50.0, 6 * HOUR_S),
    RainLimit(Grade.ORANGE, 50.0, 3 * HOUR_S),
    RainLimit(Grade.RED, 100.0, 3 * HOUR_S),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """A sum that rain will reach: how much (mm), of it already measured, and by when."""

    limit: RainLimit
    mm: float
    measured_mm: float
    by: datetime


def reached(record: RainRecord, limits: Iterable[RainLimit], now: datetime) -> dict[RainLimit, float]:
    """The limits rain has reached, each with the millimetres measured within its time."""
    sums = {limit: record.within(limit.within_s, now) for limit in limits}
    return {limit: mm for limit, mm in sums.items() if mm >= limit.mm}


def gravest(limits: Iterable[RainLimit]) -> Grade | None:
    """The gravest of these grades; None of nothing."""
    grades = list(Grade)
    return max((limit.grade for limit in limits), key=grades.index, default=None)


def expected(record: RainRecord, forecast: Forecast, limit: RainLimit, now: datetime) -> Expected | None:
    """Whether rain measured and foreseen reaches a limit: the greatest sum over any of its times that hold this
    moment or begin after it. None when no such sum does.

    Sums are looked at where a step of the forecast ends: a mean rate within a step says nothing finer.
    """
    window = timedelta(seconds=limit.within_s)
    best: Expected | None = None
    ends = sorted({step.ends for step in forecast.steps if step.ends > now})
    for end in ends:
        begin = end - window
        ahead_mm, _ = forecast.sum(max(begin, now), end)
        measured_mm = record.within((now - begin).total_seconds(), now) if begin < now else 0.0
        mm = ahead_mm + measured_mm
        if mm >= limit.mm and (best is None or mm > best.mm):
            best = Expected(limit, mm, measured_mm, end)
    return best


def all_expected(record: RainRecord, forecast: Forecast, limits: Iterable[RainLimit], now: datetime) -> list[Expected]:
    """Every limit that will be reached."""
    return [found for limit in limits if (found := expected(record, forecast, limit, now)) is not None]


def ahead(forecast: Forecast, now: datetime, hours: Iterable[int], part: float = 0.9) -> dict[int, float]:
    """Millimetres foreseen for the next hours; an hour count the forecast hardly speaks of (< ``part``) is missing."""
    found = {}
    for count in hours:
        mm, known_s = forecast.sum(now, now + timedelta(hours=count))
        if known_s >= part * count * HOUR_S:
            found[count] = mm
    return found
