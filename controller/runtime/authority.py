"""The one place where authority is asked: who is calling, and may they do this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.domain.points import DeviceId
from controller.domain.rights import Caller, Grant, OwnerClass, Right
from controller.domain.slots import Slot


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in caller.

    ``expires`` is when the access token runs out, ``ends`` when the session is over however often it is refreshed
    (wall clock, aware, UTC; for people: while the controller runs, its monotonic clock decides). ``token`` and
    ``refresh`` are shown once, to that caller, at sign-in and refresh; they are empty everywhere else.
    ``password_needed``: signed in by a one-time code; until a password is set, nothing else is permitted.
    """

    caller: Caller
    expires: datetime
    ends: datetime
    grants: tuple[Grant, ...] = ()
    token: str = ""
    refresh: str = ""
    password_needed: bool = False

    @property
    def actor(self) -> str:
        """The name acts are journalled under."""
        return self.caller.actor


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not, in a sentence, in the field's word (``NO_ACCESS_AUTHORITY``)."""

    cause: str
    text: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a page needs to send somebody to the city's own sign-on: ``nonce`` has to come back in the token."""

    issuer: str
    client_id: str
    nonce: str


class Authority(Protocol):
    """Sign-in and permission."""

    async def sign_in(self, name: str, secret: str, client: str) -> Session:
        """A new session for a name with its password or one-time code. ``client`` is where the caller sits.

        Raises:
            SignInRefused: whatever was wrong; it is not said what.
            StoreError: a one-time code could not be marked as used; it was not used.
        """
        ...

    def invite(self) -> Invitation:
        """Begin a sign-in by the city's own sign-on.

        Raises:
            SignInRefused: there is none in the configuration.
        """
        ...

    async def sign_in_with(self, token: str, client: str) -> Session:
        """A new session for a token of the city's own sign-on.

        Raises:
            SignInRefused: the token is not one of its, is not for us, is used or too old, or maps to no role.
        """
        ...

    async def refresh(self, token: str) -> Session:
        """New tokens for a refresh token, which is used up by this; one used twice ends its session.

        Raises:
            SignInRefused: it is unknown, used, or its session is over.
        """
        ...

    async def sign_out(self, session: Session) -> None:
        """End the session at once, and for good once it returns.

        Raises:
            StoreError: it is over here and now, but a restart could bring it back.
        """
        ...

    def session(self, token: str) -> Session | None:
        """The session a token stands for, while both live; asked with an empty token for a caller who sent none."""
        ...

    def lives(self, session: Session) -> bool:
        """Whether the session has not ended meanwhile: signed out, run out, its person's role changed."""
        ...

    def permit(
        self,
        session: Session,
        right: Right,
        targets: Sequence[str] = (),
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> Denial | None:
        """None when the session may do this, on all these targets or assets; a denial names the first ones outside.

        Without targets: on the class ``of`` (for the whole city, unless it is only to see), or, without a class
        either, anywhere at all. ``slot``: also fill this slot.
        """
        ...

    def knows(self, name: str) -> bool:
        """Whether this is an asset or a target of the site; rights on anything else are asked without targets."""
        ...

    def visible(self, session: Session, device: DeviceId) -> bool:
        """Whether the session may see this asset; what is no asset of the site is nobody's secret."""
        ...
