"""Waiting that can be cut short: until a moment of the injected clock, or until somebody calls."""

from __future__ import annotations

import asyncio

from controller.domain.clock import Clock

SHORTEST_S = 0.001
"""No wait is shorter (real seconds): what is due a rounding error from now must not become a busy loop."""


class Waker:
    """One waiter, many callers. A call made while nobody waits is kept for the next wait.

    Its timer is set anew only where it would ring too late: a channel waits eight times for one order, and most of
    these waits are cut short. One that rings too early is set again for the rest.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._called = False
        self._waiting: asyncio.Future[None] | None = None
        self._until_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def call(self) -> None:
        """End the wait now."""
        self._called = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """Wait at most that many clock seconds, at least ``SHORTEST_S`` real ones; True when somebody called."""
        if not self._called:
            loop = asyncio.get_running_loop()
            self._waiting = waiting = loop.create_future()
            self._until_s = until_s = loop.time() + max(SHORTEST_S, seconds / self._clock.speed)
            timer = self._timer
            if timer is None or timer.when() > until_s + SHORTEST_S:
                self._set_timer(loop, until_s)
            try:
                await waiting
            except asyncio.CancelledError:
                self._drop_timer()
                raise
            finally:
                self._waiting = None
        called, self._called = self._called, False
        return called

    def _set_timer(self, loop: asyncio.AbstractEventLoop, until_s: float) -> None:
        self._drop_timer()
        self._timer = loop.call_at(until_s, self._ring, loop)

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        if loop.time() < self._until_s - SHORTEST_S:  # the event loop's time comes in milliseconds
            self._set_timer(loop, self._until_s)
        else:
            waiting.set_result(None)
