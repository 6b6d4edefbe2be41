"""Times that end: counted on the monotonic clock while the controller runs, on the wall over restarts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from controller.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Span:
    """Until when something holds. ``ends`` (wall, UTC) is for people and restarts; ``ends_s`` (monotonic) decides."""

    ends: datetime
    ends_s: float

    @classmethod
    def of(cls, clock: Clock, life: timedelta) -> Span:
        """From now. ``life`` is real time: people are no faster in a fast demo."""
        life_s = life.total_seconds() * clock.speed
        return cls(clock.now() + timedelta(seconds=life_s), clock.monotonic() + life_s)

    @classmethod
    def resumed(cls, text: str, clock: Clock, longest: timedelta) -> Span:
        """What is left of a span kept as ``text``; never more than ``longest``, wherever the wall clock stands now.

        Raises:
            ValueError: the text is no time.
        """
        ends = datetime.fromisoformat(text).astimezone(UTC)
        left_s = min((ends - clock.now()).total_seconds(), longest.total_seconds() * clock.speed)
        return cls(clock.now() + timedelta(seconds=left_s), clock.monotonic() + left_s)

    def over(self, clock: Clock) -> bool:
        """Whether it has run out."""
        return clock.monotonic() >= self.ends_s

    def text(self) -> str:
        """As it is kept."""
        return self.ends.isoformat()


NEVER = Span(datetime(9999, 1, 1, tzinfo=UTC), float("inf"))
"""Holds as long as the process."""
