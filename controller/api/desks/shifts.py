"""Change of shift (交接班): what is unfinished, handed over by one person and taken over by another."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_dispatch_orders as examples
from controller.api import inputs_dispatch_orders as inputs
from controller.api.answers import seen, settled, verdict
from controller.api.security import Caller, Viewer, any_visible, require
from controller.api.state import SharedState
from controller.domain.rights import OwnerClass, Right
from controller.runtime.shifts.views import ShiftReceipt, ShiftsView

router = APIRouter(prefix="/api/v1/shift", tags=["dispatch orders"])
_ANSWERS = settled(ShiftReceipt, examples.TAKEN, examples.NOT_TAKEN)


@router.get("", summary="The shift, and what it would hand over", responses=seen(examples.SHIFTS, "As things stand."))
async def shift(shared: SharedState, viewer: Viewer) -> ShiftsView:
    """Unfinished orders, running plans, leases that end soon, bypasses, tags, alarms, forecasts and their age."""
    return shared.facade.desks.shifts.show(lambda item: any_visible(shared, viewer, item.about))


@router.post("/hand-over", summary="Hand the shift over", response_model=ShiftReceipt, responses=_ANSWERS)
async def hand_over(shared: SharedState, caller: Caller, given: inputs.HandOverInput) -> ShiftReceipt | JSONResponse:
    """By whoever has it; everything as it stands now is written down with it."""
    require(shared, caller, Right.OPERATE, of=OwnerClass.PUMPS)
    return verdict(await shared.facade.desks.shifts.hand_over(caller.caller, given.note))


@router.post("/take-over", summary="Take the shift over", response_model=ShiftReceipt, responses=_ANSWERS)
async def take_over(shared: SharedState, caller: Caller, given: inputs.TakeOverInput) -> ShiftReceipt | JSONResponse:
    """By another person. Unfinished orders that are not acknowledged with it stay marked."""
    require(shared, caller, Right.OPERATE, of=OwnerClass.PUMPS)
    desk = shared.facade.desks.shifts
    return verdict(await desk.take_over(caller.caller, orders=given.orders, note=given.note, alone=given.alone))


@router.post("/orders", summary="Acknowledge orders of before", response_model=ShiftReceipt, responses=_ANSWERS)
async def acknowledge(
    shared: SharedState, caller: Caller, given: inputs.ShiftOrdersInput
) -> ShiftReceipt | JSONResponse:
    """Somebody of the new shift has seen these unfinished orders."""
    require(shared, caller, Right.OPERATE, of=OwnerClass.PUMPS)
    return verdict(await shared.facade.desks.shifts.acknowledge(caller.caller, given.orders))
