"""Dispatch orders (调度令): written, issued, acknowledged, ticked, executed, aborted, closed, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples
from controller.api import examples_dispatch_orders as mine
from controller.api import inputs_dispatch_orders as inputs
from controller.api.answers import ACT, SEE, seen, settled, verdict
from controller.api.dispatch_form import POLICY, form_of
from controller.api.examples import documented
from controller.api.parameters import Limit
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.drill import drill_line
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.logic.dispatch_orders.order import Spoken
from controller.runtime.authority import Session
from controller.runtime.dispatch_orders.desk import DispatchDesk
from controller.runtime.dispatch_orders.views import DispatchOrderPreview, DispatchOrderView, DispatchReceipt
from controller.runtime.dispatch_orders.writing_orders import Draft
from controller.runtime.two_persons import ProposalView

router = APIRouter(prefix="/api/v1", tags=["dispatch orders"])
_ANSWERS = settled(DispatchReceipt, mine.DONE, mine.NOT_DONE, 404)
_WRITTEN = settled(DispatchReceipt, mine.DONE, mine.NOT_DONE, 404)
_EXECUTED = {
    **_ANSWERS,
    202: {
        "model": ProposalView,
        **documented(examples.PROPOSAL, "Not done yet: a second, different person has to confirm it."),
    },
}
Number = Annotated[str, Path(min_length=9, max_length=16, description="The order's number: `2026-0001`.")]


@router.get("/dispatch-orders", summary="Dispatch orders, newest first", responses=seen([mine.ORDER], "Orders."))
async def dispatch_orders(
    shared: SharedState,
    viewer: Viewer,
    unfinished: Annotated[bool, Query(description="Only those that are not over.")] = False,
    limit: Limit = 100,
) -> list[DispatchOrderView]:
    """Those of which the caller sees every object."""
    found = _desk(shared).orders(unfinished=unfinished, limit=1000)
    return [one for one in found if all(sees(shared, viewer, name) for name in one.objects)][:limit]


@router.post("/dispatch-orders", summary="Write an order", response_model=DispatchReceipt, responses=_WRITTEN)
async def propose(
    shared: SharedState, caller: Caller, wanted: inputs.DispatchOrderInput
) -> DispatchReceipt | JSONResponse:
    """From a plan, or for one target. It has a number from now on; another person issues it."""
    draft = wanted.draft()
    _may_write(shared, caller, draft)
    return verdict(await _desk(shared).propose(draft, caller.caller))


@router.post(
    "/phone-orders", summary="Enter an order given by telephone", response_model=DispatchReceipt, responses=_WRITTEN
)
async def phone(shared: SharedState, caller: Caller, wanted: inputs.PhoneOrderInput) -> DispatchReceipt | JSONResponse:
    """Afterwards, and marked so: when it was spoken, by whom, to whom, and who entered it. It executes nothing."""
    draft = wanted.draft()
    _may_write(shared, caller, draft)
    spoken = Spoken(wanted.spoken_at, wanted.spoken_by, wanted.spoken_to)
    return verdict(await _desk(shared).enter_spoken(draft, caller.caller, spoken))


@router.get("/dispatch-orders/{order_number}", summary="One order", responses=seen(mine.ORDER, "As it stands.", 404))
async def dispatch_order(shared: SharedState, viewer: Viewer, order_number: Number) -> DispatchOrderView:
    """Its words, grounds, ticket, every step with who and when, and what the field makes of it."""
    must(shared, viewer, Right.SEE, order_number, _objects(shared, order_number))
    return _desk(shared).order(order_number)


@router.get(
    "/dispatch-orders/{order_number}/form",
    summary="The written form of an order",
    response_class=HTMLResponse,
    responses={
        200: {"description": "One A4 page; the browser prints it, or saves it as PDF.", "content": {"text/html": {}}},
        **SEE,
        **refusals(404),
    },
)
async def form(shared: SharedState, viewer: Viewer, order_number: Number) -> HTMLResponse:
    """Chinese with English labels; it loads nothing from anywhere."""
    must(shared, viewer, Right.SEE, order_number, _objects(shared, order_number))
    zone = ZoneInfo(shared.facade.overview().timezone)
    page = form_of(_desk(shared).order(order_number), zone, shared.facade.clock.now(), drill_line(shared.facade.drill))
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


@router.post(
    "/dispatch-orders/{order_number}/preview",
    summary="What would executing it do?",
    responses={200: documented(mine.PREVIEW, "Nothing is done."), **ACT, **refusals(404)},
)
async def preview(
    shared: SharedState, caller: Caller, order_number: Number, wanted: inputs.LookInput
) -> DispatchOrderPreview:
    """Before it is issued, and before it is executed: levels with and without it, what would block it, starts and kW,
    the river's hours ahead. A token comes only where it may be executed now; it works once, within 30 s."""
    _must(shared, caller, Right.SELECT, order_number)
    return await _desk(shared).preview(order_number, caller.caller, take_over=wanted.take_over)


@router.post(
    "/dispatch-orders/{order_number}/issue",
    summary="Issue an order",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def issue(
    shared: SharedState, caller: Caller, order_number: Number, given: inputs.IssueInput
) -> DispatchReceipt | JSONResponse:
    """By whoever may issue orders, and not by whoever wrote it unless it is urgent. Levels, tide, rain and response
    are taken down now. An order about the same object has to be superseded by name."""
    _must(shared, caller, Right.OPERATE, order_number)
    return verdict(
        await _desk(shared).issue(
            order_number, caller.caller, reason=given.reason, urgent=given.urgent, supersedes=given.supersedes
        )
    )


@router.post(
    "/dispatch-orders/{order_number}/acknowledge",
    summary="Acknowledge an order",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def acknowledge(
    shared: SharedState, caller: Caller, order_number: Number, given: inputs.RemarkInput
) -> DispatchReceipt | JSONResponse:
    """By the executing unit; never by whoever issued it, unless one person issued it in an emergency."""
    _must(shared, caller, Right.OPERATE, order_number)
    return verdict(await _desk(shared).acknowledge(order_number, caller.caller, remark=given.remark))


@router.post(
    "/dispatch-orders/{order_number}/reject",
    summary="Reject an order",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def reject(
    shared: SharedState, caller: Caller, order_number: Number, why: inputs.OrderReasonInput
) -> DispatchReceipt | JSONResponse:
    """A draft, or an issued order that its executing unit does not take; with the reason."""
    _must(shared, caller, Right.OPERATE, order_number)
    return verdict(await _desk(shared).reject(order_number, caller.caller, why.reason))


@router.post(
    "/dispatch-orders/{order_number}/tick",
    summary="Tick the operation ticket",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def tick(
    shared: SharedState, caller: Caller, order_number: Number, given: inputs.TickInput
) -> DispatchReceipt | JSONResponse:
    """Line by line: the operator, then another person as supervisor. Execution cannot begin before."""
    _must(shared, caller, Right.OPERATE, order_number)
    desk = _desk(shared)
    return verdict(await desk.tick(order_number, caller.caller, given.line, supervisor=given.supervisor))


@router.post(
    "/dispatch-orders/{order_number}/execute",
    summary="Execute what was previewed",
    response_model=DispatchReceipt,
    responses=_EXECUTED,
)
async def execute(
    shared: SharedState, caller: Caller, order_number: Number, given: inputs.ExecuteInput
) -> DispatchReceipt | JSONResponse:
    """The plan starts, or the target is ordered, through the same interlocks and second persons as ever."""
    _must(shared, caller, Right.OPERATE, order_number)
    came = await _desk(shared).execute(order_number, given.token, caller.caller)
    if isinstance(came, ProposalView):
        return JSONResponse(to_jsonable_python(came), 202)
    return verdict(came)


@router.post(
    "/dispatch-orders/{order_number}/abort",
    summary="Abort an order",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def abort(
    shared: SharedState, caller: Caller, order_number: Number, why: inputs.OrderReasonInput
) -> DispatchReceipt | JSONResponse:
    """At once and by one person: a plan goes to its safe state, a target is handed back; no running unit stops."""
    _must(shared, caller, Right.OPERATE, order_number)
    return verdict(await _desk(shared).abort(order_number, caller.caller, why.reason))


@router.post(
    "/dispatch-orders/{order_number}/close",
    summary="Close an order",
    response_model=DispatchReceipt,
    responses=_ANSWERS,
)
async def close(
    shared: SharedState, caller: Caller, order_number: Number, given: inputs.ResultInput
) -> DispatchReceipt | JSONResponse:
    """What is verified and holds nothing any more, with its result; an order by telephone once it was done."""
    _must(shared, caller, Right.OPERATE, order_number)
    return verdict(await _desk(shared).close(order_number, caller.caller, given.result))


def _desk(shared: Shared) -> DispatchDesk:
    return shared.facade.desks.dispatch_orders


def _objects(shared: Shared, number: str) -> Sequence[str] | None:
    """What an order is about; None where there is none of this number."""
    try:
        return _desk(shared).objects(number)
    except UnknownTarget:
        return None


def _must(shared: Shared, caller: Session, right: Right, number: str) -> None:
    objects = _objects(shared, number)
    slot = None if objects is None else _desk(shared).slot(number)
    must(shared, caller, right, number, objects, slot=slot)


def _may_write(shared: Shared, caller: Session, draft: Draft) -> None:
    """To write an order takes what it takes to look at its act: the right to select there, in its slot."""
    require(shared, caller, Right.SELECT)
    if draft.target:
        require(shared, caller, Right.SELECT, [draft.target], slot=Slot[draft.slot.upper()])
    if draft.plan:
        plans = shared.facade.desks.plans
        try:
            targets: Sequence[str] | None = plans.targets(draft.plan)
        except UnknownTarget:
            targets = None
        must(shared, caller, Right.SELECT, draft.plan, targets, slot=Slot.PLAN)
