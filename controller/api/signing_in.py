"""The way to a token and out again: sign-in, the city's own sign-on, refresh, sign-out, one's own password."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from controller.api import examples
from controller.api.examples import documented
from controller.api.inputs import PasswordInput, RefreshInput, SignInInput, SignOnInput
from controller.api.problems import refusals, unauthorised
from controller.api.security import Caller, forged
from controller.api.state import SharedState
from controller.runtime.authority import Session

router = APIRouter(prefix="/api/v1", tags=["sign in"])


class SignedIn(BaseModel):
    """A session: send the token as ``Authorization: Bearer TOKEN`` until it runs out, then refresh it."""

    token: str = Field(description="The access token; it runs out after some minutes. Empty when it is in a cookie.")
    refresh: str = Field(description="Good for one refresh; used twice, it ends the session. Empty likewise.")
    csrf: str = Field("", description="With cookies: send it as X-CSRF-Token with whatever changes something.")
    actor: str = Field(description="The name your acts are journalled under.")
    session: str = Field(description="The session's public id.")
    expires: str = Field(description="When the access token runs out. ISO 8601, UTC.")
    ends: str = Field(description="When the session is over, however often it is refreshed. ISO 8601, UTC.")
    password_needed: bool = Field(description="Signed in by a one-time code: set a password, then sign in with it.")


class SignOnInvitation(BaseModel):
    """What to send somebody to the city's own sign-on with."""

    issuer: str
    client_id: str
    nonce: str = Field(description="Has to come back in the ID token; good for ten minutes.")


def _signed_in(
    shared: SharedState, request: Request, response: Response, session: Session, *, cookies: bool
) -> SignedIn:
    csrf = shared.cookies.give(request, response, session) if cookies else ""
    return SignedIn(
        token="" if cookies else session.token,
        refresh="" if cookies else session.refresh,
        csrf=csrf,
        actor=session.actor,
        session=session.caller.session,
        expires=session.expires.isoformat(),
        ends=session.ends.isoformat(),
        password_needed=session.password_needed,
    )


def _client(request: Request) -> str:
    """Where the caller sits, for the back-off at the door."""
    return request.client.host if request.client else ""


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: documented(examples.SESSION, "Signed in."),
    **refusals(401, 413, 422, 429, 503),
}


@router.post("/sign-in", summary="Sign in with a name and a password or one-time code", responses=_ANSWERS)
async def sign_in(shared: SharedState, request: Request, response: Response, given: SignInInput) -> SignedIn:
    """It is not said whether the name or the secret was wrong. Wrong tries wait ever longer."""
    session = await shared.authority.sign_in(given.name, given.secret, _client(request))
    return _signed_in(shared, request, response, session, cookies=given.cookies)


@router.post(
    "/sign-on/begin",
    summary="Begin a sign-in by the city's own sign-on",
    responses={200: documented(examples.INVITATION, "Where to send the person."), **refusals(401, 429)},
)
async def sign_on_begin(shared: SharedState) -> SignOnInvitation:
    """401 where the site has none."""
    invitation = shared.authority.invite()
    return SignOnInvitation(issuer=invitation.issuer, client_id=invitation.client_id, nonce=invitation.nonce)


@router.post("/sign-on", summary="Sign in with a token of the city's own sign-on", responses=_ANSWERS)
async def sign_on(shared: SharedState, request: Request, response: Response, given: SignOnInput) -> SignedIn:
    """Roles come from the token's claims, as the site's configuration maps them."""
    session = await shared.authority.sign_in_with(given.token, _client(request))
    return _signed_in(shared, request, response, session, cookies=given.cookies)


@router.post("/refresh", summary="New tokens for a refresh token", responses={**_ANSWERS, **refusals(403)})
async def refresh(
    shared: SharedState, request: Request, response: Response, given: RefreshInput | None = None
) -> SignedIn:
    """The refresh token is used up. One that is used twice ends its session: somebody has a copy.

    By cookie it takes the CSRF token like everything that changes something.
    """
    if given is not None and given.refresh:
        return _signed_in(shared, request, response, await shared.authority.refresh(given.refresh), cookies=False)
    token = shared.cookies.refresh(request)
    if not token:
        raise unauthorised("this needs a refresh token and none was sent")
    if not shared.cookies.proven(request):
        raise forged(shared, request)
    return _signed_in(shared, request, response, await shared.authority.refresh(token), cookies=True)


@router.post(
    "/sign-out",
    summary="End this session",
    status_code=204,
    responses={204: {"description": "Signed out, for good."}, **refusals(401, 403, 429, 503)},
)
async def sign_out(shared: SharedState, request: Request, caller: Caller) -> Response:
    """Its tokens mean nothing from now on, also after a restart. A key is not signed out; revoke it."""
    await shared.authority.sign_out(caller)
    return _forgotten(shared, request)


@router.post(
    "/password",
    summary="Set one's own password",
    status_code=204,
    responses={
        204: {"description": "Set; all your sessions ended: sign in with it."},
        **refusals(401, 403, 413, 422, 429, 503),
    },
)
async def password(shared: SharedState, request: Request, caller: Caller, given: PasswordInput) -> Response:
    """At least 12 characters and not the name; no other rules. All sessions of yours end."""
    await shared.facade.desks.people.set_password(given.secret, given.password, caller.caller)
    return _forgotten(shared, request)


def _forgotten(shared: SharedState, request: Request) -> Response:
    response = Response(status_code=204)
    shared.cookies.take_back(request, response)
    return response
