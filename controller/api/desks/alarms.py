"""Alarms: what asks for a person, and what people answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples as common
from controller.api import examples_site as examples
from controller.api.answers import ACT, seen, settled, verdict
from controller.api.examples import documented
from controller.api.inputs import MaybeWhyInput, WhyInput
from controller.api.inputs_site import AcknowledgeInput, AlarmStateWord, ShelveInput
from controller.api.parameters import AlarmId, Limit
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, must, only_visible, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.logic.alarm_life import AlarmState
from controller.runtime.alarming.desk import AlarmReceipt
from controller.runtime.alarming.listing import AlarmFilter
from controller.runtime.alarming.statistics import AlarmStatisticsView
from controller.runtime.views import AlarmView

router = APIRouter(prefix="/api/v1", tags=["alarms"])

_ANSWERS = settled(AlarmReceipt, examples.ALARM_DONE, examples.ALARM_REFUSED, 404)


@router.get("/alarms", summary="Alarms, most urgent first", responses=seen([common.ALARM], "Alarms."))
async def alarms(
    shared: SharedState,
    viewer: Viewer,
    state: Annotated[
        list[AlarmStateWord] | None, Query(max_length=8, description="Only in these states; hidden ones by name.")
    ] = None,
    hidden: Annotated[bool, Query(description="Also those shelved, suppressed or out of service.")] = False,
    priority: Annotated[int, Query(ge=1, le=4, description="This urgent or more: 1 … 4.")] = 4,
    kind: Annotated[str, Query(max_length=64, description="Only of this condition: `device_offline`.")] = "",
    about: Annotated[str, Query(max_length=64, description="A device, a target, or a division's six digits.")] = "",
    under: Annotated[str, Query(max_length=256, description="What is folded under this root alarm's id.")] = "",
    limit: Limit = 1000,
) -> list[AlarmView]:
    """Alarms that stand, and those that went before anybody acknowledged them.

    Those of assets the caller may not see are left out; those of the controller itself are everybody's.
    """
    wanted = AlarmFilter(
        states=frozenset(AlarmState(one) for one in state or ()),
        hidden=hidden,
        priority=priority,
        kind=kind,
        about=about,
        under=under,
        limit=limit,
        sees=lambda target: sees(shared, viewer, target),
    )
    return shared.facade.desks.alarms.list(wanted)


@router.get(
    "/alarms/statistics",
    summary="How many alarms people are asked to answer",
    responses=seen(examples.STATISTICS, "Over the last day, against the usual ceiling."),
)
async def statistics(shared: SharedState, viewer: Viewer) -> AlarmStatisticsView:
    """Per operator and hour; ten in ten minutes is a flood. Counts are the city's; the frequent ones named are those
    the caller may see."""
    whole = shared.facade.desks.alarms.statistics()
    frequent = only_visible(shared, viewer, whole.frequent, lambda one: one[0].partition(":")[0])
    return replace(whole, frequent=tuple(frequent))


@router.post(
    "/alarms/acknowledge",
    summary="Say that a person has seen many alarms",
    response_model=list[AlarmReceipt],
    responses={
        200: documented([examples.ALARM_DONE], "At least one was acknowledged; look at every outcome."),
        409: {"model": list[AlarmReceipt], **documented([examples.ALARM_REFUSED], "None was; each says why.")},
        **ACT,
        **refusals(404),
    },
)
async def acknowledge_many(shared: SharedState, caller: Caller, given: AcknowledgeInput) -> JSONResponse:
    """One line in the journal, one transaction, each with its own outcome."""
    for one in dict.fromkeys(given.alarms):
        _must(shared, caller, Right.OPERATE, one)
    receipts = await shared.facade.desks.alarms.acknowledge_all(given.alarms, caller.caller)
    done = any(receipt.accepted for receipt in receipts)
    return JSONResponse(to_jsonable_python(receipts), 200 if done else 409)


@router.post(
    "/alarms/{alarm_id:path}/acknowledge",
    summary="Say that a person has seen an alarm",
    responses={200: documented(common.ALARM, "The alarm as it is now."), **ACT, **refusals(404)},
)
async def acknowledge(shared: SharedState, caller: Caller, alarm_id: AlarmId) -> AlarmView:
    """Acknowledging changes nothing in the field; a standing alarm stays standing."""
    _must(shared, caller, Right.OPERATE, alarm_id)
    return await shared.facade.acknowledge(alarm_id, caller.caller)


@router.post(
    "/alarms/{alarm_id:path}/shelve",
    summary="Put an alarm aside for a time",
    response_model=AlarmReceipt,
    responses=_ANSWERS,
)
async def shelve(
    shared: SharedState, caller: Caller, alarm_id: AlarmId, wanted: ShelveInput
) -> AlarmReceipt | JSONResponse:
    """It comes back by itself. Never one that is about life safety."""
    _must(shared, caller, Right.SHELVE, alarm_id)
    desk = shared.facade.desks.alarms
    return verdict(await desk.shelve(alarm_id, caller.caller, for_s=wanted.for_s, reason=wanted.reason))


@router.post(
    "/alarms/{alarm_id:path}/unshelve",
    summary="Take an alarm off its shelf",
    response_model=AlarmReceipt,
    responses=_ANSWERS,
)
async def unshelve(
    shared: SharedState, caller: Caller, alarm_id: AlarmId, why: MaybeWhyInput | None = None
) -> AlarmReceipt | JSONResponse:
    """Before its time; it is unseen again if its condition still stands."""
    _must(shared, caller, Right.SHELVE, alarm_id)
    return verdict(await shared.facade.desks.alarms.unshelve(alarm_id, caller.caller, why.reason if why else ""))


@router.post(
    "/alarms/{alarm_id:path}/reset",
    summary="Reset a latched alarm",
    response_model=AlarmReceipt,
    responses=_ANSWERS,
)
async def reset(shared: SharedState, caller: Caller, alarm_id: AlarmId, why: WhyInput) -> AlarmReceipt | JSONResponse:
    """Once its condition is gone; that counts as having seen it."""
    _must(shared, caller, Right.OPERATE, alarm_id)
    return verdict(await shared.facade.desks.alarms.reset(alarm_id, caller.caller, why.reason))


def _must(shared: Shared, caller: Caller, right: Right, alarm_id: str) -> None:
    """The right on what the alarm is about; what is no asset of the site asks for the right somewhere."""
    try:
        subject = shared.facade.desks.alarms.subject(alarm_id)
    except UnknownTarget:
        must(shared, caller, right, alarm_id, None)
        return
    must(shared, caller, right, alarm_id, [subject] if shared.authority.knows(subject) else [])
