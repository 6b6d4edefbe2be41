"""Maintenance tags (检修挂牌): hung by whoever works there, taken down by them, or by two others who went to look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import proposed, seen, settled, verdict
from controller.api.inputs import WhyInput
from controller.api.inputs_site import TagInput, TagRemovalInput
from controller.api.parameters import Id
from controller.api.security import Caller, Viewer, must, only_visible, require
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.tags import Tag
from controller.runtime.conditions.views import TagReceipt
from controller.runtime.two_persons import ProposalView

router = APIRouter(prefix="/api/v1", tags=["site"])

_ANSWERS = settled(TagReceipt, examples.TAGGED, examples.NOT_UNTAGGED, 404)


@router.get("/tags", summary="Maintenance tags that hang", responses=seen([examples.TAG], "Oldest first."))
async def tags(
    shared: SharedState,
    viewer: Viewer,
    asset: Annotated[str | None, Query(max_length=64, description="Only those on this asset and its outputs.")] = None,
) -> list[Tag]:
    """Nothing they hang on is energised, started or moved; OFF and STOP pass."""
    return only_visible(shared, viewer, shared.facade.desks.tags.list(asset), lambda tag: tag.on)


@router.post("/tags", summary="Hang a tag", response_model=TagReceipt, responses=_ANSWERS)
async def hang(shared: SharedState, caller: Caller, tag: TagInput) -> TagReceipt | JSONResponse:
    """Binds at once. Only its owner takes it down again, or two others with an on-site confirmation."""
    require(shared, caller, Right.TAG, [tag.on])
    desk = shared.facade.desks.tags
    return verdict(await desk.hang(tag.on, caller.caller, reason=tag.reason, ticket=tag.ticket, photo=tag.photo))


@router.post("/tags/{tag_id}/remove", summary="Take one's own tag down", response_model=TagReceipt, responses=_ANSWERS)
async def remove(shared: SharedState, caller: Caller, tag_id: Id, why: WhyInput) -> TagReceipt | JSONResponse:
    """Anybody else is refused."""
    _must_tag(shared, caller, tag_id)
    return verdict(await shared.facade.desks.tags.remove(tag_id, caller.caller, reason=why.reason))


@router.post(
    "/tags/{tag_id}/propose-removal",
    status_code=202,
    summary="Propose to take somebody else's tag down",
    responses=proposed(404),
)
async def propose_removal(shared: SharedState, caller: Caller, tag_id: Id, why: TagRemovalInput) -> ProposalView:
    """A second person, not its owner either, confirms the proposal."""
    _must_tag(shared, caller, tag_id)
    desk = shared.facade.desks.tags
    return await desk.propose_removal(tag_id, caller.caller, reason=why.reason, on_site=why.on_site)


def _must_tag(shared: Shared, caller: Caller, tag_id: str) -> None:
    try:
        on = shared.facade.desks.tags.tag(tag_id).on
    except UnknownTarget:
        must(shared, caller, Right.TAG, tag_id, None)
        return
    must(shared, caller, Right.TAG, tag_id, [on] if shared.authority.knows(on) else [])
