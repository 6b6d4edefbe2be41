"""When each poll class of one device is read. Pure.

Every class has a grid of its own: moments one period apart, shifted by the device's phase. A read that comes late
keeps the grid (no drift), one that was missed is not made up for (no burst), and one that is due anyway takes
along what would be due in a moment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from controller.settings.timing import Timing
from drivers.base import Binding
from drivers.profile import Poll

NEVER_S = float("inf")
ALONG = 0.24
"""A class whose turn comes within this share of the shorter period is read along with the one that is due."""
SKIPPED = 0.25
"""A class read this share of its period before a moment of its grid is not read again at that moment."""

_SETS = tuple(
    frozenset(poll for i, poll in enumerate((Poll.FAST, Poll.NORMAL, Poll.SLOW)) if mask >> i & 1) for mask in range(8)
)
"""Every set of classes, made once: drivers look their compiled reads up by them."""
ALL = _SETS[7]


@dataclass(frozen=True, slots=True)
class Paces:
    """Seconds between two reads of each class; infinite for a class the device has no points of."""

    fast_s: float
    normal_s: float
    slow_s: float

    @classmethod
    def of(cls, binding: Binding, timing: Timing) -> Paces:
        """The site's paces, or the device's own where it has them."""
        has = {spec.poll for spec in binding.points.values()}
        fast_s, normal_s, slow_s = (
            (binding.own_pace_s(poll) or timing.poll_s(poll)) if poll in has else NEVER_S for poll in Poll
        )
        return cls(fast_s, normal_s, slow_s)

    @classmethod
    def of_reporting(cls, timing: Timing) -> Paces:
        """A device that reports by itself: looked after often enough that what it did not report stays trusted, read
        as a whole at the slow pace."""
        return cls(NEVER_S, min(timing.poll_normal_s, timing.stale_min_s / 2), timing.poll_slow_s)

    @property
    def shortest_s(self) -> float:
        """The pace of its fastest class."""
        return min(self.fast_s, self.normal_s, self.slow_s)


class PollPlan:
    """The grids of one device. ``next_s`` is when the next class is due (monotonic seconds)."""

    __slots__ = ("_due_s", "_origin_s", "_periods_s", "next_s", "shortest_s")

    def __init__(self, paces: Paces, phase: float, now_s: float) -> None:
        self._periods_s = (paces.fast_s, paces.normal_s, paces.slow_s)
        longest_s = max((period for period in self._periods_s if period < NEVER_S), default=0.0)
        self._origin_s = now_s + phase * longest_s
        self._due_s = [NEVER_S, NEVER_S, NEVER_S]
        self.next_s = NEVER_S
        self.shortest_s = paces.shortest_s
        self.read(ALL, now_s)

    def due(self, now_s: float) -> frozenset[Poll]:
        """The classes to read now: those that are due, and what would be in a moment."""
        if now_s < self.next_s:
            return _SETS[0]
        periods_s, due_s = self._periods_s, self._due_s
        shortest_s = min(period for period, due in zip(periods_s, due_s, strict=True) if due <= now_s)
        mask = 0
        for i, period_s in enumerate(periods_s):
            if due_s[i] <= now_s + (ALONG * min(period_s, shortest_s) if period_s < NEVER_S else 0.0):
                mask |= 1 << i
        return _SETS[mask]

    def read(self, polls: frozenset[Poll], now_s: float) -> None:
        """These classes were read, or given up, now: each is due at the next moment of its grid."""
        for i, poll in enumerate((Poll.FAST, Poll.NORMAL, Poll.SLOW)):
            period_s = self._periods_s[i]
            if poll in polls and period_s < NEVER_S:
                passed = math.floor((now_s - self._origin_s) / period_s + SKIPPED)
                self._due_s[i] = self._origin_s + (passed + 1) * period_s
        self.next_s = min(self._due_s)
