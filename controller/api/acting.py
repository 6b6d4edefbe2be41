"""Routes that change something: orders, releases, resets, reload … Every act is journalled by the runtime."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples
from controller.api.examples import documented
from controller.api.inputs import OrderInput, ReleaseInput, ResetInput
from controller.api.problems import refusals
from controller.api.security import Caller, require
from controller.api.state import SharedState
from controller.runtime.views import AlarmView, Receipt, ReloadReport

router = APIRouter(prefix="/api/v1", tags=["act"])

_ACT = refusals(401, 403, 413, 422, 503)


def _receipts(accepted: str, refused: str) -> dict[int | str, dict[str, Any]]:
    refusal = {"model": Receipt, **documented(examples.REFUSED_RECEIPT, refused)}
    return {200: documented(examples.RECEIPT, accepted), 409: refusal, **_ACT}


def _answer(receipt: Receipt) -> Receipt | JSONResponse:
    """The receipt; with 409 when not one target accepted."""
    if any(outcome.accepted for outcome in receipt.outcomes):
        return receipt
    return JSONResponse(to_jsonable_python(receipt), 409)


@router.post(
    "/orders",
    summary="Order one or many targets for a time",
    response_model=Receipt,
    responses=_receipts("At least one target accepted; look at every outcome.", "Every target refused, each says why."),
)
async def order(shared: SharedState, caller: Caller, wanted: OrderInput) -> Receipt | JSONResponse:
    """Fills a leased slot of each target. The act follows at once; its proof appears under commands and explain.

    An order that is masked by a higher slot is still accepted: it waits underneath until its lease ends.
    """
    require(shared, caller, "operate", wanted.targets)
    return _answer(await shared.facade.order(wanted.order(), caller.actor))


@router.post(
    "/leases/{lease_id}/release",
    summary="End a lease early",
    response_model=Receipt,
    responses={**_receipts("Released; the target is decided anew.", "Refused; says why."), **refusals(404)},
)
async def release(
    shared: SharedState,
    caller: Caller,
    lease_id: Annotated[str, Path(max_length=64, description="The lease id an order's receipt named.")],
    why: Annotated[ReleaseInput | None, Body()] = None,
) -> Receipt | JSONResponse:
    """Empties that slot only; whoever was masked is decided anew. Nothing "restores the previous value"."""
    require(shared, caller, "operate")
    return _answer(await shared.facade.release(lease_id, caller.actor, why.reason if why else ""))


@router.post(
    "/reset/{target:path}",
    summary="Reset what is latched: a trip, a unit's lock-out",
    response_model=Receipt,
    responses={
        **_receipts("Reset; the target is decided anew.", "Its cause stands, or nothing is latched."),
        **refusals(404),
    },
)
async def reset(
    shared: SharedState,
    caller: Caller,
    target: Annotated[str, Path(max_length=64, description="A station, or `asset/output`: `330102-PS-0001/P1`.")],
    why: ResetInput,
) -> Receipt | JSONResponse:
    """For a person who has been there. Refused while the cause stands or cannot be known.

    The target is decided anew: what its orders and levels want of it may start at once.
    """
    require(shared, caller, "operate", [target])
    return _answer(await shared.facade.reset(target, caller.actor, why.reason))


@router.post(
    "/alarms/{alarm_id}/acknowledge",
    summary="Say that a person has seen an alarm",
    responses={200: documented(examples.ALARM, "The alarm as it is now."), **_ACT, **refusals(404)},
)
async def acknowledge(
    shared: SharedState,
    caller: Caller,
    alarm_id: Annotated[str, Path(max_length=128, description="The alarm's id.")],
) -> AlarmView:
    """Acknowledging changes nothing in the field; a standing alarm stays standing."""
    require(shared, caller, "operate")
    return await shared.facade.acknowledge(alarm_id, caller.actor)


@router.post(
    "/reload",
    summary="Take up a changed configuration",
    response_model=ReloadReport,
    responses={
        200: documented(examples.RELOADED, "Applied; says what changed and what needs a restart."),
        409: {"model": ReloadReport, **documented(examples.NOT_RELOADED, "Not usable: nothing changed.")},
        **_ACT,
    },
)
async def reload(shared: SharedState, caller: Caller) -> ReloadReport | JSONResponse:
    """Validate, diff, swap. A configuration with a problem changes nothing, and every problem is named."""
    require(shared, caller, "administer")
    report = await shared.facade.reload(caller.actor)
    return report if report.applied else JSONResponse(to_jsonable_python(report), 409)
