"""How many devices are polled between two looks at everything else: a city's replies never crowd out its people."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from itertools import islice

from controller.runtime.waker import Waker

BATCH = 40
"""Polls begun in one go; with their decoding some 3 ms of work."""
EVERY_S = 0.004
"""The next ones begin this much later (real seconds). On a machine that is too slow for the city, polls come more
rarely and their readings age, which shows; cycles, orders and answers go on."""


ROUTINE = BATCH // 4
"""Of each batch so many are left to routine polls, also while a whole city's proofs are waited for."""
PROVING_S = 0.25
"""Proofs are being waited for as long as the last one was asked for no longer ago than this (real seconds)."""


class PollPace:
    """Admits channels to their next poll: proofs of commands first, then first come first served. Writes ask nobody.

    A routine poll that can wait leaves the machine to proofs while there are any: it is made up to the time its
    readings can spare later, and often not at all, because the proof it waited for has read what it wanted.
    """

    def __init__(self) -> None:
        self._left = BATCH
        self._proofs: dict[Waker, None] = {}
        self._waiting: dict[Waker, int] = {}
        """Routine polls, each with its number in ``_patience``."""
        self._patience: list[tuple[float, int, Waker]] = []
        """Until when each can wait while there are proofs (event-loop seconds); outdated entries among them."""
        self._numbers = itertools.count()
        self._admitted: set[Waker] = set()
        self._next: asyncio.TimerHandle | None = None
        self._proving_s = float("-inf")

    def admits(self, channel: Waker, *, proof: bool = False, spare_s: float = 0.0) -> bool:
        """Whether the channel may poll now; if not, it is called when its turn has come, and asks again.

        ``proof``: somebody waits to see what became of a command. ``spare_s``: how long (real seconds) a poll that is
        no proof can wait for such.
        """
        if channel in self._admitted:
            self._admitted.discard(channel)
            return True
        now_s = asyncio.get_running_loop().time()
        if proof:
            self._proving_s = now_s + PROVING_S
        yields = not proof and spare_s > 0.0 and now_s < self._proving_s
        if self._left and not yields and not self._waiting and not self._proofs:
            self._take()
            return True
        if proof:
            self._waiting.pop(channel, None)
            self._proofs[channel] = None
        elif channel not in self._proofs and channel not in self._waiting:
            self._waiting[channel] = number = next(self._numbers)
            heapq.heappush(self._patience, (now_s + spare_s, number, channel))
        self._go_on_soon()
        return False

    def leave(self, channel: Waker) -> None:
        """The channel is closed."""
        self._proofs.pop(channel, None)
        self._waiting.pop(channel, None)
        self._admitted.discard(channel)

    def _take(self) -> None:
        self._left -= 1
        self._go_on_soon()

    def _go_on_soon(self) -> None:
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(EVERY_S, self._go_on)

    def _go_on(self) -> None:
        self._next, self._left = None, BATCH
        now_s = asyncio.get_running_loop().time()
        proving = bool(self._proofs) or now_s < self._proving_s
        self._call(self._proofs, list(islice(self._proofs, BATCH - ROUTINE)))
        self._call(self._waiting, list(islice(self._impatient(now_s) if proving else self._waiting, self._left)))
        if not self._waiting:
            self._patience.clear()
        self._call(self._proofs, list(islice(self._proofs, self._left)))
        if self._waiting or self._proofs:
            self._go_on_soon()

    def _impatient(self, now_s: float) -> Iterator[Waker]:
        """Routine polls that can wait no longer; whoever is taken has to be called."""
        patience = self._patience
        while patience and patience[0][0] <= now_s:
            _, number, channel = heapq.heappop(patience)
            if self._waiting.get(channel) == number:
                yield channel

    def _call(self, queue: dict[Waker, int] | dict[Waker, None], chosen: list[Waker]) -> None:
        for channel in chosen:
            del queue[channel]
            self._take()
            self._admitted.add(channel)
            channel.call()
