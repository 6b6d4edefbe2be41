"""Waiting that can be cut short: until a moment of the injected clock, or until somebody calls."""

from __future__ import annotations

import asyncio

from controller.domain.clock import Clock

SHORTEST_S = 0.001
"""No wait is shorter (real seconds): what is due a rounding error from now must not become a busy loop."""


class Waker:
    """One waiter, many callers. A call made while nobody waits is kept for the next wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._called = False
        self._waiting: asyncio.Future[None] | None = None

    def call(self) -> None:
        """End the wait now."""
        self._called = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """Wait at most that many clock seconds, at least ``SHORTEST_S`` real ones; True when somebody called."""
        if not self._called:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            handle = loop.call_later(max(SHORTEST_S, seconds / self._clock.speed), _finish, self._waiting)
            try:
                await self._waiting
            finally:
                handle.cancel()
                self._waiting = None
        called, self._called = self._called, False
        return called


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
