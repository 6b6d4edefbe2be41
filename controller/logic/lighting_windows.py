"""When photocells and dark weather may act: windows round the sun, in seconds of the POSIX epoch.

All windows of a night lie between its local noon and the next; an asset's spread moves them as it moves its edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Sun(Protocol):
    """Sunset and the next sunrise of a night at a place (``schedules.astro.Crossings``)."""

    @property
    def evening_s(self) -> float:
        """Sunset."""
        ...

    @property
    def morning_s(self) -> float:
        """The next sunrise."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """``start_s <= t < end_s``."""

    start_s: float
    end_s: float

    def holds(self, at_s: float) -> bool:
        """Whether a moment lies within."""
        return self.start_s <= at_s < self.end_s

    def next_s(self, at_s: float) -> float:
        """The next of its two ends after a moment; infinite when both are past."""
        return min((end for end in (self.start_s, self.end_s) if end > at_s), default=float("inf"))


def evening_window(minutes: tuple[int, int], sun: Sun, shift_s: float) -> Span:
    """A light sensor's window round sunset."""
    return Span(sun.evening_s + minutes[0] * 60.0 + shift_s, sun.evening_s + minutes[1] * 60.0 + shift_s)


def morning_window(minutes: tuple[int, int], sun: Sun, shift_s: float) -> Span:
    """A light sensor's window round sunrise."""
    return Span(sun.morning_s + minutes[0] * 60.0 + shift_s, sun.morning_s + minutes[1] * 60.0 + shift_s)


def day_spans(after_sunrise_min: float, until_sunset_min: float, sun: Sun, shift_s: float) -> tuple[Span, Span]:
    """The day as one night sees it: the afternoon before its sunset, and the morning after its sunrise.

    The day of a night dated today ends with its sunset and goes on after its sunrise, which is tomorrow's day; the
    two never overlap, and between them lies the night.
    """
    afternoon = Span(float("-inf"), sun.evening_s + until_sunset_min * 60.0 + shift_s)
    return afternoon, Span(sun.morning_s + after_sunrise_min * 60.0 + shift_s, float("inf"))
