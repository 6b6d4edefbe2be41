"""Weather signals, photocells, and what tonight will bring."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_weather as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs import WhyInput
from controller.api.inputs_weather import SignalInput
from controller.api.parameters import Id, NightOf
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.runtime.authority import Session
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.daylight.tonight_views import TonightView
from controller.runtime.daylight.views import WeatherView

router = APIRouter(prefix="/api/v1", tags=["weather"])
Scope = Annotated[
    str,
    Query(max_length=112, description="city, division:330106, road:文一路, group:NAME, an asset's or one light's id."),
]
_ANSWERS = settled(SiteReceipt, examples.SET, examples.NOT_SET)
_ANSWERS_OF_ONE = settled(SiteReceipt, examples.SET, examples.NOT_SET, 404)


@router.get("/weather", summary="Weather signals and photocells", responses=seen(examples.WEATHER, "Now."))
async def weather(shared: SharedState, _viewer: Viewer) -> WeatherView:
    """Signals that stand, those that can be set, and what the photocells of every area say together."""
    return shared.facade.desks.weather.show()


@router.post("/weather/signals", summary="Set a weather signal", response_model=SiteReceipt, responses=_ANSWERS)
async def set_signal(shared: SharedState, caller: Caller, wanted: SignalInput) -> SiteReceipt | JSONResponse:
    """By whoever may operate the lights of the scope, a weather service's key too. It ends by itself."""
    _must_operate(shared, caller, wanted.scope)
    desk = shared.facade.desks.weather
    return verdict(
        await desk.set(
            wanted.kind, wanted.colour, wanted.scope, caller.caller, reason=wanted.reason, for_s=wanted.for_s
        )
    )


@router.post(
    "/weather/signals/{signal_id}/clear",
    summary="End a weather signal",
    response_model=SiteReceipt,
    responses=_ANSWERS_OF_ONE,
)
async def clear_signal(shared: SharedState, caller: Caller, signal_id: Id, why: WhyInput) -> SiteReceipt | JSONResponse:
    """Before its time; its lights go back to what else is asked of them."""
    require(shared, caller, Right.OPERATE)
    desk = shared.facade.desks.weather
    try:
        signal = desk.signal(signal_id)
    except UnknownTarget:
        must(shared, caller, Right.OPERATE, signal_id, None)  # whoever sees a part is told the same of any other's
        raise
    _must_operate(shared, caller, signal.scope)
    return verdict(await desk.clear(signal_id, caller.caller, reason=why.reason))


@router.get(
    "/lighting/tonight", summary="What tonight will bring", responses=seen(examples.TONIGHT, "A scope's night.")
)
async def tonight(
    shared: SharedState,
    viewer: Viewer,
    scope: Scope = "city",
    night: NightOf = None,
) -> TonightView:
    """Every switching as one line, what holds now, and what photocells and weather did so far.

    Of the lights the caller may see.
    """
    return await shared.facade.desks.tonight.view(scope, night, lambda device: sees(shared, viewer, device))


def _must_operate(shared: Shared, caller: Session, scope: str) -> None:
    """The right on every light of the scope, whether or not the signal's colour lights it."""
    require(shared, caller, Right.OPERATE)
    lights = shared.facade.desks.weather.lights(scope)
    if not all(sees(shared, caller, light) for light in lights):
        require(shared, caller, Right.OPERATE, [scope])  # a denial names lights only to whoever may see all of them
    require(shared, caller, Right.OPERATE, lights)
