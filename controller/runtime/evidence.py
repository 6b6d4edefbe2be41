"""What is written down before an act, after it, and what happens when it cannot be written.

Manual commands need the journal: no evidence, no act. Automation and safety go on without it, loudly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.runtime.alarms import AlarmBook, Priority
from controller.store.journal import Journal
from controller.store.lines import Entry

log = structlog.get_logger("evidence")

GROUP_S = 0.2
"""Outcomes are gathered this long and journalled as one record."""


class Evidence:
    """The journal as the controller uses it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._alarms: AlarmBook | None = None
        self._later: list[Entry] = []
        self._pending = asyncio.Event()
        self.healthy = True

    def alarm_in(self, alarms: AlarmBook) -> None:
        """Where a journal that cannot be written is made loud."""
        self._alarms = alarms

    async def before(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Durable when it returns.

        Raises:
            StoreError: it could not be written; a manual act must not follow.
        """
        await self._write([self._entry(kind, actor, target, data)])

    async def before_automation(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Like ``before``, but an unwritable journal does not stop what must go on; it is loud instead."""
        try:
            await self.before(kind, actor, target, data)
        except StoreError as error:
            log.error("journal_unwritable", kind=kind, target=target, reason=str(error))

    def later(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> None:
        """Written within ``GROUP_S``, in order, by ``run``."""
        self._later.append(self._entry(kind, actor, target, data))
        self._pending.set()

    async def run(self) -> None:
        """Write what was put off, for ever; on cancellation the rest is written first."""
        try:
            while True:
                await self._pending.wait()
                await self._clock.sleep(GROUP_S)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write what was put off, now. What cannot be written is kept for the next try, up to 10,000 entries."""
        self._pending.clear()
        entries, self._later = self._later, []
        if not entries:
            return
        try:
            await self._write(entries)
        except StoreError as error:
            log.error("journal_unwritable", entries=len(entries), reason=str(error))
            self._later = [*entries, *self._later][-10_000:]

    async def _write(self, entries: Sequence[Entry]) -> None:
        try:
            await self._journal.append(entries)
        except StoreError as error:
            self._mark(healthy=False, text=str(error))
            raise
        self._mark(healthy=True, text="")

    def _mark(self, *, healthy: bool, text: str) -> None:
        if self._alarms is not None:
            if not healthy:
                self._alarms.set("journal", "unwritable", f"the journal cannot be written: {text}", Priority.EMERGENCY)
            elif not self.healthy:
                self._alarms.clear("journal", "unwritable")
        self.healthy = healthy

    def _entry(self, kind: str, actor: str, target: str, data: Mapping[str, Any]) -> Entry:
        return Entry(kind=kind, wall=self._clock.now(), actor=actor, target=target, data=data)
