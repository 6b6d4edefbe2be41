"""Handling 处置闭环: who deals with a fault, until when, what was done, how it ended."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_handling as examples
from controller.api.answers import seen, settled, verdict
from controller.api.inputs import WhyInput
from controller.api.inputs_handling import AssignInput, CloseInput, HandlingInput, StepInput
from controller.api.parameters import Id, Limit
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.runtime.handling.views import (
    HandlingFilter,
    HandlingReceipt,
    HandlingStatisticsView,
    HandlingView,
)

router = APIRouter(prefix="/api/v1", tags=["handling"])

_ANSWERS = settled(HandlingReceipt, examples.DONE, examples.NOT_DONE, 404)


@router.get(
    "/handling", summary="Faults being dealt with", responses=seen([examples.HANDLING], "Nearest deadline first.")
)
async def records(
    shared: SharedState,
    viewer: Viewer,
    state: Annotated[Literal["open", "closed", "all"], Query(description="`open` ones unless said.")] = "open",
    overdue: Annotated[bool, Query(description="Only those past their deadline.")] = False,
    about: Annotated[str, Query(max_length=64, description="A target, an asset, or a division's six digits.")] = "",
    assignee: Annotated[str, Query(max_length=64, description="Only what this person deals with.")] = "",
    alarm: Annotated[str, Query(max_length=256, description="Only those of this alarm.")] = "",
    limit: Limit = 500,
) -> list[HandlingView]:
    """Open ones by deadline, then closed ones, the latest first; what the caller may not see is left out."""
    wanted = HandlingFilter(
        state=state,
        overdue=overdue,
        about=about,
        assignee=assignee,
        alarm=alarm,
        limit=limit,
        sees=lambda name: sees(shared, viewer, name),
    )
    return shared.facade.desks.handling.list(wanted)


@router.get(
    "/handling/statistics",
    summary="How well faults are dealt with",
    responses=seen(examples.STATISTICS, "Over the last days."),
)
async def statistics(
    shared: SharedState,
    _viewer: Viewer,
    days: Annotated[int, Query(ge=1, le=366, description="How many days back.")] = 30,
) -> HandlingStatisticsView:
    """The in-time rate counts what is open past its deadline as missed."""
    return shared.facade.desks.handling.statistics(days)


@router.get("/handling/{handling_id}", summary="One record", responses=seen(examples.HANDLING, "As it is now.", 404))
async def record(shared: SharedState, viewer: Viewer, handling_id: Id) -> HandlingView:
    """With every step."""
    _must(shared, viewer, Right.SEE, handling_id)
    return shared.facade.desks.handling.get(handling_id)


@router.post("/handling", summary="Open a record", response_model=HandlingReceipt, responses=_ANSWERS)
async def open_record(shared: SharedState, caller: Caller, wanted: HandlingInput) -> HandlingReceipt | JSONResponse:
    """For an alarm, which has one open record at a time; or about an asset or target."""
    desk, about = shared.facade.desks.handling, wanted.about or ""
    if wanted.alarm:
        _must_on(shared, caller, wanted.alarm, _subject_of_alarm(shared, wanted.alarm))
    else:
        require(shared, caller, Right.OPERATE, [about] if about else [])
    receipt = await desk.open(
        caller.caller,
        urgency=wanted.urgency,
        text=wanted.text,
        alarm_id=wanted.alarm,
        about=about,
        assignee=wanted.assignee,
    )
    return verdict(receipt)


@router.post(
    "/handling/{handling_id}/assign", summary="Take it over", response_model=HandlingReceipt, responses=_ANSWERS
)
async def assign(
    shared: SharedState, caller: Caller, handling_id: Id, whom: AssignInput
) -> HandlingReceipt | JSONResponse:
    """From now on this person deals with it."""
    _must(shared, caller, Right.OPERATE, handling_id)
    return verdict(await shared.facade.desks.handling.assign(handling_id, caller.caller, whom.to, whom.text))


@router.post(
    "/handling/{handling_id}/steps", summary="Say what was done", response_model=HandlingReceipt, responses=_ANSWERS
)
async def step(shared: SharedState, caller: Caller, handling_id: Id, said: StepInput) -> HandlingReceipt | JSONResponse:
    """One step more, with its time and who says so."""
    _must(shared, caller, Right.OPERATE, handling_id)
    return verdict(await shared.facade.desks.handling.step(handling_id, caller.caller, said.text))


@router.post("/handling/{handling_id}/close", summary="End it", response_model=HandlingReceipt, responses=_ANSWERS)
async def close(
    shared: SharedState, caller: Caller, handling_id: Id, said: CloseInput
) -> HandlingReceipt | JSONResponse:
    """With its result, or the reason why it ends without one. The alarm is not touched."""
    _must(shared, caller, Right.OPERATE, handling_id)
    return verdict(await shared.facade.desks.handling.close(handling_id, caller.caller, said.result))


@router.post(
    "/handling/{handling_id}/reopen", summary="Not done after all", response_model=HandlingReceipt, responses=_ANSWERS
)
async def reopen(shared: SharedState, caller: Caller, handling_id: Id, why: WhyInput) -> HandlingReceipt | JSONResponse:
    """Open again, with a deadline counted from now."""
    _must(shared, caller, Right.OPERATE, handling_id)
    return verdict(await shared.facade.desks.handling.reopen(handling_id, caller.caller, why.reason))


def _subject_of_alarm(shared: Shared, alarm_id: str) -> str | None:
    try:
        return shared.facade.desks.handling.subject_of_alarm(alarm_id)
    except UnknownTarget:
        return None


def _must(shared: Shared, caller: Caller, right: Right, handling_id: str) -> None:
    """The right on what the record is about; what is no asset of the site asks for the right somewhere."""
    try:
        subject: str | None = shared.facade.desks.handling.subject(handling_id)
    except UnknownTarget:
        subject = None
    _must_on(shared, caller, handling_id, subject, right)


def _must_on(shared: Shared, caller: Caller, name: str, subject: str | None, right: Right = Right.OPERATE) -> None:
    known = subject is not None and shared.authority.knows(subject)
    must(shared, caller, right, name, None if subject is None else [subject] if known else [])
