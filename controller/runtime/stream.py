"""The live stream of changes: one publisher, many listeners, none of whom can slow the controller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from controller.domain.clock import Clock
from controller.runtime.views import Change

QUEUE_LENGTH = 5_000
"""Changes a listener may lag behind before it is ended (it should take a fresh snapshot and listen again)."""


class ChangeStream:
    """Hands every change to every listener by number; a listener that lags ``QUEUE_LENGTH`` behind is ended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sequence = 0
        self._queues: set[asyncio.Queue[Change | None]] = set()

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._queues)

    def publish(self, kind: str, subject: str, data: dict[str, object]) -> None:
        """Tell everybody; costs next to nothing while nobody listens."""
        self._sequence += 1
        if not self._queues:
            return
        change = Change(self._sequence, kind, subject, self._clock.now(), data)
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(change)
            except asyncio.QueueFull:
                self._queues.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)

    async def listen(self) -> AsyncIterator[Change]:
        """Every change from now on; ends when the listener lagged too far behind or the stream was closed."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE_LENGTH)
        self._queues.add(queue)
        try:
            while (change := await queue.get()) is not None:
                yield change
        finally:
            self._queues.discard(queue)

    def close(self) -> None:
        """End every listener."""
        for queue in tuple(self._queues):
            self._queues.discard(queue)
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
