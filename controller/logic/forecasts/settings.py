"""What a site says of its forecasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from controller.logic.forecasts.places import ForecastPlaces
from controller.logic.forecasts.soundness import ForecastLimits


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """``stale_after``: older forecasts are shown and used by nobody automatically. ``keep``: so long an issue is kept
    to be compared with what came. ``rain_signals``: the kinds of weather signal that warn of rain."""

    places: ForecastPlaces = field(default_factory=ForecastPlaces)
    limits: ForecastLimits = field(default_factory=ForecastLimits)
    stale_after: timedelta = timedelta(hours=12)
    keep: timedelta = timedelta(hours=30)
    inbox_every_s: float = 10.0
    rain_signals: frozenset[str] = field(default_factory=lambda: frozenset({"rainstorm"}))
