"""Whether a station without a counter of its own still works: of many measurements some should move. Pure.

A server whose program stopped goes on showing what it showed last, with the times it had then. Level, head and current
never all stand still for long where water moves; where they may (a station at rest), the profile asks for no watch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.domain.points import Reading
from drivers.check import NUMBERS
from drivers.opcua.alive import Life
from drivers.profile import PointSpec, Poll, Role

LOOKS = 3.0
"""While nothing is reported, its measurements are read so often within the time they may stand still."""


@dataclass(slots=True)
class Signs:
    """What its measurements showed last (event-loop seconds). Outlives connections, as a counter does.

    ``still_after_s`` without a new value or a new source time of any of ``points`` makes the station FROZEN; it is
    never given up for that alone (DEAD), since nothing here is proof.
    """

    points: frozenset[str]
    still_after_s: float
    moved_s: float = 0.0
    told: Life = Life.MOVING
    _seen: dict[str, tuple[object, object]] = field(default_factory=dict)
    _looked_s: float = 0.0

    def connected(self, now_s: float) -> None:
        """A new connection: a moving station gets its time anew, a frozen one none."""
        if self.told is Life.MOVING:
            self.moved_s = now_s
        self._looked_s = now_s

    def saw(self, readings: Mapping[str, Reading], now_s: float, *, whole: bool = False) -> None:
        """These came, as a ``whole`` read or as a report. What is unreadable, or seen first, is no movement."""
        if whole:
            self._looked_s = now_s
        for name in self.points & readings.keys():
            reading = readings[name]
            if reading.value is None:
                continue
            before, shown = self._seen.get(name), (reading.value, reading.source_time)
            self._seen[name] = shown
            if before is not None and before != shown:
                self.moved_s = now_s

    def life(self, now_s: float) -> Life:
        """What to think of the station now."""
        return Life.MOVING if now_s - self.moved_s < self.still_after_s else Life.FROZEN

    def worth_a_look(self, now_s: float) -> bool:
        """Whether it is time to read it: a report only tells changes beyond a dead-band, and no source time alone."""
        return now_s - max(self.moved_s, self._looked_s) >= self.still_after_s / LOOKS

    def deaf(self, now_s: float) -> bool:
        """Never known: a source time that moves alone is not reported."""
        del now_s
        return False

    def next_s(self, now_s: float) -> float:
        """When something about it may change next."""
        still_s = self.moved_s + self.still_after_s
        return still_s if still_s > now_s else float("inf")


def signs_of(points: Iterable[PointSpec], still_after_s: float | None) -> Signs | None:
    """The watch over a station's fast measurements; None where none is asked for, or there are none.

    What the centre itself writes is no sign of the station's life.
    """
    fast = frozenset(spec.name for spec in points if is_sign(spec))
    return Signs(fast, still_after_s) if fast and still_after_s is not None else None


def is_sign(spec: PointSpec) -> bool:
    """Whether a point is one of those that should move."""
    return spec.poll is Poll.FAST and spec.type in NUMBERS and not spec.writable and spec.role is Role.NONE
