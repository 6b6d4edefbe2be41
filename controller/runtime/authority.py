"""The one place where authority is asked: who is calling, and may they do this."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from controller.domain.clock import Clock

SIGN_IN_CODE_LIFE = timedelta(hours=12)
SESSION_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in caller. ``token`` is shown once, to that caller; only its digest is kept."""

    actor: str
    expires: datetime
    token: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not, in a sentence, in the field's word (``NO_ACCESS_AUTHORITY``)."""

    cause: str
    text: str


class Authority(Protocol):
    """Sign-in and permission."""

    def sign_in(self, code: str) -> Session | None:
        """A new session for a valid one-time code; None when it is wrong, used or too old."""
        ...

    def session(self, token: str) -> Session | None:
        """The session a token stands for, while it lives; asked with an empty token for a caller who sent none."""
        ...

    def permit(self, session: Session, action: str, targets: Sequence[str]) -> Denial | None:
        """None when the session may do ``action`` (``see | operate | administer``) on these targets."""
        ...


class SingleOperator:
    """One generated operator: a one-time code for people, a token for the command line on the same machine.

    Users and roles take this class's place; nothing else asks who may do what.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}
        self._code_digest: bytes | None = None
        self._code_expires_s = 0.0

    def new_code(self) -> str:
        """A fresh one-time sign-in code, six groups a tired person can type; any older unused one dies."""
        code = "-".join(f"{secrets.randbelow(10_000):04d}" for _ in range(5))
        self._code_digest = _digest(code)
        self._code_expires_s = self._clock.monotonic() + SIGN_IN_CODE_LIFE.total_seconds() * self._clock.speed
        return code

    def new_session(self, actor: str) -> Session:
        """A session made by the controller itself, for the command line of the same user on the same machine."""
        token = secrets.token_urlsafe(32)
        life = SESSION_LIFE * self._clock.speed
        session = Session(actor, self._clock.now() + life, token)
        self._sessions[_digest(token)] = Session(actor, session.expires)
        return session

    def sign_in(self, code: str) -> Session | None:
        """A session for the one-time code; the code dies with its use."""
        expected, self_expired = self._code_digest, self._clock.monotonic() > self._code_expires_s
        if expected is None or self_expired or not hmac.compare_digest(expected, _digest(code.strip())):
            return None
        self._code_digest = None
        return self.new_session("operator")

    def session(self, token: str) -> Session | None:
        """The live session of this token."""
        key = _digest(token)
        session = self._sessions.get(key)
        if session is None:
            return None
        if self._clock.now() >= session.expires:
            del self._sessions[key]
            return None
        return session

    def permit(self, session: Session, action: str, targets: Sequence[str]) -> Denial | None:
        """The single operator may see and operate everything; every other actor nothing."""
        del targets
        if session.actor in ("operator", "local-cli") and action in ("see", "operate", "administer"):
            return None
        return Denial("NO_ACCESS_AUTHORITY", f"{session.actor} may not {action} here; ask an administrator")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
