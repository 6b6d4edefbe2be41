"""TALQ's groups and override commands: shown, and taken for what they mean here. Nothing is moved but by the switch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_drafts, examples_switch
from controller.api import examples_talq as examples
from controller.api.answers import ACT, acted, answer, seen
from controller.api.desks.drafts import Name, may_draft
from controller.api.desks.switching import may_throw, slot_for
from controller.api.examples import documented
from controller.api.inputs_talq import TalqCalendarsInput, TalqGroupsInput, TalqOverrideInput, TalqProgramsInput
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.authority import Session
from controller.runtime.publishing.views import DraftView
from controller.runtime.switching.aiming import Aim
from controller.runtime.switching.views import SwitchPreview
from controller.runtime.talq.views import TalqGroupBook, TalqOverrideBook
from controller.runtime.views import Receipt
from schedules.talq_overrides import Override

router = APIRouter(prefix="/api/v1/lighting", tags=["lighting"])

TalqRequestId = Annotated[
    str,
    Query(
        alias="talqRequestId",
        max_length=64,
        pattern=r"^[A-Za-z0-9._:-]*$",
        description="TALQ's id of the request; the same id never acts twice.",
    ),
]


@router.get("/talq-groups", summary="Groups of lights in TALQ's words", responses=seen(examples.GROUPS, "All groups."))
async def groups(shared: SharedState, viewer: Viewer) -> TalqGroupBook:
    """`Group` of TALQ 2.7.1. A group that is asked for has the members of this moment, and `live` says so."""
    return await shared.facade.desks.talq.groups(lambda target: sees(shared, viewer, target))


@router.post(
    "/drafts/{name}/talq-groups",
    summary="Put TALQ's groups into a draft",
    responses={
        200: documented(examples_drafts.DRAFT, "Kept; `problems` names what is wrong, as file:line."),
        **ACT,
        **refusals(404),
    },
)
async def take_groups(shared: SharedState, caller: Caller, name: Name, wanted: TalqGroupsInput) -> DraftView:
    """In place of the draft's groups of the same names; others stay. What ours cannot hold is refused by field."""
    may_draft(shared, caller)
    return await shared.facade.desks.talq.take_groups(name, wanted.talq(), caller.caller)


@router.post(
    "/drafts/{name}/talq-programs",
    summary="Put TALQ's programs into a draft",
    responses={
        200: documented(examples_drafts.DRAFT, "Kept; `problems` names what is wrong, as file:line."),
        **ACT,
        **refusals(404),
    },
)
async def take_programs(shared: SharedState, caller: Caller, name: Name, wanted: TalqProgramsInput) -> DraftView:
    """In place of the draft's programs of the same ids. What we would not follow the same way is refused by field."""
    may_draft(shared, caller)
    return await shared.facade.desks.talq.take_programs(name, wanted.talq(), caller.caller)


@router.post(
    "/drafts/{name}/talq-calendars",
    summary="Put TALQ's calendars into a draft",
    responses={
        200: documented(examples_drafts.DRAFT, "Kept; `problems` names what is wrong, as file:line."),
        **ACT,
        **refusals(404),
    },
)
async def take_calendars(shared: SharedState, caller: Caller, name: Name, wanted: TalqCalendarsInput) -> DraftView:
    """As rules of the lights that have their `defaultProgram`, in place of those taken before under the same ids."""
    may_draft(shared, caller)
    return await shared.facade.desks.talq.take_calendars(name, wanted.talq(), caller.caller)


@router.get(
    "/overrides",
    summary="Standing overrides of lights in TALQ's words",
    responses=seen(examples.OVERRIDES, "The highest slot first."),
)
async def overrides(shared: SharedState, viewer: Viewer) -> TalqOverrideBook:
    """Every leased request for a light, as `OverrideCommand` of TALQ 2.7.1: one for each act and level.

    TALQ has one override for a light; here they stack, and `in_force` counts the lights each one decides.
    """
    return await shared.facade.desks.talq.overrides(lambda target: sees(shared, viewer, target))


@router.post(
    "/overrides/selections",
    summary="Select a TALQ override command: what would it do?",
    responses={
        200: documented(examples_switch.SWITCH_PREVIEW, "What would happen, and a token to do exactly that."),
        **ACT,
        **refusals(404),
    },
)
async def select(
    shared: SharedState, caller: Caller, wanted: TalqOverrideInput, request_id: TalqRequestId = ""
) -> SwitchPreview:
    """A throw of the switch in TALQ's words. Does nothing: `preview.token` goes to `/selections/operate`.

    `expiration` and `zhadao.reason` are needed. Rights, lease limits, second person and staging are the switch's.
    """
    desk = shared.facade.desks.talq
    override = desk.read(wanted.talq())
    aimed = _aim(shared, caller, Right.SELECT, override)
    slot = override.words.slot or slot_for(shared, caller, aimed, override.action)
    may_throw(shared, caller, Right.SELECT, str(aimed.scope), aimed, Slot[slot.upper()])
    return await desk.select(aimed, override, slot, request_id, caller.caller)


@router.post(
    "/overrides/release",
    summary="End one's own overrides by a TALQ command",
    response_model=Receipt,
    responses=acted("Released together; everything is decided anew.", "Refused; says why.", 404),
)
async def release(shared: SharedState, caller: Caller, wanted: TalqOverrideInput) -> JSONResponse:
    """An `OverrideCommand` without `targetCommand`. Only the caller's own end; others' stay, and so do programs."""
    desk = shared.facade.desks.talq
    override = desk.read(wanted.talq())
    aimed = _aim(shared, caller, Right.OPERATE, override)
    may_throw(shared, caller, Right.OPERATE, str(aimed.scope), aimed)
    return answer(await desk.release(aimed, override, caller.caller))


def _aim(shared: Shared, caller: Session, right: Right, override: Override) -> Aim:
    """Where it is aimed. Whoever does not see all of it is told the same whether or not there is such a thing."""
    desk, names = shared.facade.desks.talq, [one.address for one in override.addresses]
    try:
        lights = desk.lights(override)
    except UnknownTarget:
        require(shared, caller, right, names)
        raise
    if not all(sees(shared, caller, one) for one in lights):
        require(shared, caller, right, names)
    return desk.aim(override)
