"""Sessions: opened at sign-in, kept over a restart, refreshed by one-use tokens, ended at once when they must."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from controller.domain.clock import Clock
from controller.domain.rights import Caller, Grant
from controller.runtime.authority import Session
from controller.runtime.people.records import grants_data, grants_of
from controller.runtime.people.spans import Span
from controller.runtime.people.tokens import ACCESS, REFRESH, Claims, Mint
from controller.store.changes import Change, DropRecord, PutRecord

KIND = "session"
ACCESS_LIFE = timedelta(minutes=10)
"""How long an access token holds (real time): what a stolen one is worth at most."""
SESSION_LIFE = timedelta(hours=12)
"""One shift; then everybody proves again who they are."""
CODE_SESSION_LIFE = timedelta(minutes=10)
"""Signed in by a one-time code: time enough to set a password, and good for nothing else."""
MOST_OF_ONE = 20
"""Sessions one person may have; the oldest ends for a further one."""


@dataclass(slots=True)
class Kept:
    """A session as the controller knows it.

    ``tokens`` holds its access tokens by id, until when (monotonic). Of before a restart only the number of the last
    turn is known (``old_turn``): such a token is told by the wall clock, once, and from then on like the others.
    """

    id: str
    actor: str
    person: str
    grants: tuple[Grant, ...]
    span: Span
    turn: int = 0
    password_needed: bool = False
    foreign: str = ""
    """Signed in by the city's own sign-on, set up like this: its grants are not in our book. Empty for our own."""
    client: str = ""
    old_turn: int = -1
    tokens: dict[str, float] = field(default_factory=dict)
    old_tokens: dict[str, float] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """Who stands behind it."""
        return Caller(self.actor, self.person, self.id)

    def record(self) -> PutRecord:
        """What is kept of it: nothing that would let anybody in."""
        body = {
            "actor": self.actor,
            "person": self.person,
            "grants": grants_data(self.grants),
            "ends": self.span.text(),
            "turn": self.turn,
            "password_needed": self.password_needed,
            "foreign": self.foreign,
            "client": self.client,
        }
        return PutRecord(KIND, self.id, body)


class Sessions:
    """Every live session of people. Memory decides; what has to outlive a restart comes back as changes to keep."""

    def __init__(self, clock: Clock, mint: Mint) -> None:
        self._clock = clock
        self._mint = mint
        self._kept: dict[str, Kept] = {}

    def open(
        self,
        person: str,
        grants: tuple[Grant, ...],
        *,
        password_needed: bool = False,
        foreign: str = "",
        client: str = "",
    ) -> tuple[Session, list[Change]]:
        """A new session with its first tokens."""
        changes: list[Change] = [*self._sweep(), *self._make_room(person)]
        life = CODE_SESSION_LIFE if password_needed else SESSION_LIFE
        kept = Kept(
            id=f"S-{secrets.token_hex(8)}",
            actor=person,
            person=person,
            grants=() if password_needed else grants,
            span=Span.of(self._clock, life),
            password_needed=password_needed,
            foreign=foreign,
            client=client,
        )
        self._kept[kept.id] = kept
        return self._issued(kept), [*changes, kept.record()]

    def refresh(self, token: str) -> tuple[Session | None, list[Change], str]:
        """New tokens for a refresh token; what to keep; whose it is. One used before ends its session: there is a
        copy of it somewhere, and nobody can tell which of the two is the thief's."""
        claims = self._mint.read(token, REFRESH)
        kept = None if claims is None else self._live(claims.session)
        if claims is None or kept is None:
            return None, [], ""
        if claims.turn != kept.turn:
            return None, self.end(kept.id), kept.person
        kept.turn += 1
        return self._issued(kept), [kept.record()], kept.person

    def find(self, token: str) -> Session | None:
        """The session of an access token, while both live."""
        claims = self._mint.read(token, ACCESS)
        kept = None if claims is None else self._live(claims.session)
        if claims is None or kept is None or self._clock.monotonic() >= self._ends_s(kept, claims):
            return None
        return Session(kept.caller, claims.expires, kept.span.ends, kept.grants, "", "", kept.password_needed)

    def of(self, session_id: str) -> Kept | None:
        """A live session by its public id."""
        return self._live(session_id)

    def all(self) -> Iterator[Kept]:
        """Every live session."""
        yield from (kept for kept in self._kept.values() if not kept.span.over(self._clock))

    def end(self, session_id: str) -> list[Change]:
        """End one, now."""
        return [] if self._kept.pop(session_id, None) is None else [DropRecord(KIND, session_id)]

    def end_of(self, person: str) -> list[Change]:
        """End all of one person, now."""
        mine = [kept.id for kept in self._kept.values() if kept.person == person]
        return [change for one in mine for change in self.end(one)]

    def end_foreign(self, but: str) -> list[Change]:
        """End those of the city's own sign-on, but for those of this set-up."""
        over = [kept.id for kept in self._kept.values() if kept.foreign not in ("", but)]
        return [change for one in over for change in self.end(one)]

    def restore(
        self,
        records: Mapping[str, Mapping[str, Any]],
        grants_now: Callable[[str], tuple[Grant, ...] | None],
        foreign: str,
    ) -> list[Change]:
        """Take up the sessions of the last run; gives back what to drop.

        ``grants_now`` says what a person of the book may do; None: nobody who may sign in. ``foreign``: how the
        city's own sign-on is set up now; sessions of another set-up end.
        """
        for name, body in records.items():
            kept = _kept_of(name, body, self._clock)
            if kept is None:
                continue
            if kept.foreign not in ("", foreign) or kept.span.over(self._clock):
                continue
            if not kept.foreign:
                now = grants_now(kept.person)
                if now is None:
                    continue
                kept.grants = () if kept.password_needed else now
            self._kept[name] = kept
        return [DropRecord(KIND, name) for name in records if name not in self._kept]

    def _live(self, session_id: str) -> Kept | None:
        kept = self._kept.get(session_id)
        return None if kept is None or kept.span.over(self._clock) else kept

    def _ends_s(self, kept: Kept, claims: Claims) -> float:
        """Until when an access token holds; long ago for one that was forgotten because it had run out."""
        if claims.turn > kept.old_turn:
            return kept.tokens.get(claims.id, float("-inf"))
        if claims.id not in kept.old_tokens:
            resumed = Span.resumed(claims.expires.isoformat(), self._clock, ACCESS_LIFE)
            kept.old_tokens[claims.id] = resumed.ends_s
        return kept.old_tokens[claims.id]

    def _issued(self, kept: Kept) -> Session:
        now, now_s = self._clock.now(), self._clock.monotonic()
        span = Span.of(self._clock, ACCESS_LIFE)
        if span.ends_s > kept.span.ends_s:
            span = kept.span
        kept.tokens = {name: ends_s for name, ends_s in kept.tokens.items() if ends_s > now_s}
        access = Claims(kept.id, secrets.token_hex(8), kept.turn, span.ends)
        again = Claims(kept.id, secrets.token_hex(8), kept.turn, kept.span.ends)
        kept.tokens[access.id] = span.ends_s
        return Session(
            kept.caller,
            span.ends,
            kept.span.ends,
            kept.grants,
            self._mint.write(ACCESS, kept.actor, access, now),
            self._mint.write(REFRESH, kept.actor, again, now),
            kept.password_needed,
        )

    def _sweep(self) -> list[Change]:
        over = [kept.id for kept in self._kept.values() if kept.span.over(self._clock)]
        return [change for one in over for change in self.end(one)]

    def _make_room(self, person: str) -> list[Change]:
        mine = [kept.id for kept in self._kept.values() if kept.person == person]
        return [change for one in mine[: max(0, len(mine) - MOST_OF_ONE + 1)] for change in self.end(one)]


def _kept_of(name: str, body: Mapping[str, Any], clock: Clock) -> Kept | None:
    try:
        return Kept(
            id=name,
            actor=str(body["actor"]),
            person=str(body["person"]),
            grants=grants_of(body["grants"]),
            span=Span.resumed(body["ends"], clock, SESSION_LIFE),
            turn=int(body["turn"]),
            old_turn=int(body["turn"]),
            password_needed=bool(body["password_needed"]),
            foreign=str(body["foreign"]),
            client=str(body["client"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
