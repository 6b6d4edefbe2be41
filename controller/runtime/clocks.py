"""The clocks a process can be given. One is made in the composition root and injected everywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class RealClock:
    """The machine's wall clock and monotonic clock: the only one for real devices."""

    speed = 1.0

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return datetime.now(UTC)

    monotonic = staticmethod(time.monotonic)
    """Seconds since some moment, never stepping back. The function itself: asked dozens of times of every order."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """Demo time: starts at ``start`` when the source reads ``origin_s`` and runs ``speed`` times as fast.

    Two processes given the same ``start``, ``speed`` and ``origin_s`` (the machine's monotonic clock) agree. With
    ``source=loop.time`` of a virtual event loop it is the clock of tests.
    """

    def __init__(
        self,
        start: datetime,
        speed: float = 1.0,
        origin_s: float | None = None,
        source: Callable[[], float] = time.monotonic,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware datetime")
        if not 0.1 <= speed <= 3600.0:
            raise ValueError(f"speed lies between 0.1 and 3600, not {speed:g}")
        self._start = start.astimezone(UTC)
        self._source = source
        self._origin_s = source() if origin_s is None else origin_s
        self.speed = speed

    def now(self) -> datetime:
        """Demo wall time, aware, UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Demo seconds since ``start``."""
        return (self._source() - self._origin_s) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait that many demo seconds."""
        await asyncio.sleep(max(0.0, seconds / self.speed))
