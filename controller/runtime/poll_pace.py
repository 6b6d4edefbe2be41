"""How many devices are polled between two looks at everything else: a city's replies never crowd out its people."""

from __future__ import annotations

import asyncio

from controller.runtime.waker import Waker

BATCH = 40
"""Polls begun in one go; with their decoding some 5 ms of work."""
EVERY_S = 0.01
"""The next ones begin this much later (real seconds). On a machine that is too slow for the city, polls come more
rarely and their readings age, which shows; cycles, orders and answers go on."""


class PollPace:
    """Admits channels to their next poll, first come first served. Writes ask nobody."""

    def __init__(self) -> None:
        self._left = BATCH
        self._waiting: dict[Waker, None] = {}
        self._admitted: set[Waker] = set()
        self._next: asyncio.TimerHandle | None = None

    def admits(self, channel: Waker) -> bool:
        """Whether the channel may poll now; if not, it is called when its turn has come, and asks again."""
        if channel in self._admitted:
            self._admitted.discard(channel)
            return True
        if self._left and not self._waiting:
            self._take()
            return True
        self._waiting[channel] = None
        return False

    def leave(self, channel: Waker) -> None:
        """The channel is closed."""
        self._waiting.pop(channel, None)
        self._admitted.discard(channel)

    def _take(self) -> None:
        self._left -= 1
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(EVERY_S, self._go_on)

    def _go_on(self) -> None:
        self._next, self._left = None, BATCH
        while self._left and self._waiting:
            channel = next(iter(self._waiting))
            del self._waiting[channel]
            self._take()
            self._admitted.add(channel)
            channel.call()
