"""Mobile pumps 移动泵车: where they are and what they do, as people and services report it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_mobile_pumps as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs_mobile_pumps import MobilePumpInput
from controller.api.parameters import AssetId
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.mobile_pumps.views import MobilePumpsView

router = APIRouter(prefix="/api/v1/mobile-pumps", tags=["water"])
_ANSWERS = settled(SiteReceipt, examples.NOTED, examples.NOT_NOTED, 404)


@router.get("", summary="Mobile pumps", responses=seen(examples.PUMPS, "Now."))
async def mobile_pumps(shared: SharedState, viewer: Viewer) -> MobilePumpsView:
    """Where each was last reported and what it does; a report too old to be relied on is marked."""
    return shared.facade.desks.mobile_pumps.show(lambda name: sees(shared, viewer, name))


@router.post("/{pump_id}/report", summary="Report a mobile pump", response_model=SiteReceipt, responses=_ANSWERS)
async def report(
    shared: SharedState, caller: Caller, pump_id: AssetId, said: MobilePumpInput
) -> SiteReceipt | JSONResponse:
    """By whoever may operate pumps where it belongs. Journalled; nothing is moved or switched by it."""
    require(shared, caller, Right.OPERATE)
    desk = shared.facade.desks.mobile_pumps
    must(shared, caller, Right.OPERATE, pump_id, [pump_id] if desk.knows(pump_id) else None)
    return verdict(
        await desk.report(
            pump_id, said.state, caller.caller, where=said.where, lat=said.lat, lon=said.lon, note=said.note
        )
    )
