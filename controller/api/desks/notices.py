"""Notices: what people outside are told, what waits, what was given up."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples_handling as examples
from controller.api.answers import ACT, seen, settled, verdict
from controller.api.examples import documented
from controller.api.inputs import WhyInput
from controller.api.parameters import Id, Limit
from controller.api.problems import denied, refusals
from controller.api.security import Caller, require
from controller.api.state import Shared, SharedState
from controller.domain.command import Cause
from controller.domain.rights import OwnerClass, Right
from controller.logic.rights import reach_of
from controller.runtime.authority import Denial
from controller.runtime.notices.views import NoticeReceipt, NoticeView, ReceiverView

router = APIRouter(prefix="/api/v1", tags=["notices"])

_ANSWERS = settled(NoticeReceipt, examples.SENT, examples.NOT_SENT, 404)
ReceiverId = Annotated[str, Path(min_length=1, max_length=64, description="As the configuration names it.")]


@router.get("/notices", summary="Notices on their way", responses=seen([examples.NOTICE], "In their order."))
async def notices(
    shared: SharedState,
    caller: Caller,
    state: Annotated[
        Literal["waiting", "dead", "sent"], Query(description="`sent`: the last few hundred of this process.")
    ] = "waiting",
    receiver: Annotated[str, Query(max_length=64, description="Only this receiver's.")] = "",
    limit: Limit = 200,
) -> list[NoticeView]:
    """For whoever sees the whole city: notices speak of everything."""
    _must_look(shared, caller)
    return shared.facade.desks.notices.list(state, receiver, limit)


@router.get(
    "/notices/receivers", summary="Who is told, and who answers", responses=seen([examples.RECEIVER], "By name.")
)
async def receivers(shared: SharedState, caller: Caller) -> list[ReceiverView]:
    """Those of the configuration, and those no longer in it for whom something is left."""
    _must_look(shared, caller)
    return shared.facade.desks.notices.receivers()


@router.get("/notices/{notice_id}", summary="One notice", responses=seen(examples.NOTICE, "As it is now.", 404))
async def notice(shared: SharedState, caller: Caller, notice_id: Id) -> NoticeView:
    """Waiting, given up, or lately sent."""
    _must_look(shared, caller)
    return shared.facade.desks.notices.get(notice_id)


@router.post(
    "/notices/{notice_id}/requeue",
    summary="Send a dead letter after all",
    response_model=NoticeReceipt,
    responses=_ANSWERS,
)
async def requeue(shared: SharedState, caller: Caller, notice_id: Id, why: WhyInput) -> NoticeReceipt | JSONResponse:
    """At the end of its line, under the same id."""
    _must_act(shared, caller)
    return verdict(await shared.facade.desks.notices.requeue(notice_id, caller.caller, why.reason))


@router.post(
    "/notices/{notice_id}/discard", summary="Tell nobody any more", response_model=NoticeReceipt, responses=_ANSWERS
)
async def discard(shared: SharedState, caller: Caller, notice_id: Id, why: WhyInput) -> NoticeReceipt | JSONResponse:
    """A dead letter, or one in line. What it said is in the journal."""
    _must_act(shared, caller)
    return verdict(await shared.facade.desks.notices.discard(notice_id, caller.caller, why.reason))


@router.post(
    "/notices/receivers/{receiver}/requeue",
    summary="Send all dead letters of a receiver after all",
    response_model=list[NoticeReceipt],
    responses={
        200: documented([examples.SENT], "Those there were, oldest first; none is an empty list."),
        409: {"model": list[NoticeReceipt], **documented([examples.NOT_SENT], "None was; each says why.")},
        **ACT,
        **refusals(404),
    },
)
async def requeue_all(shared: SharedState, caller: Caller, receiver: ReceiverId, why: WhyInput) -> JSONResponse:
    """Oldest first, each under its id."""
    _must_act(shared, caller)
    receipts = await shared.facade.desks.notices.requeue_all(receiver, caller.caller, why.reason)
    done = not receipts or any(receipt.accepted for receipt in receipts)
    return JSONResponse(to_jsonable_python(receipts), 200 if done else 409)


@router.post(
    "/notices/receivers/{receiver}/test",
    summary="Send a trial notice",
    response_model=NoticeReceipt,
    responses=_ANSWERS,
)
async def test(shared: SharedState, caller: Caller, receiver: ReceiverId) -> NoticeReceipt | JSONResponse:
    """Behind what waits already; a receiver that failed is tried at once. Ask for the notice to see it arrive."""
    _must_act(shared, caller)
    return verdict(await shared.facade.desks.notices.test(receiver, caller.caller))


def _must_look(shared: Shared, caller: Caller) -> None:
    """A notice may speak of any place, and a summary of many: whoever reads them sees the whole city."""
    require(shared, caller, Right.SEE, of=OwnerClass.CONFIG)
    if not reach_of(caller.grants).everywhere(Right.SEE, OwnerClass.CONFIG):
        text = f"{caller.actor} does not see the whole city, which notices speak of 通知涉及全市，须有全市范围的权限"
        raise denied(Denial(Cause.NO_AUTHORITY.value, text))


def _must_act(shared: Shared, caller: Caller) -> None:
    require(shared, caller, Right.PUBLISH, of=OwnerClass.CONFIG)
