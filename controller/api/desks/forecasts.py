"""Forecasts that come in, and the duty officer's warnings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_forecasts as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs_forecasts import ForecastFileInput, ForecastsInput, TideTableInput
from controller.api.security import Caller, Viewer, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import OwnerClass, Right
from controller.logic.forecasts.series import ForecastKind
from controller.runtime.authority import Session
from controller.runtime.forecasts.views import ForecastReceipt, ForecastsView, RainSeries
from controller.runtime.forecasts.warning_views import WarningsView

router = APIRouter(prefix="/api/v1", tags=["forecasts"])
Of = Annotated[str, Query(min_length=1, max_length=120, description="A rain gauge (id or name) or a catchment.")]
_ANSWERS = settled(ForecastReceipt, examples.TAKEN, examples.NOT_TAKEN)


@router.get(
    "/water/warnings",
    summary="Levels, rain, tide and what is proposed, the gravest first",
    responses=seen(examples.WARNINGS, "Now."),
)
async def warnings(shared: SharedState, viewer: Viewer) -> WarningsView:
    """One screen: each gauge against its limits, how fast it rises and when it meets them; rain and forecasts."""
    return shared.facade.desks.warnings.view(lambda gauge: sees(shared, viewer, gauge))


@router.get("/forecasts", summary="Forecasts and tide tables", responses=seen(examples.FORECASTS, "Now."))
async def forecasts(shared: SharedState, viewer: Viewer) -> ForecastsView:
    """Every source's newest, with its age and how wrong that source was: what is stale is used by nobody."""
    return shared.facade.desks.forecasts.show(lambda gauge: sees(shared, viewer, gauge))


@router.get(
    "/forecasts/series",
    summary="Rain measured and foreseen at one place",
    responses=seen(examples.SERIES, "For a chart.", 404),
)
async def series(shared: SharedState, viewer: Viewer, of: Of) -> RainSeries:
    """A day of rain measured in pieces of ten minutes, and the newest forecast from now on."""
    desk = shared.facade.desks.forecasts
    place = desk.place(ForecastKind.RAIN, of)
    if place is None:
        require(shared, viewer, Right.SEE, [of])  # whoever sees a part is told the same of what is not theirs
        raise UnknownTarget(f"no rain gauge or catchment {of!r} in this site; GET /api/v1/forecasts names them")
    require(shared, viewer, Right.SEE, [place.gauge] if place.gauge else [of])
    return desk.series(of)


@router.post("/forecasts", summary="Bring forecasts", response_model=ForecastReceipt, responses=_ANSWERS)
async def bring(shared: SharedState, caller: Caller, wanted: ForecastsInput) -> ForecastReceipt | JSONResponse:
    """By whoever holds the right `forecast` where they are for. All are taken, or none."""
    _must_forecast(shared, caller, ((ForecastKind(one.kind), one.of) for one in wanted.forecasts))
    made = [one.made(caller.actor) for one in wanted.forecasts]
    return verdict(await shared.facade.desks.forecasts.add(made, (), caller.caller))


@router.post("/forecasts/tide-table", summary="Bring a tide table", response_model=ForecastReceipt, responses=_ANSWERS)
async def bring_table(shared: SharedState, caller: Caller, wanted: TideTableInput) -> ForecastReceipt | JSONResponse:
    """It takes the place of its source's older one."""
    _must_forecast(shared, caller, [(ForecastKind.TIDE, wanted.of)])
    return verdict(await shared.facade.desks.forecasts.add((), [wanted.made(caller.actor)], caller.caller))


@router.post("/forecasts/file", summary="Bring a CSV file", response_model=ForecastReceipt, responses=_ANSWERS)
async def bring_file(shared: SharedState, caller: Caller, wanted: ForecastFileInput) -> ForecastReceipt | JSONResponse:
    """Rain or a tide table; what is wrong is told with line and column, and then nothing is taken.

    A file may speak of any place: it takes the right `forecast` for the whole city.
    """
    require(shared, caller, Right.FORECAST, of=OwnerClass.PUMPS)
    desk = shared.facade.desks.forecasts
    return verdict(await desk.add_file(wanted.text, wanted.name, caller.caller, source=wanted.source, of=wanted.of))


def _must_forecast(shared: Shared, caller: Session, places: Iterable[tuple[ForecastKind, str]]) -> None:
    """The right at every place's gauge; for a place without one, or one that is not there, in the whole city."""
    require(shared, caller, Right.FORECAST)
    desk, gauges = shared.facade.desks.forecasts, list[str]()
    for kind, name in places:
        place = desk.place(kind, name)
        if place is None or not place.gauge:
            require(shared, caller, Right.FORECAST, of=OwnerClass.PUMPS)
        else:
            gauges.append(place.gauge)
    if gauges:
        require(shared, caller, Right.FORECAST, gauges)
