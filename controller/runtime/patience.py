"""Waiting for a disk, but not for ever: one that does not answer counts as one that cannot be written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

PATIENCE_S = 3.0
"""So long (real seconds) a durable write is waited for by whoever must go on; an ordinary one takes milliseconds."""

_going_on: set[asyncio.Task[Any]] = set()
"""Writes nobody waits for any more; they end by themselves when the disk answers."""


async def in_time(write: Coroutine[Any, Any, Any], late: Callable[[BaseException | None], None]) -> bool:
    """Whether the write ended in time; what it raised is then raised here.

    Otherwise it goes on, and ``late`` is told how it ended (None: well) once it did.
    """
    task = asyncio.ensure_future(write)
    try:
        await asyncio.wait({task}, timeout=PATIENCE_S)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        task.result()
        return True

    def ended(done: asyncio.Task[Any]) -> None:
        _going_on.discard(done)
        if not done.cancelled():
            late(done.exception())

    _going_on.add(task)
    task.add_done_callback(ended)
    return False
