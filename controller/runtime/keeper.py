"""Changes of state that need not be durable before anything else happens: gathered, and kept within a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, StoreError
from controller.runtime.alarms import AlarmBook, Priority
from controller.store.changes import Change
from controller.store.state import StateStore

log = structlog.get_logger("keeper")

GATHER_S = 0.5
RETRY_S = 2.0
"""How often changes that could not be kept are tried again when nothing else comes."""
MOST_WAITING = 50_000


class Keeper:
    """Alarms, counters and the like on their way to the state store."""

    def __init__(self, state: StateStore, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._waiting: list[Change] = []
        self._pending = asyncio.Event()
        self._in_order = asyncio.Lock()
        """What failed is tried again before anything later is kept: an old change must never undo a newer one."""
        self._failed = False
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
                await self._clock.sleep(RETRY_S if self._failed else GATHER_S)
                await self.flush()
        finally:
            await self.flush()

    async def keep_now(self, changes: Sequence[Change]) -> None:
        """Keep these, together and after everything that waits; durable when it returns.

        Raises:
            StoreError: they could not be written: none of them is kept, what waited before them still waits.
        """
        async with self._in_order:
            await self._apply(self._taken(), changes)

    async def apply(self, changes: Sequence[Change]) -> None:
        """``keep_now``, for whoever keeps by the state store's own word: never before what waits."""
        await self.keep_now(changes)

    async def flush(self) -> None:
        """Keep everything that waits, now. What could not be kept waits and is tried again."""
        self._pending.clear()
        async with self._in_order:
            waiting = self._taken()
            if waiting:
                with contextlib.suppress(StoreError):
                    await self._apply(waiting, ())

    def _taken(self) -> list[Change]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def _apply(self, waiting: list[Change], changes: Sequence[Change]) -> None:
        try:
            await self._state.apply([*filter(_sound, waiting), *changes])
        except (StoreError, InvalidValue) as error:
            self._waiting = [*waiting, *self._waiting][-MOST_WAITING:]
            self._pending.set()
            if isinstance(error, StoreError):
                self._failed = True
                log.error("state_not_kept", changes=len(waiting) + len(changes), reason=str(error))
                self._say_unwritable(error)
            raise
        self._failed = False
        if self._alarms is not None:
            self._alarms.clear("state", "unwritable")

    def _say_unwritable(self, error: StoreError) -> None:
        if self._alarms is not None:
            self._alarms.set("state", "unwritable", f"the state cannot be kept: {error}", Priority.EMERGENCY)


def _sound(change: Change) -> bool:
    """Whether the change can be kept at all: one defect must not keep all that waits with it from the disk."""
    try:
        change.statement()
    except InvalidValue as defect:
        log.error("change_unsound", change=type(change).__name__, reason=str(defect))
        return False
    return True
