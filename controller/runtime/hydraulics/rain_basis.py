"""What the rain ahead rests on: forecasts with their own past error where there are any, else what falls now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from controller.domain.points import DeviceId
from controller.logic.forecasts.past_error import ErrorFigure
from controller.logic.forecasts.series import Forecast, ForecastKind, TideTable
from controller.logic.hydraulics.network import Network

UNKNOWN_ERROR = 0.5
"""A forecast whose past error nobody knows yet may be off by this share either way. Illustrative."""
NO_FORECAST_LOW, NO_FORECAST_HIGH = 0.0, 2.0
"""With no forecast the rain that falls now may end at once, or be twice as much. Illustrative."""
LITTLE_MM = 0.5


class Foretold(Protocol):
    """Who keeps the forecasts."""

    def current(self, kind: ForecastKind, of: str) -> Forecast | None:
        """The newest forecast of a place that is not stale."""
        ...

    def tide_table(self, of: str) -> TideTable | None:
        """The tide table of an outside water."""
        ...

    def error_figure(self, of: str, lead_h: float) -> ErrorFigure | None:
        """How wrong the source of a place's current forecast usually is for sums over so many hours."""
        ...

    def age_s(self, forecast: Forecast | TideTable) -> float:
        """Seconds since it was issued."""
        ...


@dataclass(frozen=True, slots=True)
class RainBasis:
    """Forecasts by rain gauge: likely, low, high; the rain now where nothing is foretold; and what people are told."""

    likely: Mapping[str, Forecast]
    low: Mapping[str, Forecast]
    high: Mapping[str, Forecast]
    now_low: Mapping[DeviceId, float]
    now: Mapping[DeviceId, float]
    now_high: Mapping[DeviceId, float]
    text_en: str
    text_zh: str


def rain_basis(
    network: Network, foretold: Foretold, now_mm_h: Mapping[DeviceId, float], at: datetime, hours: float
) -> RainBasis:
    """What is known of the rain in the next hours."""
    likely, low, high = {}, {}, {}
    known = 0
    for gauge in sorted({catchment.gauge for catchment in network.catchments}):
        forecast = foretold.current(ForecastKind.RAIN, gauge)
        if forecast is None:
            continue
        figure = foretold.error_figure(gauge, hours)
        known += figure is not None
        likely[gauge] = forecast
        low[gauge], high[gauge] = _band(forecast, figure, at, hours)
    return RainBasis(
        likely,
        low,
        high,
        {gauge: mm_h * NO_FORECAST_LOW for gauge, mm_h in now_mm_h.items()},
        now_mm_h,
        {gauge: mm_h * NO_FORECAST_HIGH for gauge, mm_h in now_mm_h.items()},
        *_said(network, foretold, likely, known),
    )


def _band(forecast: Forecast, figure: ErrorFigure | None, at: datetime, hours: float) -> tuple[Forecast, Forecast]:
    """The forecast with as little and as much rain as its source's past error makes likely."""
    if figure is None:
        return _scaled(forecast, 1.0 - UNKNOWN_ERROR), _scaled(forecast, 1.0 + UNKNOWN_ERROR)
    sum_mm, _ = forecast.sum(at, at + timedelta(hours=hours))
    low_mm, high_mm = figure.band(sum_mm)
    if sum_mm > LITTLE_MM:
        return _scaled(forecast, low_mm / sum_mm), _scaled(forecast, high_mm / sum_mm)
    return _scaled(forecast, 0.0), _scaled(forecast, 1.0, (high_mm - sum_mm) / hours)


def _scaled(forecast: Forecast, factor: float, more_mm_h: float = 0.0) -> Forecast:
    steps = tuple(replace(step, value=max(0.0, step.value * factor + more_mm_h)) for step in forecast.steps)
    return replace(forecast, steps=steps)


def _said(network: Network, foretold: Foretold, likely: Mapping[str, Forecast], known: int) -> tuple[str, str]:
    gauges = {catchment.gauge for catchment in network.catchments}
    if not likely:
        return (
            "no rain forecast: the rain that falls now goes on and fades; none to twice as much is the band",
            "无降雨预报：按当前雨强衰减外推，上下限为无雨至两倍",
        )
    newest = min(likely.values(), key=foretold.age_s)
    age_h = foretold.age_s(newest) / 3600.0
    error = "its own past error" if known == len(likely) else f"±{UNKNOWN_ERROR:.0%} where no past error is known"
    error_zh = "按其历史误差" if known == len(likely) else f"无历史误差处取 ±{UNKNOWN_ERROR:.0%}"
    missing = len(gauges - likely.keys())
    gap = f"; {missing} of {len(gauges)} gauges without a forecast" if missing else ""
    gap_zh = f"；{missing}/{len(gauges)} 个雨量站无预报" if missing else ""
    return (
        f"rain forecast of {newest.source}, {age_h:.1f} h old; band: {error}{gap}",
        f"降雨预报 {newest.source}，{age_h:.1f} 小时前；区间{error_zh}{gap_zh}",
    )
