"""Backups while running: on time, on demand, and old ones removed. Nothing in the field waits for one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from controller.domain.clock import Clock
from controller.domain.errors import StoreError
from controller.domain.rights import SELF, Caller
from controller.runtime.alarms import AlarmBook, Priority
from controller.runtime.evidence import Evidence
from controller.settings.evidence import BackupSettings
from controller.store.backup import copy, freeze, prune
from controller.store.backup_check import Backup, backups_in
from controller.store.store import Store

log = structlog.get_logger("backups")

FIRST_S = 600.0
"""A controller that just started has other things to do; its first backup comes this much later at the earliest."""
RETRY_S = 3600.0
"""How long after a failed one the next is tried."""


@dataclass(frozen=True, slots=True)
class BackupView:
    """A backup as people see it: where it lies on the controller's machine, and the journal's last line in it."""

    path: str
    made: datetime
    bytes: int
    line: int
    scheduled: bool
    signed: bool


class BackupDesk:
    """Makes backups of one store into one folder, one at a time."""

    def __init__(
        self, settings: BackupSettings, store: Store, *, clock: Clock, evidence: Evidence, alarms: AlarmBook
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._evidence = evidence
        self._alarms = alarms
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def folder(self) -> Path:
        """Where they go."""
        return self._settings.folder_of(self._store.folder.path)

    def adopt(self, settings: BackupSettings) -> None:
        """Swap the settings (reload); the next backup is due by the new ones."""
        self._settings = settings
        self._changed.set()

    async def make(self, caller: Caller) -> BackupView:
        """A backup of this moment, for somebody who asked. Needs the right ADMINISTER.

        It is journalled like every act, and taken even while the journal cannot be written: it changes nothing in
        the field, and may be just what is needed then. Neither signing keys nor token keys are in it.

        Raises:
            StoreError: no room, or the disk does not take it; nothing unfinished is left.
        """
        return view_of(await self._make(caller, scheduled=False))

    async def backups(self) -> list[BackupView]:
        """Every backup in the folder, newest first."""
        return [view_of(backup) for backup in await asyncio.to_thread(backups_in, self.folder)]

    async def run(self) -> None:
        """Make one whenever it is due, for ever."""
        await self._clock.sleep(FIRST_S)
        while True:
            wait_s = await self._due_in_s()
            if wait_s is None or wait_s > 0:
                await self._wait(wait_s)
                continue
            try:
                await self._make(SELF, scheduled=True)
            except StoreError as error:
                log.error("backup_failed", reason=str(error))
                await self._wait(RETRY_S)

    async def _make(self, caller: Caller, *, scheduled: bool) -> Backup:
        async with self._one_at_a_time:
            folder = self.folder
            await self._evidence.before_automation("backup", caller.actor, "", {"folder": str(folder)})
            try:
                backup = await self._copied(folder, scheduled=scheduled)
            except StoreError as error:
                await self._evidence.void("backup", caller, "", {"folder": str(folder), "why": str(error)})
                self._alarms.set("backup", "failed", f"no backup could be made: {error}", Priority.MEDIUM)
                raise
            said = {"path": str(backup.path), "line": backup.manifest.head.seq, "bytes": backup.size}
            self._evidence.later("backup_made", caller.actor, "", said)
            self._alarms.clear("backup", "failed")
            await self._prune(folder)
            return backup

    async def _copied(self, folder: Path, *, scheduled: bool) -> Backup:
        snapshot = await self._store.writer.run(partial(freeze, self._store.folder.path))
        try:
            return await asyncio.to_thread(copy, snapshot, folder, self._clock.now(), scheduled=scheduled)
        finally:
            snapshot.close()

    async def _prune(self, folder: Path) -> None:
        try:
            gone = await asyncio.to_thread(prune, folder, self._settings.keep)
        except StoreError as error:
            log.error("old_backups_not_removed", reason=str(error))
            return
        if gone:
            self._evidence.later("backups_removed", SELF.actor, "", {"paths": [str(path) for path in gone]})

    async def _due_in_s(self) -> float | None:
        """Seconds until the next one; None while they are switched off."""
        every_s = self._settings.every_s
        if every_s is None:
            return None
        made = [one.manifest.made for one in await asyncio.to_thread(backups_in, self.folder) if one.manifest.scheduled]
        if not made:
            return 0.0
        due = max(made) + timedelta(seconds=every_s)
        return min(
            every_s, (due - self._clock.now()).total_seconds()
        )  # a clock that stepped back delays by one at most

    async def _wait(self, seconds: float | None) -> None:
        """Until that time is over, or the settings change."""
        self._changed.clear()
        waits: list[asyncio.Task[object]] = [asyncio.create_task(_until(self._changed), name="backup settings")]
        if seconds is not None:
            waits.append(asyncio.create_task(_slept(self._clock, seconds), name="backup due"))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.wait(waits)


async def _until(changed: asyncio.Event) -> object:
    return await changed.wait()


async def _slept(clock: Clock, seconds: float) -> object:
    await clock.sleep(seconds)
    return None


def view_of(backup: Backup) -> BackupView:
    """A backup as people see it."""
    manifest = backup.manifest
    return BackupView(
        str(backup.path), manifest.made, backup.size, manifest.head.seq, manifest.scheduled, bool(manifest.signature)
    )
