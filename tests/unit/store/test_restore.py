"""Putting a backup back: nothing is lost, the newest evidence stays, and half a restore is never run on."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.store import restoring
from controller.store.backup_check import Backup, read_backup
from controller.store.changes import PutValue
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.restoring import UNFINISHED, Restored, restore
from controller.store.signing import KEY_FILE
from controller.store.store import Store
from tests.unit.store.conftest import DUSK, entry
from tests.unit.store.evidence_rig import LINES, filled, forged
from tests.unit.store.test_backup import taken

LATER = DUSK + timedelta(hours=2)


async def _prepared(folder: Path) -> None:
    data = folder / "data"
    await filled(data)
    taken(data, folder / "backups")
    store = Store.open(data)
    await store.journal.append([entry(LINES + 1, wall=DUSK + timedelta(hours=1))])
    await store.state.apply([PutValue("lines", LINES + 1)])
    await store.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    asyncio.run(_prepared(folder))
    return folder


Site = tuple[Path, Backup]


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Site:
    """A data folder that went on for one line and one value after its backup."""
    for name in ("data", "backups"):
        shutil.copytree(prepared / name, tmp_path / name)
    (backup,) = (tmp_path / "backups").iterdir()
    return tmp_path / "data", read_backup(backup)


async def put_back(backup: Backup, data: Path) -> Restored:
    return await restore(backup, data, "cli:lin", LATER)


def lines_kept(data: Path) -> int:
    with closing(sqlite3.connect(data / "state.sqlite")) as state:
        ((value,),) = state.execute("SELECT value FROM single_values WHERE key = 'lines'").fetchall()
    return int(json.loads(value))


async def test_a_damaged_state_is_replaced_and_the_whole_journal_stays_and_tells(site: Site, tmp_path: Path) -> None:
    data, backup = site
    (data / "state.sqlite").write_bytes(b"rubbish " * 1000)
    done = await put_back(backup, data)
    assert (done.journal_kept, done.since) == (True, 1)
    assert lines_kept(data) == LINES
    report = verify(data)
    assert (report.ok, report.entries, report.signed) == (True, LINES + 2, LINES + 2), report.problem
    last = next(read(data, newest_first=True))
    assert (last.kind, last.actor, last.data["line"], last.data["journal"]) == ("restored", "cli:lin", LINES, "kept")
    assert (done.aside / "state.sqlite").read_bytes() == b"rubbish " * 1000
    store = Store.open(data)
    await store.close()


async def test_a_broken_journal_goes_aside_too_and_the_line_says_why(site: Site, tmp_path: Path) -> None:
    data, backup = site
    with forged(data) as connection:
        connection.execute("UPDATE entries SET actor = 'wang' WHERE seq = 7")
    before = (data / "journal.sqlite").read_bytes()
    done = await put_back(backup, data)
    assert not done.journal_kept
    report = verify(data)
    assert (report.ok, report.entries) == (True, LINES + 1), report.problem
    assert "line 7 was changed" in next(read(data, newest_first=True)).data["journal"]
    assert (done.aside / "journal.sqlite").read_bytes() == before


async def test_an_empty_folder_takes_a_backup_with_a_key_of_its_own(site: Site, tmp_path: Path) -> None:
    _, backup = site
    data = tmp_path / "elsewhere"
    done = await put_back(backup, data)
    assert (done.journal_kept, done.journal_was) == (False, "there was none")
    report = verify(data)
    assert (report.ok, report.entries, report.signed) == (True, LINES + 1, LINES + 1), report.problem
    assert (data / KEY_FILE).read_text() != (tmp_path / "data" / KEY_FILE).read_text()


async def test_keys_come_along_only_when_asked_and_never_over_others(site: Site, tmp_path: Path) -> None:
    data, backup = site
    restoring.put_keys(data / "keys", backup.path / "keys")
    await restore(backup, tmp_path / "second", "cli:lin", LATER, with_keys=True)
    assert (tmp_path / "second" / KEY_FILE).read_text() == (data / KEY_FILE).read_text()
    (data / KEY_FILE).write_text("11" * 32)
    await restore(backup, data, "cli:lin", LATER, with_keys=True)
    assert (data / KEY_FILE).read_text() == "11" * 32


async def test_stations_trusted_in_the_backup_are_trusted_again_but_for_those_rejected_since(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await filled(data)
    trusted, rejected = data / "pki" / "trusted", data / "pki" / "rejected"
    for folder in (trusted, rejected):
        folder.mkdir(parents=True)
    for name in ("aa", "bb", "cc"):
        (trusted / f"{name}.der").write_bytes(name.encode())
    (backup,) = [read_backup(taken(data, tmp_path / "backups"))]
    (trusted / "bb.der").unlink()
    (trusted / "cc.der").rename(rejected / "cc.der")
    for _ in range(2):
        assert (await put_back(backup, data)).trusted == ("aa", "bb")
        assert {file.name: file.read_bytes() for file in trusted.iterdir()} == {"aa.der": b"aa", "bb.der": b"bb"}
    elsewhere = tmp_path / "elsewhere"
    assert (await put_back(backup, elsewhere)).trusted == ("aa", "bb", "cc")
    assert (elsewhere / "pki" / "trusted").stat().st_mode & 0o777 == 0o700


async def test_the_journal_of_another_controller_never_stays(site: Site, tmp_path: Path) -> None:
    _, backup = site
    other = tmp_path / "other"
    await filled(other, 3)
    done = await put_back(backup, other)
    assert "another controller" in done.journal_was
    assert verify(other).entries == LINES + 1
    assert verify(done.aside).entries == 3


async def test_a_restore_is_refused_while_a_controller_runs(site: Site, tmp_path: Path) -> None:
    data, backup = site
    store = Store.open(data)
    with pytest.raises(StoreError, match="is using the data folder"):
        await put_back(backup, data)
    await store.close()
    assert lines_kept(data) == LINES + 1


async def test_a_backup_that_is_not_what_was_saved_moves_nothing(site: Site, tmp_path: Path) -> None:
    data, backup = site
    (backup.path / "state.sqlite").write_bytes(b"")
    with pytest.raises(StoreError, match="not the file that was saved"):
        await put_back(backup, data)
    assert sorted(path.name for path in data.glob("before-restore-*")) == []
    assert lines_kept(data) == LINES + 1


STEPS = ("_copy", "_aside", "_tell")


@pytest.mark.parametrize("step", STEPS)
async def test_a_restore_cut_off_at_any_step_is_finished_by_the_same_command(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    data, backup = site

    class PowerFailure(BaseException): ...

    def gone(*_: object, **__: object) -> None:
        raise PowerFailure

    with monkeypatch.context() as failing:
        failing.setattr(restoring, step, gone)
        with pytest.raises(PowerFailure):
            await put_back(backup, data)
    if (data / UNFINISHED).exists():
        with pytest.raises(StoreError, match=f"zhadao restore {backup.path} --data {data}"):
            Store.open(data)
    else:
        assert lines_kept(data) == LINES + 1
    await put_back(backup, data)
    assert not (data / UNFINISHED).exists()
    assert lines_kept(data) == LINES
    report = verify(data)
    assert (report.ok, report.entries) == (True, LINES + 2), report.problem
    store = Store.open(data)
    await store.close()


async def test_restoring_twice_keeps_both_old_states(site: Site, tmp_path: Path) -> None:
    data, backup = site
    first, second = await put_back(backup, data), await put_back(backup, data)
    assert first.aside != second.aside
    assert lines_kept(first.aside) == LINES + 1
    assert shutil.disk_usage(data).free > 0
