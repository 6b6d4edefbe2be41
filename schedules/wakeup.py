"""Housekeeping wake-ups by APScheduler: the noon check of the calendar and the like.

Never anything a lamp depends on: the control cycle works out what should be on now, and a wake-up that is late or
lost costs nothing. Real time only (APScheduler does not see a demo's or a test's clock).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

# APScheduler 3 ships no types; this file is the only one that touches it.
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # it brings no types
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]  # it brings no types
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]  # it brings no types

Callback = Callable[[], Awaitable[None]]


class WakeUp:
    """Calls coroutines at times of day. Start and stop it in one running event loop; it can be used once.

    A call that comes due while the process was asleep is made once, however late (coalesced, no misfire limit).
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        self._running: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begin waking up."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Wake up no more; callbacks under way are cancelled and waited for. Harmless when not started."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it shuts down in the event loop's next turn,
            await asyncio.sleep(0)  # and a call it had just begun ends in the one after
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def daily(self, hour: int, minute: int, callback: Callback, tz: ZoneInfo) -> None:
        """Call every day at that local time."""
        self._scheduler.add_job(self._call, CronTrigger(hour=hour, minute=minute, timezone=tz), args=[callback])

    def at(self, when: datetime, callback: Callback) -> None:
        """Call once at ``when`` (aware); at once when that is past."""
        self._scheduler.add_job(self._call, DateTrigger(run_date=when), args=[callback])

    async def _call(self, callback: Callback) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        await callback()
