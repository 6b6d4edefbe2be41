"""Selections: what somebody looked at and may now operate, once, soon, under the session that looked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from controller.domain.clock import Clock
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.logic.preview import Signature
from controller.runtime.commanding.remembering import Memory
from controller.runtime.views import Order

MOST_OF_ONE = 20
"""Selections one caller may have open; the oldest goes when another comes."""


@dataclass(frozen=True, slots=True)
class Selection:
    """An order, who selected it, and everything they were shown of it."""

    order: Order
    request_id: str
    caller: Caller
    shown: Mapping[TargetId, Signature]
    expires_s: float
    memory: Memory | None = None
    """For looking again only at what moved since."""


class Selections:
    """Open selections by the digest of their token: the token itself is known to its caller alone."""

    def __init__(self, clock: Clock, life_s: float) -> None:
        self._clock = clock
        self._open: dict[bytes, Selection] = {}
        self.life_s = life_s

    def __len__(self) -> int:
        return len(self._open)

    def issue(
        self,
        order: Order,
        request_id: str,
        caller: Caller,
        shown: Mapping[TargetId, Signature],
        memory: Memory | None = None,
    ) -> str:
        """Keep a selection; gives back its token."""
        self._forget()
        own = [digest for digest, one in self._open.items() if one.caller == caller]
        for digest in own[: len(own) - MOST_OF_ONE + 1]:
            del self._open[digest]
        token = secrets.token_urlsafe(32)
        expires_s = self._clock.monotonic() + self.life_s
        self._open[_digest(token)] = Selection(order, request_id, caller, shown, expires_s, memory)
        return token

    def take(self, token: str, caller: Caller) -> Selection | str:
        """The selection of a token, used up by asking whoever asks; or why there is none for this caller."""
        selection = self._open.pop(_digest(token), None)
        if selection is None:
            return "nothing is selected under this token: it was used, has run out, or its session ended; select anew"
        if self._clock.monotonic() > selection.expires_s:
            return f"the selection ran out after {self.life_s:.0f} s; select anew"
        if (selection.caller.actor, selection.caller.session) != (caller.actor, caller.session):
            return "another session selected this; it is void now, and both of you select for yourselves"
        return selection

    def client_gone(self, session: str) -> int:
        """A session ended: what it selected is void. Gives back how many selections that were."""
        gone = [digest for digest, one in self._open.items() if one.caller.session == session]
        for digest in gone:
            del self._open[digest]
        return len(gone)

    def clear(self) -> None:
        """Every selection is void."""
        self._open.clear()

    def _forget(self) -> None:
        now_s = self._clock.monotonic()
        for digest in [digest for digest, one in self._open.items() if one.expires_s < now_s]:
            del self._open[digest]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
