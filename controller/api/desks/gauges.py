"""Level gauges: which ones people took out of the vote, taking one out, putting it back."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_gauges as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs_gauges import GaugeExcludeInput, GaugeIncludeInput
from controller.api.security import Caller, Viewer, only_visible, require
from controller.api.state import SharedState
from controller.domain.points import device_of
from controller.domain.rights import Right
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.gauge_exclusions.views import GaugeExclusionView

router = APIRouter(prefix="/api/v1/gauges", tags=["site"])


@router.get(
    "/exclusions",
    summary="Level gauges that are out of the vote",
    responses=seen([examples.EXCLUSION], "Who took them out, why, until when, and what is left."),
)
async def exclusions(shared: SharedState, viewer: Viewer) -> list[GaugeExclusionView]:
    """Each ends by itself; an alarm stands while it lasts."""
    return only_visible(shared, viewer, shared.facade.desks.gauges.list(), lambda one: one.device)


@router.post(
    "/exclude",
    summary="Take a lying level gauge out of the vote",
    response_model=SiteReceipt,
    responses=settled(SiteReceipt, examples.EXCLUDED, examples.NOT_EXCLUDED, 404),
)
async def exclude(shared: SharedState, caller: Caller, one: GaugeExcludeInput) -> SiteReceipt | JSONResponse:
    """A person does it, with a reason and an end; asked again it is renewed. Nothing is started or stopped by it."""
    require(shared, caller, Right.OPERATE, [device_of(one.gauge)])
    desk = shared.facade.desks.gauges
    return verdict(await desk.exclude(one.gauge, caller.caller, for_s=one.for_s, reason=one.reason))


@router.post(
    "/include",
    summary="Give a level gauge its vote back",
    response_model=SiteReceipt,
    responses=settled(SiteReceipt, examples.INCLUDED, examples.NOT_INCLUDED, 404),
)
async def include(shared: SharedState, caller: Caller, one: GaugeIncludeInput) -> SiteReceipt | JSONResponse:
    """Before its time. What runs goes on."""
    require(shared, caller, Right.OPERATE, [device_of(one.gauge)])
    return verdict(await shared.facade.desks.gauges.include(one.gauge, caller.caller, reason=one.reason))
