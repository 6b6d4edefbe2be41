"""Who is calling, and what they may see and do: asked on every request that sees or does anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from controller.api.cookies import CSRF_HEADER, SAFE
from controller.api.doors import address_of, lane
from controller.api.limits import whole_seconds
from controller.api.problems import Problem, Refusal, denied, too_many, unauthorised
from controller.api.state import Shared, SharedState
from controller.domain.points import device_of
from controller.domain.rights import OwnerClass, Right
from controller.domain.slots import Slot
from controller.runtime.authority import Session

_bearer = HTTPBearer(auto_error=False, description="The token /api/v1/sign-in gave you, or an API key.")

MAY_REPEAT = frozenset({"state"})
"""Query parameters that are lists."""
T = TypeVar("T")


async def signed_in(
    request: Request,
    shared: SharedState,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None,
) -> Session:
    """The caller's session: by bearer token, or else by the page's cookie.

    Raises:
        Refusal: 401, saying whether the token is missing or no longer known; 403 when a cookie comes without its CSRF
            token; 429 when the session asks too much.
    """
    cookie = "" if credentials else shared.cookies.access(request)
    session = shared.authority.session(credentials.credentials if credentials else cookie)
    if session is None:
        shown = credentials or cookie
        raise unauthorised("the token is unknown or has run out" if shown else "this needs a token and none was sent")
    if cookie and request.method not in SAFE and shared.cookies.proven(request) != session.caller.session:
        raise forged(shared, request)
    wait_s = shared.turnstile.session(lane(request.scope) + session.caller.session)
    if wait_s > 0.0:
        shared.face.turned_away("rate_refused", address_of(request.scope))
        raise too_many(whole_seconds(wait_s))
    _said_once(request)
    return session


def _said_once(request: Request) -> None:
    """A question that says one thing twice is refused: caller and controller might each believe another of the two."""
    said = Counter(name for name, _ in request.query_params.multi_items() if name not in MAY_REPEAT)
    twice = next((name for name, times in said.items() if times > 1), None)
    if twice is not None:
        problem = Problem(error="INVALID_REQUEST", message=f"{twice[:64]!r} is said twice", what_to_do="say it once")
        raise Refusal(422, problem)


Caller = Annotated[Session, Depends(signed_in)]


def forged(shared: Shared, request: Request) -> Refusal:
    """403: a cookie came along, and nothing shows that the page itself asked. It is counted."""
    shared.face.turned_away("csrf_refused", address_of(request.scope))
    said = f"this came by cookie and without the page's own {CSRF_HEADER}: it may be another site's doing"
    advice = f"send the cookie zhadao-csrf's value as {CSRF_HEADER} (GET /api/v1/me sets it anew), or a bearer token"
    return Refusal(403, Problem(error="CSRF", message=said, what_to_do=advice))


def require(
    shared: Shared,
    session: Session,
    right: Right,
    targets: Sequence[str] = (),
    of: OwnerClass | None = None,
    *,
    slot: Slot | None = None,
) -> None:
    """Ask the authority, in its one place, whether the session may do this.

    To look at a name that is nothing in this site takes sight of the whole city: whoever sees a part of it is told the
    same of what is not theirs and of what is not there.

    Raises:
        Refusal: 403 with the authority's own sentence.
    """
    denial = shared.authority.permit(session, right, targets, of, slot=slot)
    if denial is not None:
        raise denied(denial)


def must(
    shared: Shared,
    session: Session,
    right: Right,
    name: str,
    targets: Sequence[str] | None,
    of: OwnerClass | None = None,
    *,
    slot: Slot | None = None,
    of_all: bool = True,
) -> None:
    """The right on everything a thing with an id of its own is about (a lease, a tag, a proposal).

    ``targets`` None: there is no such thing. Whoever sees nothing of it is told the same whether or not there is.
    ``of_all`` False: the right on any one of the targets is enough.

    Raises:
        Refusal: 403.
    """
    if targets is None or (targets and not any_visible(shared, session, targets)):
        require(shared, session, right, [name], of)
    if targets is None:
        return
    if not of_all:
        targets = [one for one in targets if sees(shared, session, one)][:1]
    require(shared, session, right, targets, of, slot=slot)


async def may_see(shared: SharedState, session: Caller) -> Session:
    """A caller who may look, at least somewhere."""
    require(shared, session, Right.SEE)
    return session


Viewer = Annotated[Session, Depends(may_see)]


def sees(shared: Shared, session: Session, name: str) -> bool:
    """Whether the session may see an asset, or a target or point of it, by its id."""
    return shared.authority.visible(session, _place(shared, name))


def _place(shared: Shared, name: str) -> str:
    """What sight is asked of: the target itself (a group may hold it alone), or the asset a point belongs to."""
    return name if shared.authority.knows(name) else device_of(name)


def any_visible(shared: Shared, session: Session, targets: Iterable[str]) -> bool:
    """Whether the session may see any of these; what is about nothing in particular is everybody's."""
    told = tuple(targets)
    return not told or any(sees(shared, session, one) for one in told)


def only_visible(shared: Shared, session: Session, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Those of a list the session may see; ``name`` gives the asset, target or point each is about."""
    seen: dict[str, bool] = {}
    found: list[T] = []
    for thing in things:
        about = name(thing)
        if about not in seen:
            seen[about] = sees(shared, session, about)
        if seen[about]:
            found.append(thing)
    return found
