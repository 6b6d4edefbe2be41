"""The switch 一把闸刀: what would it do, throw it, follow it to the last proof, ask the rest again, let go."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_switch as examples
from controller.api.answers import ACT, acted, answer, seen
from controller.api.examples import documented
from controller.api.inputs_switch import LetGoInput, LightScopeText, RetryInput, ThrowInput
from controller.api.parameters import Id
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, must, only_visible, require
from controller.api.state import Shared, SharedState
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.lights import LightClass
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.logic.switching import SCENE
from controller.runtime.authority import Session
from controller.runtime.commanding.asking import SCENE_SLOT
from controller.runtime.switching.aiming import Aim
from controller.runtime.switching.views import GroupView, LiveCount, SwitchPreview
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["switch"])

Actor = Annotated[str, Query(max_length=128, description="Whose, where several chose one id.")]


@router.post(
    "/switch/selections",
    summary="Aim the switch: what would it do?",
    responses={
        200: documented(examples.SWITCH_PREVIEW, "What would happen, and a token to do exactly that."),
        **ACT,
        **refusals(404),
    },
)
async def select(shared: SharedState, caller: Caller, wanted: ThrowInput) -> SwitchPreview:
    """Does nothing. `preview.token` goes to `/selections/operate`, like any selection's: once, within 30 s.

    Lights are those the scope has at this moment. `summary` has them all, `preview.targets` those that will not simply
    do it. Road and landscape lighting are two knives: a scope with both needs `knife`.
    """
    switching = shared.facade.desks.switching
    aimed = _aimed(shared, caller, wanted)
    slot = wanted.slot or slot_for(shared, caller, aimed, wanted.action)
    may_throw(shared, caller, Right.SELECT, wanted.scope, aimed, Slot[slot.upper()])
    return await switching.select(aimed, wanted.throw(slot), caller.caller)


@router.get(
    "/switch/throws/{request_id}",
    summary="How a thrown switch stands: sent, acknowledged, proved by contact, proved by power",
    responses=seen(examples.LIVE_COUNT, "Worked out now.", 404),
)
async def thrown(shared: SharedState, viewer: Viewer, request_id: Id, actor: Actor = "") -> LiveCount:
    """Each light stands in one of `stages`; `remaining` are those a retry would ask. Names the caller may not see are
    left out; counts are of all."""
    must(shared, viewer, Right.SEE, request_id, _targets(shared, request_id, actor), of_all=False)
    count = shared.facade.desks.switching.thrown(request_id, actor)
    return replace(
        count,
        remaining=tuple(only_visible(shared, viewer, count.remaining, lambda one: one.target)),
        others=tuple(only_visible(shared, viewer, count.others, lambda one: one.target)),
    )


@router.post(
    "/switch/throws/{request_id}/retry",
    summary="Ask exactly the remaining lights again",
    response_model=Receipt,
    responses=acted("Asked again; follow the new request.", "Nothing could be asked; says why.", 404, proposed=True),
)
async def retry(shared: SharedState, caller: Caller, request_id: Id, why: RetryInput | None = None) -> JSONResponse:
    """A new request: the same value, what is left of the lease, the same rules. 202 when it takes a second person."""
    given = why or RetryInput()
    must(shared, caller, Right.OPERATE, request_id, _targets(shared, request_id, given.owner))
    switching = shared.facade.desks.switching
    came = await switching.retry(request_id, caller.caller, given.reason, actor=given.owner, anew=given.request_id)
    return answer(came)


@router.post(
    "/switch/release",
    summary="End one's own leases in a scope",
    response_model=Receipt,
    responses=acted("Released together; everything is decided anew.", "Refused; says why.", 404),
)
async def release(shared: SharedState, caller: Caller, wanted: LetGoInput) -> JSONResponse:
    """One line in the journal, one transaction. Whoever was masked is decided anew."""
    switching = shared.facade.desks.switching
    aimed = switching.aim(wanted.scope, wanted.knife)
    slot = Slot[wanted.slot.upper()] if wanted.slot else None
    may_throw(shared, caller, Right.OPERATE, wanted.scope, aimed)
    return answer(await switching.release(aimed, caller.caller, wanted.reason, slot))


@router.get(
    "/lighting/groups",
    summary="Groups of lights",
    responses=seen([examples.GROUP], "Without their members."),
)
async def groups(shared: SharedState, viewer: Viewer) -> list[GroupView]:
    """With what makes a member, and how many there are now."""
    del viewer
    return shared.facade.desks.groups.list()


@router.get(
    "/lighting/groups/{name}",
    summary="One group and who is in it now",
    responses=seen(examples.GROUP, "The members the caller may see; figures are of all.", 404),
)
async def group(shared: SharedState, viewer: Viewer, name: LightScopeText) -> GroupView:
    """Members are worked out from the city as it is configured now."""
    try:
        view = shared.facade.desks.groups.show(name)
    except UnknownTarget:
        must(shared, viewer, Right.SEE, name, None)  # whoever sees a part is told the same of any other name
        raise
    must(shared, viewer, Right.SEE, name, view.members, of_all=False)
    return replace(view, members=tuple(only_visible(shared, viewer, view.members, str)))


def _aimed(shared: Shared, caller: Session, wanted: ThrowInput) -> Aim:
    """Where the throw is aimed. An action that is none is told before a missing knife, to whoever may throw there."""
    switching = shared.facade.desks.switching
    try:
        return switching.aim(wanted.scope, wanted.knife)
    except InvalidValue:
        if not wanted.knife and _throws_both(shared, caller, wanted):
            switching.check_action(wanted.action)
        raise


def _throws_both(shared: Shared, caller: Session, wanted: ThrowInput) -> bool:
    """Whether the caller may throw either knife over this scope; asked without a line in the journal."""
    for knife in LightClass:
        try:
            aimed = shared.facade.desks.switching.aim(wanted.scope, knife)
        except (InvalidValue, UnknownTarget):
            return False
        slot = wanted.slot or slot_for(shared, caller, aimed, wanted.action)
        if shared.authority.permit(caller, Right.SELECT, aimed.targets, slot=Slot[slot.upper()]) is not None:
            return False
    return True


def may_throw(shared: Shared, caller: Session, right: Right, scope: str, aimed: Aim, slot: Slot | None = None) -> None:
    """The right on every light of a scope. A denial names lights only to whoever may see all of them."""
    seen_by_caller = only_visible(shared, caller, aimed.targets, str)
    if len(list(seen_by_caller)) < len(aimed.targets):
        require(shared, caller, right, [scope], slot=slot)
    require(shared, caller, right, aimed.targets, slot=slot)


def slot_for(shared: Shared, caller: Session, aimed: Aim, action: str) -> str:
    """The slot nobody named: a scene's own, the city's for who has rights over the city, else the district's."""
    if action.startswith(SCENE):
        return SCENE_SLOT.label
    city = shared.authority.permit(caller, Right.OPERATE, aimed.targets, slot=Slot.CITY_MANUAL)
    return (Slot.CITY_MANUAL if city is None else Slot.DISTRICT_MANUAL).label


def _targets(shared: Shared, request_id: str, actor: str) -> list[str] | None:
    try:
        return list(shared.facade.desks.undertakings.targets(request_id, actor))
    except UnknownTarget:
        return None
