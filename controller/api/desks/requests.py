"""Requests: what was asked, how far every target of it got, and how it came out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_acts as examples
from controller.api.answers import acted, answer, seen
from controller.api.inputs import AbortInput, ForInput
from controller.api.parameters import Id, Limit, TargetFilter
from controller.api.security import Caller, Viewer, any_visible, must, only_visible
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.undertakings.views import UndertakingView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["requests"])

Actor = Annotated[str, Query(max_length=128, description="Whose, where several chose one id.")]


@router.get(
    "/requests", summary="Recent requests, newest first", responses=seen([examples.REQUEST], "Without their targets.")
)
async def requests(
    shared: SharedState,
    viewer: Viewer,
    actor: Actor = "",
    target: TargetFilter = "",
    waiting: Annotated[bool, Query(description="Only those of which more is to be expected.")] = False,
    limit: Limit = 100,
) -> list[UndertakingView]:
    """Those about anything the caller may see, and their own."""

    def sees(whose: str, targets: Collection[str]) -> bool:
        return whose == viewer.actor or any_visible(shared, viewer, targets)

    book = shared.facade.desks.undertakings
    return book.recent(limit, actor=actor, target=target, waiting=waiting, sees=sees)


@router.get(
    "/requests/{request_id}",
    summary="One request with every target of it",
    responses=seen(examples.WHOLE_REQUEST, "How far each target got, and what holds it up.", 404),
)
async def request(shared: SharedState, viewer: Viewer, request_id: Id, actor: Actor = "") -> UndertakingView:
    """The targets the caller may see; counts are of all."""
    must(shared, viewer, Right.SEE, request_id, _targets(shared, request_id, actor), of_all=False)
    whole = shared.facade.desks.undertakings.whole(request_id, actor)
    return whole.with_parts(tuple(only_visible(shared, viewer, whole.parts, lambda part: part.target)))


@router.post(
    "/requests/{request_id}/abort",
    summary="End a request at every target",
    response_model=Receipt,
    responses=acted("Released; what was not sent yet is cancelled.", "Nothing was ended; says why.", 404),
)
async def abort(shared: SharedState, caller: Caller, request_id: Id, why: AbortInput) -> JSONResponse:
    """Its leases are released and everything is decided anew. Running drainage pumps go on; what is latched stays."""
    leases = shared.facade.desks.leases
    owner = why.owner or _owner(shared, request_id)
    held = leases.living(owner=owner, request_id=request_id) if owner else []
    must(shared, caller, Right.OPERATE, request_id, _targets(shared, request_id, owner))
    for slot in {one.slot for one in held}:
        mine = [one.target for one in held if one.slot == slot]
        must(shared, caller, Right.OPERATE, request_id, mine, slot=Slot[slot.upper()])
    return answer(await leases.abort(request_id, caller.caller, why.reason, owner))


@router.post(
    "/requests/{request_id}/extend",
    summary="Extend every lease of one's request",
    response_model=Receipt,
    responses=acted("They end later.", "Refused; says why.", 404, proposed=True),
)
async def extend(shared: SharedState, caller: Caller, request_id: Id, wanted: ForInput) -> JSONResponse:
    """All or nothing, and by their owner; 202 when it takes a second person again."""
    held = shared.facade.desks.leases.living(owner=caller.actor, request_id=request_id)
    targets = [one.target for one in held] or None
    slot = Slot[held[0].slot.upper()] if held else None
    must(shared, caller, Right.OPERATE, request_id, targets, slot=slot)
    return answer(
        await shared.facade.desks.leases.extend_request(request_id, wanted.for_s, caller.caller, wanted.reason)
    )


def _targets(shared: Shared, request_id: str, actor: str) -> Sequence[str] | None:
    try:
        return shared.facade.desks.undertakings.targets(request_id, actor)
    except UnknownTarget:
        return None


def _owner(shared: Shared, request_id: str) -> str:
    try:
        return shared.facade.desks.undertakings.get(request_id).actor
    except UnknownTarget:
        return ""
