"""Whether a station still works behind a server that goes on answering: its own counter must move. Pure.

A server keeps answering reads and sending keep-alives while the program behind it stands still, and a subscription
can go deaf while its session lives. Only something the station itself moves tells either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

FROZEN_AFTER = 3.0
"""Keep-alives without a movement after which a station's values are UNCERTAIN ``frozen`` …"""
DEAD_AFTER = 6.0
"""… and after which they are BAD ``frozen``."""
LOOK_AFTER = 1.0
"""Keep-alives without a report after which the counter is read: a deaf subscription is told from a frozen station."""


class Life(Enum):
    """What is known of a station behind its server."""

    MOVING = auto()
    FROZEN = auto()
    DEAD = auto()


@dataclass(slots=True)
class Counter:
    """The station's counter as it was last seen (event-loop seconds). Outlives connections: a frozen station that is
    connected again is still frozen until it moves."""

    keepalive_s: float
    value: object = None
    moved_s: float = 0.0
    told: Life = Life.MOVING
    _unreported_s: float | None = None

    def connected(self, now_s: float) -> None:
        """A new connection: what moved meanwhile cannot have been reported; a moving station gets its time anew."""
        self._unreported_s = None
        if self.told is Life.MOVING:
            self.moved_s = now_s

    def reported(self, value: object, now_s: float) -> None:
        """The subscription told this value (None: unreadable, which is no movement)."""
        self._unreported_s = None
        self._take(value, now_s)

    def looked(self, value: object, now_s: float) -> None:
        """A read showed this value."""
        if self._take(value, now_s) and self._unreported_s is None:
            self._unreported_s = now_s

    def life(self, now_s: float) -> Life:
        """What to think of the station now."""
        still = (now_s - self.moved_s) / self.keepalive_s
        if still < FROZEN_AFTER:
            return Life.MOVING
        return Life.FROZEN if still < DEAD_AFTER else Life.DEAD

    def worth_a_look(self, now_s: float) -> bool:
        """Whether it is time to read it rather than wait for its report."""
        return now_s - self.moved_s >= LOOK_AFTER * self.keepalive_s

    def deaf(self, now_s: float) -> bool:
        """Whether it moves and the subscription does not say so."""
        return self._unreported_s is not None and now_s - self._unreported_s >= self.keepalive_s

    def next_s(self, now_s: float) -> float:
        """When something about it may change next."""
        times_s = [self.moved_s + share * self.keepalive_s for share in (FROZEN_AFTER, DEAD_AFTER)]
        if self._unreported_s is not None:
            times_s.append(self._unreported_s + self.keepalive_s)
        return min((at_s for at_s in times_s if at_s > now_s), default=float("inf"))

    def _take(self, value: object, now_s: float) -> bool:
        if value is None or value == self.value:
            return False
        first = self.value is None
        self.value, self.moved_s = value, now_s
        return not first
