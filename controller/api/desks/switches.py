"""LOCAL/REMOTE/OFF switches: which keep the centre out, releasing what waits, vouching for one that is not readable."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs import WhyInput
from controller.api.inputs_site import ConfirmRemoteInput
from controller.api.parameters import AssetId
from controller.api.security import Caller, Viewer, only_visible, require
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.runtime.conditions.views import SiteReceipt, SwitchView

router = APIRouter(prefix="/api/v1", tags=["site"])

_ANSWERS = settled(SiteReceipt, examples.RESUMED, examples.NOT_RESUMED, 404)


@router.get(
    "/switches", summary="Switches that keep the centre out", responses=seen([examples.SWITCH], "And where the key is.")
)
async def switches(shared: SharedState, viewer: Viewer) -> list[SwitchView]:
    """At LOCAL or OFF, not readable, back at REMOTE and not released yet, or vouched for by a person."""
    return only_visible(shared, viewer, shared.facade.desks.switches.list(), lambda switch: switch.device)


@router.post(
    "/switches/{asset_id}/resume",
    summary="Let automation take over again after LOCAL",
    response_model=SiteReceipt,
    responses=_ANSWERS,
)
async def resume(shared: SharedState, caller: Caller, asset_id: AssetId, why: WhyInput) -> SiteReceipt | JSONResponse:
    """At once instead of after the configured wait; it starts from the actual state."""
    require(shared, caller, Right.OPERATE, [asset_id])
    return verdict(await shared.facade.desks.switches.resume(asset_id, caller.caller, reason=why.reason))


@router.post(
    "/switches/{asset_id}/confirm-remote",
    summary="Vouch for a switch that cannot be read",
    response_model=SiteReceipt,
    responses=_ANSWERS,
)
async def confirm_remote(
    shared: SharedState, caller: Caller, asset_id: AssetId, word: ConfirmRemoteInput
) -> SiteReceipt | JSONResponse:
    """Somebody stands before it and sees REMOTE. It counts for at most 8 h, and ends when the switch reads again."""
    require(shared, caller, Right.OPERATE, [asset_id])
    desk = shared.facade.desks.switches
    return verdict(
        await desk.confirm_remote(asset_id, caller.caller, on_site=word.on_site, for_s=word.for_s, reason=word.reason)
    )
