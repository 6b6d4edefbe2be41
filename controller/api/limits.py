"""How much one caller may ask: token buckets per client address and per session, and live streams per address."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

MOST_BUCKETS = 10_000
"""Buckets remembered at once; full ones are forgotten first, and they forget nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second on average, and so many at once."""

    per_s: float
    burst: float


_OF_AN_ADDRESS = Rate(500.0, 1500.0)
"""A control room behind one address."""
_OF_A_SESSION = Rate(100.0, 500.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client address and one session may ask. Connections and streams are counts at one moment."""

    address: Rate = _OF_AN_ADDRESS
    session: Rate = _OF_A_SESSION
    connections: int = 200
    streams: int = 50


class Buckets:
    """Token buckets by key. ``now_s`` is real, monotonic time."""

    def __init__(self, rate: Rate, now_s: Callable[[], float]) -> None:
        self._rate = rate
        self._now_s = now_s
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Take one; gives back 0, or for how many seconds there is none."""
        rate, now_s = self._rate, self._now_s()
        left, at_s = self._left.get(key, (rate.burst, now_s))
        left = min(rate.burst, left + (now_s - at_s) * rate.per_s)
        if left < 1.0:
            self._left[key] = (left, now_s)
            return (1.0 - left) / rate.per_s
        self._left[key] = (left - 1.0, now_s)
        if len(self._left) > MOST_BUCKETS:
            self._forget(now_s)
        return 0.0

    def _forget(self, now_s: float) -> None:
        full_after_s = self._rate.burst / self._rate.per_s
        self._left = {key: one for key, one in self._left.items() if now_s - one[1] < full_after_s}
        if len(self._left) > MOST_BUCKETS:  # a flood from everywhere: start over rather than grow
            self._left.clear()


class Turnstile:
    """Counts what everybody asks of one app."""

    def __init__(self, limits: Limits, now_s: Callable[[], float]) -> None:
        self.limits = limits
        self._addresses = Buckets(limits.address, now_s)
        self._sessions = Buckets(limits.session, now_s)
        self._streams: Counter[str] = Counter()

    def address(self, address: str) -> float:
        """One request from this address; gives back 0, or the seconds to wait."""
        return self._addresses.take(address)

    def session(self, session_id: str) -> float:
        """One request in this session; gives back 0, or the seconds to wait."""
        return self._sessions.take(session_id)

    def stream_begins(self, address: str) -> bool:
        """A live stream for this address; False when it has too many."""
        if self._streams[address] >= self.limits.streams:
            return False
        self._streams[address] += 1
        return True

    def stream_ends(self, address: str) -> None:
        """It is over."""
        self._streams[address] -= 1
        if self._streams[address] <= 0:
            del self._streams[address]


def whole_seconds(wait_s: float) -> str:
    """A waiting time as the Retry-After header says it."""
    return str(max(1, math.ceil(wait_s)))
