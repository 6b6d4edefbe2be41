"""One gauge's line on the duty officer's screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from controller.domain.clock import Clock
from controller.domain.gauges import Gauge
from controller.domain.image import View
from controller.logic.forecasts.danger import danger_of, sooner
from controller.logic.forecasts.rain_grades import RainLimit, ahead, all_expected, gravest, reached
from controller.logic.forecasts.rain_record import HOUR_S, WINDOWS_H
from controller.logic.forecasts.series import Forecast, ForecastKind
from controller.logic.forecasts.shelf import stale
from controller.logic.water_grades import GaugeRules, time_to_s
from controller.runtime.forecasts.office import ForecastOffice
from controller.runtime.forecasts.showing import forecast_view
from controller.runtime.forecasts.warning_views import LevelWarning, RainSum, RainWarning
from controller.runtime.table import ImageTable

NEXT_H = 6
"""People are told the sum foreseen for so many hours, and where such a sum usually ends."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """What is known of a level gauge."""

    gauge: Gauge
    view: View
    rules: GaugeRules | None
    rate_m_per_h: float | None
    ahead: Sequence[tuple[datetime, float]]

    def warning(self, now: datetime) -> LevelWarning:
        """The line."""
        level_m = self.view.number("level_m")
        warning_m = None if self.gauge.warning is None else self.gauge.warning.value_m
        guarantee_m = None if self.gauge.guarantee is None else self.gauge.guarantee.value_m
        trend = [self._by_trend(level_m, limit) for limit in (warning_m, guarantee_m)]
        model = [self._by_model(level_m, limit, now) for limit in (warning_m, guarantee_m)]
        soonest = [sooner(one, other) for one, other in zip(trend, model, strict=True)]
        top = max(self.ahead, key=lambda one: one[1], default=None)
        dated = self.gauge.warning or self.gauge.guarantee
        return LevelWarning(
            gauge=self.gauge.id,
            name=self.gauge.name,
            division=self.gauge.division,
            kind=self.gauge.kind.value,
            danger=danger_of(level_m, warning_m, guarantee_m, *soonest).name.lower(),
            level_m=level_m,
            quality=self.view.read("level_m").quality.name,
            datum="" if dated is None else dated.datum,
            warning_m=warning_m,
            guarantee_m=guarantee_m,
            below_warning_m=None if level_m is None or warning_m is None else round(warning_m - level_m, 3),
            grade=self._grade(level_m),
            rate_m_per_h=None if self.rate_m_per_h is None else round(self.rate_m_per_h, 3),
            to_warning_s=trend[0],
            to_guarantee_s=trend[1],
            expected_top_m=None if top is None else round(top[1], 3),
            expected_top_at=None if top is None else top[0].astimezone(UTC),
            expected_to_warning_s=model[0],
            expected_to_guarantee_s=model[1],
            last_m=_number(self.view.read("level_m").value),
        )

    def _by_trend(self, level_m: float | None, limit_m: float | None) -> float | None:
        if level_m is None or limit_m is None:
            return None
        return time_to_s(level_m, limit_m, self.rate_m_per_h)

    def _by_model(self, level_m: float | None, limit_m: float | None, now: datetime) -> float | None:
        if limit_m is None or not self.ahead:
            return None
        if level_m is not None and level_m >= limit_m:
            return 0.0
        met = next((at for at, level in self.ahead if level >= limit_m), None)
        return None if met is None else max(0.0, (met - now).total_seconds())

    def _grade(self, level_m: float | None) -> str:
        if level_m is None or self.rules is None:
            return ""
        return next((one.grade.value for one in reversed(self.rules.limits) if level_m >= one.level_m), "")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class RainLine:
    """What is known of a rain gauge."""

    gauge: Gauge
    office: ForecastOffice
    table: ImageTable
    clock: Clock
    limits: tuple[RainLimit, ...]

    def warning(self, signal: str) -> RainWarning:
        """The line; ``signal``: the gravest rain signal in force there."""
        now, record = self.clock.now(), self.office.rain.record(self.gauge.id)
        view = self.table.view(self.gauge.id, self.clock.monotonic())
        plain = RainWarning(
            gauge=self.gauge.id,
            name=self.gauge.name,
            division=self.gauge.division,
            rate_mm_h=view.number("rain_mm_h"),
            quality=view.read("rain_mm_h").quality.name,
            sums=tuple(
                RainSum(
                    hours, round(record.within(hours * HOUR_S, now), 1), round(record.known(hours * HOUR_S, now), 2)
                )
                for hours in WINDOWS_H
            ),
            grade=gravest(reached(record, self.limits, now)) or "",
            signal=signal,
        )
        forecast = self.office.forecasts.newest(ForecastKind.RAIN, self.gauge.id)
        return plain if forecast is None else self._foreseen(plain, forecast, now)

    def _foreseen(self, plain: RainWarning, forecast: Forecast, now: datetime) -> RainWarning:
        """With what is foreseen; a stale forecast is shown, and nothing is made of it."""
        forecasts = self.office.forecasts
        place = forecasts.settings.places.places[forecast.of]
        shown = forecast_view(forecast, place, forecasts, now)
        if stale(forecast, now, forecasts.settings.stale_after):
            return replace(plain, forecast=shown)
        found = all_expected(self.office.rain.record(self.gauge.id), forecast, self.limits, now)
        grade = gravest(one.limit for one in found)
        worst = next((one for one in found if one.limit.grade is grade), None)
        next_mm = ahead(forecast, now, (NEXT_H,)).get(NEXT_H)
        figure = forecasts.error_figure(self.gauge.id, NEXT_H)
        band = None if next_mm is None or figure is None else figure.band(next_mm)
        return replace(
            plain,
            expected_grade=grade or "",
            expected_mm=None if worst is None else round(worst.mm, 1),
            expected_by=None if worst is None else worst.by.astimezone(UTC),
            next_6h_mm=None if next_mm is None else round(next_mm, 1),
            usual_low_mm=None if band is None else round(band[0], 1),
            usual_high_mm=None if band is None else round(band[1], 1),
            forecast=shown,
        )
