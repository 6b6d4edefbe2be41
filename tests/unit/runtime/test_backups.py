"""Backups of a running controller: on time, on demand, told in the journal, and loud when they fail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.domain.rights import Caller
from controller.runtime.alarms import AlarmBook
from controller.runtime.backups import FIRST_S, RETRY_S, BackupDesk
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import Evidence
from controller.runtime.tasks import cancel_all
from controller.settings.evidence import BackupSettings
from controller.store import backup as making
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK
from tests.unit.runtime.test_evidence import full

LIN = Caller("lin", "lin")
DAY_S = 86_400.0


class Keeping:
    """A backup desk over a real store."""

    def __init__(self, data: Path, settings: BackupSettings, start_s: float = 0.0) -> None:
        self.data = data
        clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=-start_s)
        self.store = Store.open(data)
        self.alarms = AlarmBook(clock, lambda _: None)
        self.evidence = Evidence(self.store.journal, clock)
        self.desk = BackupDesk(settings, self.store, clock=clock, evidence=self.evidence, alarms=self.alarms)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Keeping]:
        tasks = [asyncio.create_task(self.evidence.run()), asyncio.create_task(self.desk.run())]
        try:
            yield self
        finally:
            await cancel_all(tasks)
            await self.store.close()

    async def scheduled(self) -> int:
        return sum(backup.scheduled for backup in await self.desk.backups())

    def kinds(self) -> list[str]:
        return [record.kind for record in read(self.data)]


async def test_a_backup_somebody_asked_for_is_journalled_before_and_after(tmp_path: Path) -> None:
    async with Keeping(tmp_path / "data", BackupSettings(None)).open() as keeping:
        made = await keeping.desk.make(LIN)
        await keeping.evidence.flush()
        assert (made.line, made.scheduled, made.signed) == (1, False, True)
        assert Path(made.path).parent == tmp_path / "data" / "backups"
        assert verify(Path(made.path)).entries == 1
        assert [one.path for one in await keeping.desk.backups()] == [made.path]
    assert [(record.kind, record.actor) for record in read(keeping.data)] == [("backup", "lin"), ("backup_made", "lin")]


async def test_backups_come_on_time_and_old_ones_go(tmp_path: Path) -> None:
    settings = BackupSettings(DAY_S, keep=2, folder=tmp_path / "elsewhere")
    async with Keeping(tmp_path / "data", settings).open() as keeping:
        await asyncio.sleep(FIRST_S - 1)
        assert await keeping.scheduled() == 0
        await asyncio.sleep(60)
        assert await keeping.scheduled() == 1
        await asyncio.sleep(DAY_S)
        assert await keeping.scheduled() == 2
        await asyncio.sleep(3 * DAY_S)
        found = await keeping.desk.backups()
        assert len(found) == 2
        assert all(Path(one.path).parent == tmp_path / "elsewhere" for one in found)
    assert keeping.kinds().count("backup_made") == 5
    assert keeping.kinds().count("backups_removed") == 3


async def test_a_restart_does_not_begin_the_day_anew(tmp_path: Path) -> None:
    async with Keeping(tmp_path / "data", BackupSettings(DAY_S)).open():
        await asyncio.sleep(FIRST_S + 60)
    async with Keeping(tmp_path / "data", BackupSettings(DAY_S), start_s=3600).open() as again:
        await asyncio.sleep(DAY_S - 3600 - 600)
        assert await again.scheduled() == 1
        await asyncio.sleep(3600)
        assert await again.scheduled() == 2


async def test_a_reload_may_switch_them_on(tmp_path: Path) -> None:
    async with Keeping(tmp_path / "data", BackupSettings(None)).open() as keeping:
        await asyncio.sleep(DAY_S)
        assert await keeping.scheduled() == 0
        keeping.desk.adopt(BackupSettings(DAY_S))
        await asyncio.sleep(60)
        assert await keeping.scheduled() == 1


async def test_a_backup_that_fails_is_an_alarm_and_taken_back_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Keeping(tmp_path / "data", BackupSettings(DAY_S)).open() as keeping:
        with monkeypatch.context() as low:
            low.setattr(making, "RESERVE_BYTES", 2**60)
            await asyncio.sleep(FIRST_S + 60)
            assert keeping.alarms.standing("backup", "failed")
            with pytest.raises(StoreError, match="no room"):
                await keeping.desk.make(LIN)
        assert keeping.kinds() == ["backup", "backup_void", "backup", "backup_void"]
        await asyncio.sleep(RETRY_S)
        assert await keeping.scheduled() == 1
        assert not keeping.alarms.standing("backup", "failed")


async def test_a_backup_is_taken_also_while_the_journal_takes_nothing(tmp_path: Path) -> None:
    async with Keeping(tmp_path / "data", BackupSettings(None)).open() as keeping:
        await keeping.evidence.before("order", "lin", "", {})
        with full(keeping.data):
            made = await keeping.desk.make(LIN)
        assert made.line == 1
