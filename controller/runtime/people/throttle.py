"""Back-off at the door: whoever guesses waits ever longer, and nobody can be locked out for ever by strangers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.domain.clock import Clock

MOST_KEPT = 20_000
"""How many names and addresses are remembered; the longest quiet ones go first."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``free`` tries cost nothing; each further one doubles the wait from 1 s up to ``most_s``.

    After ``quiet_s`` (real seconds) without a try, all is forgotten.
    """

    free: int
    most_s: float
    quiet_s: float = 3600.0

    def wait_s(self, tries: int) -> float:
        """How long to wait after so many failed tries, in real seconds."""
        return 0.0 if tries <= self.free else min(self.most_s, 2.0 ** min(30, tries - self.free - 1))


PAIR = Patience(free=5, most_s=900.0)
"""One name from one address."""
CLIENT = Patience(free=20, most_s=900.0)
"""One address, whatever the names."""
NAME = Patience(free=10, most_s=60.0)
"""One name, wherever from: short, because strangers must not keep a duty officer out.

An address this name has signed in from before is held back by nothing but its own tries at this name, and no longer
than this: neither a thousand strangers nor one at the next desk, behind the same address, keep them out."""


@dataclass(slots=True)
class _Tries:
    count: int
    last_s: float


class Throttle:
    """Counts tries before they are looked at, so that a hundred at once are a hundred."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: dict[tuple[str, str], _Tries] = {}
        self._known: dict[tuple[str, str], None] = {}

    def wait_s(self, name: str, client: str) -> float:
        """How long this name from this address has to wait still, in real seconds; 0 when it may try."""
        now_s = self._clock.monotonic()
        return max(self._left_s(key, patience, now_s) for key, patience in self._keys(name, client))

    def tried(self, name: str, client: str) -> None:
        """Somebody tries; a failure until ``forgive`` says otherwise."""
        now_s = self._clock.monotonic()
        for key, patience in self._keys(name, client):
            tries = self._tries.pop(key, None)
            quiet = tries is None or now_s - tries.last_s > patience.quiet_s * self._clock.speed
            self._tries[key] = _Tries(1 if quiet or tries is None else tries.count + 1, now_s)
        while len(self._tries) > MOST_KEPT:
            del self._tries[next(iter(self._tries))]

    def forgive(self, name: str, client: str) -> None:
        """It was them: the name's tries are forgotten, the address's only by one (its owner may guess other names)."""
        address = self._tries.get(("", client))
        if address is not None and (name, client) not in self._known:
            address.count -= 1
        if name:
            self._tries.pop((name, client), None)
            self._tries.pop((name, ""), None)
            self.know(name, client)

    def know(self, name: str, client: str) -> None:
        """This name has signed in from this address (a session of the last run says so)."""
        self._known.pop((name, client), None)
        self._known[name, client] = None
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]

    def _keys(self, name: str, client: str) -> Iterator[tuple[tuple[str, str], Patience]]:
        """What a try counts against. No name (a token of the city's sign-on): the address alone, nobody else's."""
        if not name:
            yield ("", client), CLIENT
        elif (name, client) in self._known:
            yield (name, client), NAME
        else:
            yield (name, client), PAIR
            yield ("", client), CLIENT
            yield (name, ""), NAME

    def _left_s(self, key: tuple[str, str], patience: Patience, now_s: float) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        return max(0.0, patience.wait_s(tries.count) - (now_s - tries.last_s) / self._clock.speed)
