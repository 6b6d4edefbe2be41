"""People, their roles, codes and sessions; machines' keys; and who one is oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api import examples_people as examples
from controller.api.answers import ACT, seen
from controller.api.examples import documented
from controller.api.inputs import MaybeWhyInput
from controller.api.inputs_people import GrantInput, GrantsInput, KeyInput, PersonInput
from controller.api.parameters import Id
from controller.api.security import Caller, require
from controller.api.state import SharedState
from controller.domain.rights import Grant, OwnerClass, Right
from controller.runtime.people.views import GrantView, KeyView, NewKey, OneTimeCode, PersonView, SessionView

router = APIRouter(prefix="/api/v1", tags=["people"])

Name = Annotated[str, Path(min_length=1, max_length=64, description="The name they sign in with.")]
_GONE = {204: {"description": "Done, and in force."}, **ACT}
_PERSON = {200: documented(examples.PERSON, "As they are now."), **ACT}
_CODE = {200: documented(examples.CODE, "Shown here and never again."), **ACT}


@dataclass(frozen=True, slots=True)
class Me:
    """Who the caller is to this controller. ``person`` is empty for a machine."""

    actor: str
    person: str
    session: str
    grants: tuple[GrantView, ...]
    expires: datetime
    ends: datetime
    password_needed: bool


_ME = {
    "actor": "wang.li",
    "person": "wang.li",
    "session": "S-5d0c2f9a71b3e864",
    "grants": [{"role": "lighting_operator", "scope": "division:330106"}],
    "expires": "2026-06-21T11:30:00Z",
    "ends": "2026-06-21T23:20:00Z",
    "password_needed": False,
}


@router.get("/me", summary="Who am I?", responses=seen(_ME, "The caller as the controller knows them."))
async def me(shared: SharedState, request: Request, response: Response, caller: Caller) -> Me:
    """Name, roles, and how long the session lives. Sets the page's CSRF cookie anew, should it have lost it."""
    if shared.cookies.access(request):
        shared.cookies.give_csrf(request, response, caller)
    grants = tuple(GrantView(grant.role.value, str(grant.scope)) for grant in caller.grants)
    return Me(
        caller.actor,
        caller.caller.person,
        caller.caller.session,
        grants,
        caller.expires,
        caller.ends,
        caller.password_needed,
    )


@router.get("/people", summary="Everybody who may sign in", responses=seen([examples.PERSON], "By name."))
async def people(shared: SharedState, caller: Caller) -> list[PersonView]:
    """For whoever may see users."""
    require(shared, caller, Right.SEE, of=OwnerClass.USERS)
    return list(shared.facade.desks.people.list(caller.caller))


@router.post("/people", summary="Add a person", responses=_CODE)
async def add_person(shared: SharedState, caller: Caller, given: PersonInput) -> OneTimeCode:
    """They sign in with the code within a day and set their own password."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    desk = shared.facade.desks.people
    return await desk.add_user(given.name, _grants(given.grants), caller.caller, given.display)


@router.post("/people/{name}/code", summary="A new one-time code for somebody", responses=_CODE)
async def new_code(shared: SharedState, caller: Caller, name: Name) -> OneTimeCode:
    """For who lost password or code: the old ones are gone, and their sessions end."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    return await shared.facade.desks.people.new_code(name, caller.caller)


@router.post("/people/{name}/grants", summary="Somebody's roles from now on", responses=_PERSON)
async def grant(shared: SharedState, caller: Caller, name: Name, given: GrantsInput) -> PersonView:
    """Instead of all they had; their sessions end. Nobody changes their own, and one administrator always stays."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    return await shared.facade.desks.people.grant(name, _grants(given.grants), caller.caller)


@router.post("/people/{name}/disable", summary="Somebody may not sign in any more", responses=_PERSON)
async def disable(shared: SharedState, caller: Caller, name: Name, why: MaybeWhyInput | None = None) -> PersonView:
    """At once; their sessions end."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    return await shared.facade.desks.people.disable(name, caller.caller, why.reason if why else "")


@router.post("/people/{name}/enable", summary="Somebody may sign in again", responses=_PERSON)
async def enable(shared: SharedState, caller: Caller, name: Name) -> PersonView:
    """By the password they had."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    return await shared.facade.desks.people.enable(name, caller.caller)


@router.get("/sessions", summary="Who is signed in", responses=seen([examples.SIGNED_IN], "Sessions that live."))
async def sessions(shared: SharedState, caller: Caller) -> list[SessionView]:
    """Everybody's for whoever may see users, else one's own."""
    require(shared, caller, Right.SEE)
    return list(shared.facade.desks.people.sessions(caller.caller))


@router.post("/sessions/{session_id}/end", summary="End a session", status_code=204, responses=_GONE)
async def end_session(shared: SharedState, caller: Caller, session_id: Id) -> Response:
    """One's own, or as an administrator anybody's."""
    await shared.facade.desks.people.end_session(session_id, caller.caller)
    return Response(status_code=204)


@router.get("/keys", summary="Machines' keys", responses=seen([examples.KEY], "By name; never the key itself."))
async def keys(shared: SharedState, caller: Caller) -> list[KeyView]:
    """For whoever may see users."""
    require(shared, caller, Right.SEE, of=OwnerClass.USERS)
    return list(shared.facade.desks.people.machines.list(caller.caller))


@router.post(
    "/keys", summary="Make a key for a machine", responses={200: documented(examples.NEW_KEY, "Shown once."), **ACT}
)
async def add_key(shared: SharedState, caller: Caller, given: KeyInput) -> NewKey:
    """Scoped, ending, without an administrator's role. A machine never confirms."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    desk = shared.facade.desks.people.machines
    return await desk.add(given.name, _grants(given.grants), given.for_s, caller.caller)


@router.post("/keys/{key_id}/revoke", summary="A key opens nothing any more", status_code=204, responses=_GONE)
async def revoke_key(shared: SharedState, caller: Caller, key_id: Id, why: MaybeWhyInput | None = None) -> Response:
    """At once."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.USERS)
    await shared.facade.desks.people.machines.revoke(key_id, caller.caller, why.reason if why else "")
    return Response(status_code=204)


def _grants(given: list[GrantInput]) -> list[Grant]:
    return [one.grant() for one in given]
