"""How many wires may be in the middle of connecting at one moment, so that no storm of them starves the rest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

MAX_CONNECTING = 64
"""All together."""
FRUITLESS = 48
"""Of these, how many may be wires that failed to connect before: a thousand dead ones, each trying for its whole
time-out, never hold up one that was just lost and would be back at once."""


class ConnectLimit:
    """Turns to connect."""

    def __init__(self, most: int = MAX_CONNECTING, fruitless: int = FRUITLESS) -> None:
        self._all = asyncio.Semaphore(most)
        self._fruitless = asyncio.Semaphore(min(most, fruitless))

    @contextlib.asynccontextmanager
    async def turn(self, *, failed_before: bool) -> AsyncIterator[None]:
        """Wait for a turn, and hold it."""
        if failed_before:
            async with self._fruitless, self._all:
                yield
        else:
            async with self._all:
                yield
