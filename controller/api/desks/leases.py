"""Leases: what lives, how long still, and making that longer or shorter; standing orders and their shifts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse

from controller.api import examples_acts as examples
from controller.api.answers import acted, answer, seen
from controller.api.inputs import ForInput, ReleaseInput, WhyInput
from controller.api.parameters import Id, TargetFilter
from controller.api.security import Caller, Viewer, any_visible, must, only_visible
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.leases.views import LeaseView, StandingView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["leases"])


@router.get("/leases", summary="Leases that live", responses=seen([examples.LEASE_VIEW], "The first to end first."))
async def leases(
    shared: SharedState,
    viewer: Viewer,
    owner: Annotated[str, Query(max_length=128, description="Only this owner's.")] = "",
    target: TargetFilter = "",
    request_id: Annotated[str, Query(max_length=64, description="Only this request's.")] = "",
) -> list[LeaseView]:
    """With what happens when each of them ends."""
    living = shared.facade.desks.leases.living(owner=owner, target=target, request_id=request_id)
    return only_visible(shared, viewer, living, lambda lease: lease.target)


@router.get("/leases/{lease_id}", summary="One lease", responses=seen(examples.LEASE_VIEW, "As it is now.", 404))
async def lease(shared: SharedState, viewer: Viewer, lease_id: Id) -> LeaseView:
    """How long it lives still, how long it may be made, and who decides after it."""
    known = _known(shared, lease_id)
    must(shared, viewer, Right.SEE, lease_id, None if known is None else [known.target])
    return shared.facade.desks.leases.lease(lease_id)


@router.post(
    "/leases/{lease_id}/extend",
    summary="Let a lease end later",
    response_model=Receipt,
    responses=acted("It ends later.", "Another holds it, or it is too long; says why.", 404, proposed=True),
)
async def extend(shared: SharedState, caller: Caller, lease_id: Id, wanted: ForInput) -> JSONResponse:
    """Its owner, counted from now, no longer than a new order may last; longer is a standing order.

    202 when it takes a second person: a standing order, what took one when it was given, what reaches into the night.
    """
    _must_operate(shared, caller, lease_id)
    return answer(await shared.facade.desks.leases.extend(lease_id, wanted.for_s, caller.caller, wanted.reason))


@router.post(
    "/leases/{lease_id}/release",
    summary="End a lease early",
    response_model=Receipt,
    responses=acted("Released; the target is decided anew.", "Refused; says why.", 404),
)
async def release(
    shared: SharedState, caller: Caller, lease_id: Id, why: Annotated[ReleaseInput | None, Body()] = None
) -> JSONResponse:
    """Empties that slot only; whoever was masked is decided anew. Nothing "restores the previous value"."""
    _must_operate(shared, caller, lease_id)
    return answer(await shared.facade.release(lease_id, caller.caller, why.reason if why else ""))


@router.get(
    "/standing-orders",
    summary="Orders that stand longer than their slot's maximum",
    responses=seen([examples.STANDING], "The one to be confirmed first in front."),
)
async def standing_orders(shared: SharedState, viewer: Viewer) -> list[StandingView]:
    """Each is confirmed anew every shift, or ends."""
    standing = shared.facade.desks.leases.standing()
    return [one for one in standing if any_visible(shared, viewer, [x.target for x in _of(shared, one.id)])]


@router.post(
    "/standing-orders/{standing_id}/confirm",
    summary="A standing order goes on for this shift",
    response_model=Receipt,
    responses=acted("Confirmed for this shift.", "Refused; says why.", 404),
)
async def confirm_standing(shared: SharedState, caller: Caller, standing_id: Id, why: WhyInput) -> JSONResponse:
    """A person of the shift, with the right to operate every target of it."""
    members = _of(shared, standing_id)
    must(shared, caller, Right.OPERATE, standing_id, [one.target for one in members] or None)
    return answer(await shared.facade.desks.leases.confirm_standing(standing_id, caller.caller, why.reason))


def _known(shared: Shared, lease_id: str) -> LeaseView | None:
    try:
        return shared.facade.desks.leases.lease(lease_id)
    except UnknownTarget:
        return None


def _must_operate(shared: Shared, caller: Caller, lease_id: str) -> None:
    """The right to operate its target, in its slot: a district does not end what the city holds."""
    known = _known(shared, lease_id)
    targets, slot = (None, None) if known is None else ([known.target], Slot[known.slot.upper()])
    must(shared, caller, Right.OPERATE, lease_id, targets, slot=slot)


def _of(shared: Shared, standing_id: str) -> list[LeaseView]:
    return [one for one in shared.facade.desks.leases.living() if one.standing == standing_id]
