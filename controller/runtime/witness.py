"""Who came to the door: sign-ins and refusals are evidence too, and a flood of them must not fill the journal."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from controller.runtime.authority import Authority, Denial, Session
from controller.runtime.evidence import Evidence

QUIET_S = 60.0
"""Real seconds after a caller nobody knows was written down in which further ones are only counted."""
MOST_TARGETS = 20
"""A denial names at most this many of its targets, and says how many there were."""


class WitnessedAuthority:
    """An authority whose sign-ins and refusals are journalled; it decides nothing itself.

    Callers nobody knows (wrong code, no token, unknown token) cost nothing to make, so of each kind one line is
    written at once and then at most one a minute, with their number. A denial to somebody signed in is always written.
    """

    def __init__(self, authority: Authority, evidence: Evidence) -> None:
        self._authority = authority
        self._evidence = evidence
        self._counted: Counter[str] = Counter()
        self._quiet: dict[str, asyncio.TimerHandle] = {}

    def sign_in(self, code: str) -> Session | None:
        """A session for a valid code."""
        session = self._authority.sign_in(code)
        if session is None:
            self._unknown("sign_in_refused")
        else:
            self._evidence.later("signed_in", session.actor, "", {"until": session.expires.isoformat()})
        return session

    def session(self, token: str) -> Session | None:
        """The session of a token; an empty token is a caller who showed none."""
        session = self._authority.session(token)
        if session is None:
            self._unknown("token_refused" if token else "token_missing")
        return session

    def permit(self, session: Session, action: str, targets: Sequence[str]) -> Denial | None:
        """Whether the session may do this; a denial is written down."""
        denial = self._authority.permit(session, action, targets)
        if denial is not None:
            first = targets[0] if len(targets) == 1 else ""
            data = {"action": action, "cause": denial.cause, "text": denial.text, "count": len(targets)}
            self._evidence.later("denied", session.actor, first, {**data, "targets": list(targets[:MOST_TARGETS])})
        return denial

    def close(self) -> None:
        """Write down what was only counted so far."""
        for kind, timer in list(self._quiet.items()):
            timer.cancel()
            self._quiet_over(kind)
        for timer in self._quiet.values():
            timer.cancel()

    def _unknown(self, kind: str) -> None:
        self._counted[kind] += 1
        if kind not in self._quiet:
            self._quiet_over(kind)

    def _quiet_over(self, kind: str) -> None:
        """Tell how many came since the last line; when none did, the next one is written at once again."""
        self._quiet.pop(kind, None)
        count = self._counted.pop(kind, 0)
        if count:
            self._evidence.later(kind, "", "", {"attempts": count})
            loop = asyncio.get_running_loop()
            self._quiet[kind] = loop.call_later(QUIET_S, self._quiet_over, kind)
