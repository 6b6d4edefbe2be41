"""Changes of state that need not be durable before anything else happens: gathered, and kept within a second."""

from __future__ import annotations

import asyncio

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.runtime.alarms import AlarmBook, Priority
from controller.store.changes import Change
from controller.store.state import StateStore

log = structlog.get_logger("keeper")

GATHER_S = 0.5
MOST_WAITING = 50_000


class Keeper:
    """Alarms, counters and the like on their way to the state store."""

    def __init__(self, state: StateStore, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._waiting: list[Change] = []
        self._pending = asyncio.Event()
        self._alarms: AlarmBook | None = None

    def alarm_in(self, alarms: AlarmBook) -> None:
        """Where a state store that cannot be written is made loud."""
        self._alarms = alarms

    def keep(self, change: Change) -> None:
        """Keep it soon."""
        self._waiting.append(change)
        self._pending.set()

    async def run(self) -> None:
        """Keep what comes, for ever; on cancellation the rest is kept first."""
        try:
            while True:
                await self._pending.wait()
                await self._clock.sleep(GATHER_S)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Keep everything that waits, now. What could not be kept waits for the next change."""
        self._pending.clear()
        changes, self._waiting = self._waiting, []
        if not changes:
            return
        try:
            await self._state.apply(changes)
        except StoreError as error:
            self._waiting = [*changes, *self._waiting][-MOST_WAITING:]
            log.error("state_not_kept", changes=len(changes), reason=str(error))
            if self._alarms is not None:
                self._alarms.set("state", "unwritable", f"the state cannot be kept: {error}", Priority.EMERGENCY)
        else:
            if self._alarms is not None:
                self._alarms.clear("state", "unwritable")
