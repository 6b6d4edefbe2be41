"""How many devices are polled between two looks at everything else: a city's replies never crowd out its people."""

from __future__ import annotations

import asyncio
from itertools import islice

from controller.runtime.waker import Waker

BATCH = 40
"""Polls begun in one go; with their decoding some 3 ms of work."""
EVERY_S = 0.004
"""The next ones begin this much later (real seconds). On a machine that is too slow for the city, polls come more
rarely and their readings age, which shows; cycles, orders and answers go on."""


ROUTINE = BATCH // 4
"""Of each batch so many are left to routine polls, also while a whole city's proofs are waited for."""


class PollPace:
    """Admits channels to their next poll: proofs of commands first, then first come first served. Writes ask nobody."""

    def __init__(self) -> None:
        self._left = BATCH
        self._proofs: dict[Waker, None] = {}
        self._waiting: dict[Waker, None] = {}
        self._admitted: set[Waker] = set()
        self._next: asyncio.TimerHandle | None = None

    def admits(self, channel: Waker, *, proof: bool = False) -> bool:
        """Whether the channel may poll now; if not, it is called when its turn has come, and asks again.

        ``proof``: somebody waits to see what became of a command.
        """
        if channel in self._admitted:
            self._admitted.discard(channel)
            return True
        if self._left and not self._waiting and not self._proofs:
            self._take()
            return True
        if proof:
            self._waiting.pop(channel, None)
            self._proofs[channel] = None
        elif channel not in self._proofs:
            self._waiting[channel] = None
        return False

    def leave(self, channel: Waker) -> None:
        """The channel is closed."""
        self._proofs.pop(channel, None)
        self._waiting.pop(channel, None)
        self._admitted.discard(channel)

    def _take(self) -> None:
        self._left -= 1
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(EVERY_S, self._go_on)

    def _go_on(self) -> None:
        self._next, self._left = None, BATCH
        self._call(self._proofs, BATCH - ROUTINE)
        self._call(self._waiting, BATCH)
        self._call(self._proofs, BATCH)

    def _call(self, queue: dict[Waker, None], most: int) -> None:
        for channel in list(islice(queue, min(most, self._left))):
            del queue[channel]
            self._take()
            self._admitted.add(channel)
            channel.call()
