"""Forecasts put into views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from controller.domain.clock import Clock
from controller.logic.forecasts.past_error import LEADS_H
from controller.logic.forecasts.places import ForecastPlace
from controller.logic.forecasts.rain_grades import ahead
from controller.logic.forecasts.rain_record import BIN_S, HOUR_S, WINDOWS_H, RainRecord
from controller.logic.forecasts.series import Forecast, ForecastKind, TideExtreme, TideTable
from controller.logic.forecasts.shelf import stale
from controller.runtime.forecasts.forecasts import Forecasts
from controller.runtime.forecasts.views import (
    ErrorView,
    ForecastsView,
    ForecastView,
    RainSeries,
    SeriesStep,
    TideTableView,
)

LONGEST_KNOWN_S = 60.0
"""A bin of which less is known is not drawn."""


def forecasts_view(forecasts: Forecasts, clock: Clock, sees: Callable[[str], bool]) -> ForecastsView:
    """Every place's newest forecasts and tables, of the places the caller may see."""
    places = [one for one in forecasts.settings.places.places.values() if not one.gauge or sees(one.gauge)]
    shown = tuple(view for place in places for view in _of_place(place, forecasts, clock))
    tables = tuple(view for place in places for view in _tables(place, forecasts, clock))
    used = [one for one in shown if one.used]
    en = f"{len(used)} forecasts are in use" if used else "no fresh forecast: everything goes on by what is measured"
    zh = f"{len(used)} 份预报在用" if used else "无有效预报，全部按实测运行"
    return ForecastsView(forecasts.settings.stale_after.total_seconds(), shown, tables, en, zh)


def _of_place(place: ForecastPlace, forecasts: Forecasts, clock: Clock) -> Iterator[ForecastView]:
    """The newest of each source for a place; only the newest of all is in use."""
    used = forecasts.shelf.current(place.kind, place.name)
    for _, issues in forecasts.shelf.sources((place.kind, place.name)):
        yield forecast_view(issues[-1], place, forecasts, clock.now(), newest=issues[-1] is used)


def forecast_view(
    one: Forecast, place: ForecastPlace, forecasts: Forecasts, now: datetime, *, newest: bool = True
) -> ForecastView:
    """One forecast with its age, its next hours and the past error of its source."""
    old = stale(one, now, forecasts.settings.stale_after)
    rain = one.kind is ForecastKind.RAIN
    return ForecastView(
        kind=one.kind.value,
        of=one.of,
        title=place.title,
        gauge=place.gauge,
        source=one.source,
        issued=one.issued.astimezone(UTC),
        age_s=forecasts.age_s(one),
        begins=one.steps[0].begins.astimezone(UTC),
        ends=one.ends.astimezone(UTC),
        stale=old,
        used=newest and not old,
        next_mm=tuple((hours, round(mm, 2)) for hours, mm in ahead(one, now, WINDOWS_H).items()) if rain else (),
        errors=tuple(_errors(one, forecasts)),
    )


def _errors(one: Forecast, forecasts: Forecasts) -> Iterator[ErrorView]:
    for lead_h in LEADS_H:
        found = forecasts.figure(one, lead_h)
        if found is not None:
            ratio = None if found.ratio is None else round(found.ratio, 3)
            bias, mae = round(found.bias_mm, 2), round(found.mae_mm, 2)
            yield ErrorView(lead_h, found.cases, found.dry, bias, mae, ratio)


def _tables(place: ForecastPlace, forecasts: Forecasts, clock: Clock) -> Iterator[TideTableView]:
    for table in forecasts.shelf.tables.get(place.name, {}).values():
        yield table_view(table, place, clock.now())


def table_view(table: TideTable, place: ForecastPlace, now: datetime) -> TideTableView:
    """A tide table and what comes next of it."""
    bore = table.next_bore(now)
    return TideTableView(
        of=table.of,
        title=place.title,
        gauge=place.gauge,
        source=table.source,
        issued=table.issued.astimezone(UTC),
        begins=table.extremes[0].at.astimezone(UTC),
        ends=table.extremes[-1].at.astimezone(UTC),
        speaks=table.speaks_of(now),
        next_high=_extreme(table.next(now, high=True)),
        next_low=_extreme(table.next(now, high=False)),
        next_bore=None if bore is None else bore.at.astimezone(UTC),
    )


def _extreme(one: TideExtreme | None) -> tuple[datetime, float] | None:
    return None if one is None else (one.at.astimezone(UTC), one.level_m)


def rain_series(place: ForecastPlace, record: RainRecord, forecasts: Forecasts, clock: Clock) -> RainSeries:
    """A place's rain, measured and foreseen."""
    now = clock.now()
    one = forecasts.newest(ForecastKind.RAIN, place.name)
    foreseen = () if one is None else one.within(now, one.ends)
    return RainSeries(
        of=place.name,
        title=place.title,
        gauge=place.gauge,
        measured=tuple(_measured(record)),
        foreseen=tuple(
            SeriesStep(step.begins.astimezone(UTC), step.ends.astimezone(UTC), step.value) for step in foreseen
        ),
        source="" if one is None else one.source,
        issued=None if one is None else one.issued.astimezone(UTC),
        stale=one is not None and stale(one, now, forecasts.settings.stale_after),
    )


def _measured(record: RainRecord) -> Iterator[SeriesStep]:
    for one in record.bins:
        if one.known_s >= LONGEST_KNOWN_S:
            begins, ends = one.number * BIN_S, (one.number + 1) * BIN_S
            rate = round(one.mm * HOUR_S / one.known_s, 3)
            yield SeriesStep(datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC), rate)
