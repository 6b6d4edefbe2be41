"""Who came to the door: sign-ins and refusals are evidence too, and a flood of them must not fill the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

from controller.domain.errors import SignInRefused
from controller.domain.points import DeviceId
from controller.domain.rights import OwnerClass, Right
from controller.domain.slots import Slot
from controller.runtime.authority import Authority, Denial, Invitation, Session
from controller.runtime.evidence import Evidence

QUIET_S = 60.0
"""Real seconds after a caller nobody knows was written down in which further ones are only counted."""
MOST_DENIALS = 30
"""Denials of one actor written one by one within ``QUIET_S``; a person makes fewer. Further ones are counted."""
MOST_TARGETS = 20
"""A denial names at most this many of its targets, and says how many there were."""
MOST_NAMES = 10
"""A line about refused sign-ins names at most this many of the people meant, and of the places they came from."""


@dataclass(slots=True)
class _Counted:
    attempts: int = 0
    names: dict[str, None] = field(default_factory=dict)
    clients: dict[str, None] = field(default_factory=dict)

    def data(self) -> dict[str, object]:
        data: dict[str, object] = {"attempts": self.attempts}
        if self.names:
            data["names"] = list(self.names)[:MOST_NAMES]
        if self.clients:
            data["clients"] = list(self.clients)[:MOST_NAMES]
        return data


class WitnessedAuthority:
    """An authority whose sign-ins and refusals are journalled; it decides nothing itself.

    Callers nobody knows (wrong secret, no token, unknown token) cost nothing to make, so of each kind one line is
    written at once and then at most one a minute, with their number. What a stranger typed as a name is never written
    down (it may be a password in the wrong field), only names there are. A denial to somebody signed in is written
    whole; a program that goes on asking (a stolen key) fills no disk: beyond ``MOST_DENIALS`` a minute it is counted.
    """

    def __init__(self, authority: Authority, evidence: Evidence) -> None:
        self._authority = authority
        self._evidence = evidence
        self._counted: dict[str, _Counted] = {}
        self._quiet: dict[str, asyncio.TimerHandle] = {}
        self._denials: dict[str, int] = {}
        self._minutes: dict[str, asyncio.TimerHandle] = {}

    async def sign_in(self, name: str, secret: str, client: str) -> Session:
        """A session for a name and its secret."""
        return await self._seen(self._authority.sign_in(name, secret, client), "secret", client)

    def invite(self) -> Invitation:
        """Begin a sign-in by the city's own sign-on."""
        return self._authority.invite()

    async def sign_in_with(self, token: str, client: str) -> Session:
        """A session for a token of the city's own sign-on."""
        return await self._seen(self._authority.sign_in_with(token, client), "sign-on", client)

    async def _seen(self, signing_in: Awaitable[Session], by: str, client: str) -> Session:
        try:
            session = await signing_in
        except SignInRefused as refusal:
            self._unknown("sign_in_refused", refusal.known_name, client)
            raise
        data = {
            "session": session.caller.session,
            "by": "code" if session.password_needed else by,
            "client": client,
            "until": session.ends.isoformat(),
        }
        self._evidence.later("signed_in", session.actor, "", data)
        return session

    async def refresh(self, token: str) -> Session:
        """New tokens for a refresh token."""
        try:
            return await self._authority.refresh(token)
        except SignInRefused as refusal:
            self._unknown("refresh_refused", refusal.known_name, "")
            raise

    async def sign_out(self, session: Session) -> None:
        """End the session."""
        self._evidence.later("signed_out", session.actor, "", {"session": session.caller.session})
        await self._authority.sign_out(session)

    def session(self, token: str) -> Session | None:
        """The session of a token; an empty token is a caller who showed none."""
        session = self._authority.session(token)
        if session is None:
            self._unknown("token_refused" if token else "token_missing", "", "")
        return session

    def lives(self, session: Session) -> bool:
        """Whether the session has not ended meanwhile."""
        return self._authority.lives(session)

    def permit(
        self,
        session: Session,
        right: Right,
        targets: Sequence[str] = (),
        of: OwnerClass | None = None,
        *,
        slot: Slot | None = None,
    ) -> Denial | None:
        """Whether the session may do this; a denial is written down."""
        denial = self._authority.permit(session, right, targets, of, slot=slot)
        if denial is not None and self._one_more(session.actor) <= MOST_DENIALS:
            first = targets[0] if len(targets) == 1 else ""
            data = {"right": right.value, "cause": denial.cause, "text": denial.text, "count": len(targets)}
            self._evidence.later("denied", session.actor, first, {**data, "targets": list(targets[:MOST_TARGETS])})
        return denial

    def _one_more(self, actor: str) -> int:
        """How many denials the actor had in this minute, with this one."""
        if actor not in self._minutes:
            self._minutes[actor] = asyncio.get_running_loop().call_later(QUIET_S, self._minute_over, actor)
        self._denials[actor] = self._denials.get(actor, 0) + 1
        return self._denials[actor]

    def _minute_over(self, actor: str) -> None:
        """Tell how many denials were only counted."""
        del self._minutes[actor]
        more = self._denials.pop(actor) - MOST_DENIALS
        if more > 0:
            self._evidence.later("denied", actor, "", {"attempts": more, "text": "further ones in the same minute"})

    def knows(self, name: str) -> bool:
        """Whether this is an asset or a target of the site."""
        return self._authority.knows(name)

    def visible(self, session: Session, device: DeviceId) -> bool:
        """Whether the session may see this asset; lists are filtered by it, so a no is no event."""
        return self._authority.visible(session, device)

    def close(self) -> None:
        """Write down what was only counted so far."""
        for kind, timer in list(self._quiet.items()):
            timer.cancel()
            self._quiet_over(kind)
        for timer in self._quiet.values():
            timer.cancel()
        for actor, timer in list(self._minutes.items()):
            timer.cancel()
            self._minute_over(actor)

    def turned_away(self, kind: str, client: str) -> None:
        """A request was refused at the door, before anybody asked who it was: wrong host, too often, a forged page."""
        self._unknown(kind, "", client)

    def _unknown(self, kind: str, name: str, client: str) -> None:
        counted = self._counted.setdefault(kind, _Counted())
        counted.attempts += 1
        for seen, one in ((counted.names, name), (counted.clients, client)):
            if one and len(seen) < MOST_NAMES:
                seen[one] = None
        if kind not in self._quiet:
            self._quiet_over(kind)

    def _quiet_over(self, kind: str) -> None:
        """Tell how many came since the last line; when none did, the next one is written at once again."""
        self._quiet.pop(kind, None)
        counted = self._counted.pop(kind, None)
        if counted is not None:
            self._evidence.later(kind, "", "", counted.data())
            loop = asyncio.get_running_loop()
            self._quiet[kind] = loop.call_later(QUIET_S, self._quiet_over, kind)
