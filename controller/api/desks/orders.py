"""Orders, emergency stops, resets: acts on targets that need no selection first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from controller.api.answers import acted, answer, proposed
from controller.api.inputs import OrderInput, ResetInput, StopInput, StopReturnInput
from controller.api.security import Caller, require
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["act"])


@router.post(
    "/orders",
    summary="Order one or many targets for a time",
    response_model=Receipt,
    responses=acted(
        "At least one target accepted; look at every outcome.",
        "Every target refused, each says why; `OBJECT_NOT_SELECTED`: select it first.",
    ),
)
async def order(shared: SharedState, caller: Caller, wanted: OrderInput) -> JSONResponse:
    """Fills a leased slot of each target. The act follows at once; its proof appears under requests and explain.

    Pumps, gates, groups of lights and whatever takes a second person are refused `OBJECT_NOT_SELECTED`: those go by
    `/selections`. An order that is masked by a higher slot is still accepted: it waits underneath until its lease ends.
    """
    require(shared, caller, Right.OPERATE, wanted.targets, slot=Slot[wanted.slot.upper()])
    return answer(await shared.facade.order(wanted.order(), caller.caller))


@router.post(
    "/stops",
    summary="Emergency stop: one unit, circuit, lamp or gate, now",
    response_model=Receipt,
    responses=acted("Latched; the text says when it is NOT ASSURED.", "It has no stop of its own; says what has.", 404),
)
async def stop(shared: SharedState, caller: Caller, wanted: StopInput) -> JSONResponse:
    """One person, at once, before anything is written down; attempted even at LOCAL, out of reach or tagged.

    It is latched in the highest slot and comes back only by two people (`/stops/return`).
    """
    require(shared, caller, Right.OPERATE, [wanted.target])
    return answer(await shared.facade.desks.orders.stop(wanted.target, caller.caller, wanted.reason))


@router.post(
    "/stops/return",
    status_code=202,
    summary="Propose to take an emergency stop back",
    responses=proposed(),
)
async def return_stop(shared: SharedState, caller: Caller, wanted: StopReturnInput) -> ProposalView:
    """The cause is gone and somebody looked. A second person confirms the proposal."""
    require(shared, caller, Right.OPERATE, [wanted.target])
    return await shared.facade.desks.orders.propose_return(wanted.target, caller.caller, wanted.reason)


@router.post(
    "/reset/{target:path}",
    summary="Reset what is latched: a trip, a unit's lock-out",
    response_model=Receipt,
    responses=acted("Reset; the target is decided anew.", "Its cause stands, or nothing is latched.", 404),
)
async def reset(
    shared: SharedState,
    caller: Caller,
    target: Annotated[str, Path(max_length=64, description="A station, or `asset/output`: `330102-PS-0001/P1`.")],
    why: ResetInput,
) -> JSONResponse:
    """For a person who has been there. Refused while the cause stands or cannot be known.

    The target is decided anew: what its orders and levels want of it may start at once.
    """
    require(shared, caller, Right.OPERATE, [target])
    return answer(await shared.facade.reset(target, caller.caller, why.reason))
