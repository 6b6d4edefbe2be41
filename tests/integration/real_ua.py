"""Drivers in real time against OPC UA servers in other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from time import monotonic
from typing import Any

LONGEST_S = 30.0


class RealClock:
    """The machine's own."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def in_real_time(body: Coroutine[Any, Any, None]) -> None:
    """Run it on an ordinary loop, for a while at most."""

    async def bounded() -> None:
        async with asyncio.timeout(LONGEST_S):
            await body

    asyncio.run(bounded())


async def until(true: object, within_s: float) -> float:
    """Seconds until ``true()``; fails when it takes longer than ``within_s``."""
    began = monotonic()
    while not true():  # type: ignore[operator] - a predicate
        assert monotonic() - began < within_s, f"not within {within_s} s"
        await asyncio.sleep(0.01)
    return monotonic() - began
