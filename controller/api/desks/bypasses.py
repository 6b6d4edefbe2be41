"""Bypasses of interlocks: proposed by one person, confirmed by another, taken back by anybody who operates there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import acted, answer, proposed, seen
from controller.api.inputs import MaybeWhyInput
from controller.api.inputs_site import BypassInput
from controller.api.parameters import Id
from controller.api.security import Caller, Viewer, must, only_visible, require
from controller.api.state import SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.runtime.bypassing.book import BypassView
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["site"])


@router.get("/bypasses", summary="Interlocks that are bypassed", responses=seen([examples.BYPASS], "By their end."))
async def bypasses(
    shared: SharedState,
    viewer: Viewer,
    target: Annotated[str | None, Query(max_length=64, description="Only those on this target.")] = None,
) -> list[BypassView]:
    """Each with who proposed and who confirmed it, and until when."""
    return only_visible(shared, viewer, shared.facade.desks.bypasses.list(target), lambda bypass: bypass.target)


@router.post("/bypasses", status_code=202, summary="Propose a bypass", responses=proposed(404))
async def propose(shared: SharedState, caller: Caller, wanted: BypassInput) -> ProposalView:
    """Only where config allows one, for at most as long as it allows; a second person confirms the proposal."""
    require(shared, caller, Right.BYPASS, [wanted.target])
    return await shared.facade.desks.bypasses.propose(
        wanted.interlock,
        caller.caller,
        for_s=wanted.for_s,
        reason=wanted.reason,
        target=wanted.target,
        ticket=wanted.ticket,
    )


@router.post(
    "/bypasses/{bypass_id}/remove",
    summary="Take a bypass back",
    response_model=Receipt,
    responses=acted("The interlock guards again.", "Refused; says why.", 404),
)
async def remove(shared: SharedState, caller: Caller, bypass_id: Id, why: MaybeWhyInput | None = None) -> JSONResponse:
    """One person, at once: it is the protective direction."""
    desk = shared.facade.desks.bypasses
    try:
        targets = [desk.get(bypass_id).target]
    except UnknownTarget:
        targets = None
    must(shared, caller, Right.OPERATE, bypass_id, targets)
    return answer(await desk.remove(bypass_id, caller.caller, reason=why.reason if why else ""))
