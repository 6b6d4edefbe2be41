"""Forecasts, tables and rain in a few words, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.logic.forecasts.csv_read import Read, Reading, read_csv
from controller.logic.forecasts.rain_record import RainRecord, observe
from controller.logic.forecasts.series import Forecast, ForecastKind, ForecastStep, TideExtreme, TideTable
from controller.logic.forecasts.soundness import ForecastLimits

NOW = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
"""18:00 in Hangzhou."""
LOCAL = ZoneInfo("Asia/Shanghai")
GAUGE, TIDE = "330106-RG-0001", "330102-TG-0001"
LIMITS = ForecastLimits()
PLACES = {
    ForecastKind.RAIN: {GAUGE: GAUGE, "西湖雨量站": GAUGE, "运河主城": "运河主城"},
    ForecastKind.TIDE: {TIDE: TIDE, "钱塘江": TIDE},
}


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def foreseen(*mm_h: float, issued: datetime = NOW, of: str = GAUGE, source: str = "meteo") -> Forecast:
    """Rain hour by hour from the issue on."""
    steps = (ForecastStep(issued + hours(n), issued + hours(n + 1), rate) for n, rate in enumerate(mm_h))
    return Forecast(ForecastKind.RAIN, of, issued, source, tuple(steps))


def table(*levels_m: float, issued: datetime = NOW, of: str = TIDE, source: str = "office") -> TideTable:
    """High and low water in turn every six hours from six hours ago on, a low one first."""
    extremes = (TideExtreme(NOW + hours(6 * (n - 1)), level, high=n % 2 == 1) for n, level in enumerate(levels_m))
    return TideTable(of, issued, source, tuple(extremes))


def fell(*mm_h: float, until: datetime = NOW) -> RainRecord:
    """Rain hour by hour, the last one ending at ``until``, watched every five minutes."""
    record, begins = RainRecord(), until - hours(len(mm_h))
    for minute in range(0, 60 * len(mm_h) + 1, 5):
        rate = mm_h[min(minute // 60, len(mm_h) - 1)]
        record = observe(record, rate, begins + timedelta(minutes=minute), minute * 60.0)
    return record


def read(text: str, **said: str) -> Read:
    """A file read as the small site reads it, at ``NOW``."""
    return read_csv(text, Reading(LOCAL, NOW, LIMITS, lambda kind, name: PLACES[kind].get(name), **said))
