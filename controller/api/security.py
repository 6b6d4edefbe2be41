"""Who is calling: a bearer token on every request that sees or does anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from controller.api.problems import denied, unauthorised
from controller.api.state import Shared, SharedState
from controller.runtime.authority import Session

_bearer = HTTPBearer(auto_error=False, description="The token /api/v1/sign-in gave you.")


async def signed_in(
    shared: SharedState, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
) -> Session:
    """The caller's session.

    Raises:
        Refusal: 401, saying whether the token is missing or no longer known.
    """
    session = shared.authority.session(credentials.credentials if credentials else "")
    if session is None:
        said = "the token is unknown or has run out" if credentials else "this needs a token and none was sent"
        raise unauthorised(said)
    return session


Caller = Annotated[Session, Depends(signed_in)]


def require(shared: Shared, session: Session, action: str, targets: Sequence[str] = ()) -> None:
    """Ask the authority, in its one place, whether the session may do this.

    Raises:
        Refusal: 403 with the authority's own sentence.
    """
    denial = shared.authority.permit(session, action, targets)
    if denial is not None:
        raise denied(denial)


async def may_see(shared: SharedState, session: Caller) -> Session:
    """A caller who may look."""
    require(shared, session, "see")
    return session


Viewer = Annotated[Session, Depends(may_see)]
