"""The optimiser: its plan beside the rules', and where people let it set targets. Protection stands above it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_optimiser as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs_optimiser import AcceptInput, WithdrawInput
from controller.api.parameters import AssetId
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import SharedState
from controller.domain.points import DeviceId
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.conditions.views import SiteReceipt
from controller.runtime.optimiser.views import OptimiserView

router = APIRouter(prefix="/api/v1/water/optimiser", tags=["water"])
_ACCEPTED = settled(SiteReceipt, examples.ACCEPTED, examples.NOT_DONE, 404)
_WITHDRAWN = settled(SiteReceipt, examples.WITHDRAWN, examples.NOT_DONE, 404)


@router.get("", summary="The optimiser's plan", responses=seen(examples.OPTIMISER, "Now."))
async def optimiser(shared: SharedState, viewer: Viewer) -> OptimiserView:
    """Units per station for the hours ahead, levels and cost beside the rules', and in whose hands each station is."""
    return shared.facade.desks.optimiser.show(lambda name: sees(shared, viewer, name))


@router.post(
    "/{asset_id}/accept",
    summary="Let the optimiser set a station",
    response_model=SiteReceipt,
    responses=_ACCEPTED,
)
async def accept(
    shared: SharedState, caller: Caller, asset_id: AssetId, said: AcceptInput
) -> SiteReceipt | JSONResponse:
    """By whoever may operate plans there, for a time. Journalled; targets go into slot 11 while its plan is good."""
    _may(shared, caller, asset_id)
    desk = shared.facade.desks.optimiser
    return verdict(await desk.accept(DeviceId(asset_id), said.for_s, caller.caller, said.reason))


@router.post(
    "/{asset_id}/withdraw",
    summary="Take a station back from the optimiser",
    response_model=SiteReceipt,
    responses=_WITHDRAWN,
)
async def withdraw(
    shared: SharedState, caller: Caller, asset_id: AssetId, said: WithdrawInput
) -> SiteReceipt | JSONResponse:
    """The rules go on at once from what runs: nothing stops by this."""
    _may(shared, caller, asset_id)
    return verdict(await shared.facade.desks.optimiser.withdraw(DeviceId(asset_id), caller.caller, said.reason))


def _may(shared: SharedState, caller: Caller, asset_id: str) -> None:
    require(shared, caller, Right.OPERATE)
    known = shared.facade.desks.optimiser.knows(DeviceId(asset_id))
    must(shared, caller, Right.OPERATE, asset_id, [asset_id] if known else None, slot=Slot.OPTIMISER)
