"""What is foreseen, for whoever decides by it: nothing stale, and everything by whichever name a place goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from controller.domain.clock import Clock
from controller.logic.forecasts.past_error import LEADS_H, NO_SCORES, ErrorFigure, Scores, figure
from controller.logic.forecasts.series import Forecast, ForecastKind, ForecastStep, TideTable
from controller.logic.forecasts.settings import ForecastSettings
from controller.logic.forecasts.shelf import ForecastShelf, stale


class Forecasts:
    """Answers from memory: cheap, and never an error. Whatever is not known is None or empty, never zero.

    A place may be named by a gauge's id or name, a catchment or a water outside; a forecast for the gauge stands in
    where none was made for the catchment it measures for, and the other way round.
    """

    def __init__(self, settings: ForecastSettings, clock: Clock) -> None:
        self._clock = clock
        self.settings = settings
        self.shelf = ForecastShelf()
        self.scores: dict[tuple[str, str], Scores] = {}
        """By place and source."""
        self.changes = 0
        """Another number after every forecast that came in or went."""

    def rain(self, gauge: str, begins: datetime, ends: datetime) -> tuple[ForecastStep, ...]:
        """The rain (mm/h) foreseen at a gauge or for a catchment between two moments; empty when nobody fresh says."""
        found = self.current(ForecastKind.RAIN, gauge)
        return () if found is None else found.within(begins, ends)

    def current(self, kind: ForecastKind, of: str) -> Forecast | None:
        """The newest forecast of a place that is not stale; None where there is none."""
        now, after = self._clock.now(), self.settings.stale_after
        fresh = (one for one in self._newest(kind, of) if not stale(one, now, after))
        return next(fresh, None)

    def newest(self, kind: ForecastKind, of: str) -> Forecast | None:
        """The newest forecast of a place, stale or not: to be shown with its age."""
        return self.current(kind, of) or next(iter(self._newest(kind, of)), None)

    def tide_table(self, of: str) -> TideTable | None:
        """The tide table of a water outside, or of its gauge: the newest that speaks of now, else the newest."""
        now = self._clock.now()
        names = self.settings.places.names_for(ForecastKind.TIDE, of)
        found = [table for name in names if (table := self.shelf.table(name, now)) is not None]
        return max(found, key=lambda one: (one.speaks_of(now), one.issued), default=None)

    def error_figure(self, of: str, lead_h: float) -> ErrorFigure | None:
        """How wrong the source of a place's current forecast usually is for sums over so many hours.

        The figure of the next longer lead (1, 3, 6, 12 h) is taken. None without a forecast or enough wet cases.
        """
        forecast = self.newest(ForecastKind.RAIN, of)
        if forecast is None:
            return None
        lead = next((one for one in LEADS_H if one >= lead_h), LEADS_H[-1])
        found = self.figure(forecast, lead)
        return found if found is not None and found.usable else None

    def figure(self, forecast: Forecast, lead_h: int) -> ErrorFigure | None:
        """The past error of a forecast's source at its place; None before anything could be compared."""
        scores = self.scores.get((forecast.of, forecast.source), NO_SCORES)
        return figure(forecast.source, forecast.of, lead_h, scores.pairs.get(lead_h, ()))

    def age_s(self, forecast: Forecast | TideTable) -> float:
        """Seconds since it was issued."""
        return max(0.0, (self._clock.now() - forecast.issued).total_seconds())

    def _newest(self, kind: ForecastKind, of: str) -> Iterable[Forecast]:
        names = self.settings.places.names_for(kind, of)
        return (one for name in names if (one := self.shelf.current(kind, name)) is not None)
