"""A backup is of one moment, is what it says, and never what fills the disk."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import StoreDamaged, StoreError
from controller.store import backup as making
from controller.store.backup import copy, freeze, prune
from controller.store.backup_check import MANIFEST, backups_in, check_backup, last_good, read_backup
from controller.store.changes import PutValue
from controller.store.journal_verify import verify
from controller.store.signing import KEY_FILE, PUBLIC_FILE, SigningKey, read_public
from controller.store.store import Store
from tests.unit.store.conftest import DUSK, entry
from tests.unit.store.evidence_rig import LINES, filled_store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a stopped controller's store, beside it."""
    folder = tmp_path_factory.mktemp("backed")
    data = filled_store(folder / "data")
    return taken(data, folder / "backups")


def taken(data: Path, folder: Path, *, scheduled: bool = True, minutes: float = 0) -> Path:
    snapshot = freeze(data)
    try:
        return copy(snapshot, folder, DUSK + timedelta(minutes=minutes), scheduled=scheduled).path
    finally:
        snapshot.close()


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def test_a_backup_is_whole_signed_private_and_without_keys(made: Path) -> None:
    found = read_backup(made)
    check_backup(found, read_public(made / PUBLIC_FILE))
    report = verify(made)
    assert (report.ok, report.entries, found.manifest.head) == (True, LINES, report.head)
    assert made.name == "zhadao-20260621T110000Z"
    assert {path.name for path in made.iterdir()} == {*found.manifest.files, MANIFEST}
    assert not (made / KEY_FILE).exists()
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}
    assert made.stat().st_mode & 0o777 == 0o700


async def test_state_and_journal_are_of_one_moment_whatever_is_written_while_it_is_copied(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data")
    await store.journal.append([entry(1)])
    await store.state.apply([PutValue("lines", 1)])
    snapshot = await store.writer.run(lambda: freeze(store.folder.path))
    await store.journal.append([entry(2)])
    await store.state.apply([PutValue("lines", 2)])
    path = copy(snapshot, tmp_path / "backups", DUSK, scheduled=True).path
    snapshot.close()
    await store.journal.append([entry(3)])
    await store.close()
    report = verify(path)
    assert (report.ok, report.entries) == (True, 1)
    with closing(sqlite3.connect(path / "state.sqlite")) as state:
        assert state.execute("SELECT value FROM single_values").fetchall() == [("1",)]
    assert verify(tmp_path / "data").entries == 3


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda b: _flip(b / "state.sqlite"), r"state\.sqlite is not the file that was saved"),
        (lambda b: _flip(b / "journal.sqlite"), r"journal\.sqlite is not the file that was saved"),
        (lambda b: (b / "journal.head").unlink(), r"journal\.head cannot be read"),
        (lambda b: (b / MANIFEST).unlink(), "is no backup"),
        (lambda b: (b / MANIFEST).write_text("{}"), "damaged or of another version"),
        (lambda b: _said(b, made="2031-01-01T00:00:00+00:00"), "was altered"),
        (lambda b: _said(b, files={"../../etc/passwd": {"bytes": 1, "sha256": ""}}), "does not list the files"),
    ],
    ids=["state", "journal", "head gone", "no manifest", "another manifest", "another time", "files elsewhere"],
)
def test_a_backup_that_is_not_what_was_saved_is_refused(
    backup: Path, harm: Callable[[Path], object], said: str
) -> None:
    harm(backup)
    with pytest.raises(StoreError, match=said):
        check_backup(read_backup(backup))


def _said(backup: Path, **changes: object) -> None:
    manifest = json.loads((backup / MANIFEST).read_text())
    (backup / MANIFEST).write_text(json.dumps({**manifest, **changes}))


def test_a_backup_of_somebody_elses_key_is_refused_when_a_key_is_given(backup: Path) -> None:
    with pytest.raises(StoreError, match="not by the key given"):
        check_backup(read_backup(backup), SigningKey(bytes(32)).public)


def test_a_backup_that_would_fill_the_disk_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = filled_store(tmp_path / "data", 3)
    monkeypatch.setattr(making, "RESERVE_BYTES", 2**60)
    with pytest.raises(StoreError, match="no room for a backup"):
        taken(data, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_of_a_damaged_state_is_not_made_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    data = filled_store(tmp_path / "data", 3)
    (data / "state.sqlite").write_bytes(b"SQLite format 3\0" + bytes(20_000))
    with pytest.raises(StoreError):
        taken(data, tmp_path / "backups")
    assert not (tmp_path / "backups").exists() or list((tmp_path / "backups").iterdir()) == []


def test_the_newest_scheduled_ones_are_kept_and_those_people_asked_for_by_themselves(tmp_path: Path) -> None:
    data, folder = filled_store(tmp_path / "data", 3), tmp_path / "backups"
    made = [taken(data, folder, scheduled=number != 1, minutes=number) for number in range(5)]
    stranger = folder / "holiday-pictures"
    stranger.mkdir()
    gone = prune(folder, keep=2)
    assert sorted(gone) == sorted([made[0], made[2]])
    assert [one.path for one in backups_in(folder)] == [made[4], made[3], made[1]]
    assert stranger.is_dir()


def test_two_backups_of_one_second_are_two(tmp_path: Path) -> None:
    data, folder = filled_store(tmp_path / "data", 3), tmp_path / "backups"
    assert len({taken(data, folder), taken(data, folder)}) == 2


def test_the_last_good_backup_is_the_newest_that_is_still_what_was_saved(tmp_path: Path) -> None:
    data, folder = filled_store(tmp_path / "data", 3), tmp_path / "backups"
    first, second = taken(data, folder, minutes=1), taken(data, folder, minutes=2)
    newest = last_good(folder)
    assert newest is not None
    assert newest.path == second
    _flip(second / "state.sqlite")
    older = last_good(folder)
    assert older is not None
    assert older.path == first
    assert last_good(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("file", ["state.sqlite", "journal.sqlite"])
@pytest.mark.parametrize("content", [b"rubbish " * 1000, b"SQLite format 3\0" + bytes(8000)])
def test_a_damaged_file_at_start_is_one_sentence_with_the_last_good_backup_and_the_exact_command(
    tmp_path: Path, file: str, content: bytes
) -> None:
    data, folder = filled_store(tmp_path / "data", 3), tmp_path / "back ups"
    path = taken(data, folder)
    (data / file).write_bytes(content)
    with pytest.raises(StoreDamaged) as refused:
        Store.open(data, backups=folder)
    said = str(refused.value)
    assert f"zhadao restore '{path}' --data {data}" in said
    assert "2026-06-21T11:00:00+00:00" in said
    assert file in said
    assert "\n" not in said


def test_a_damaged_file_without_any_backup_is_said_too(tmp_path: Path) -> None:
    data = filled_store(tmp_path / "data", 3)
    (data / "state.sqlite").write_bytes(b"rubbish " * 1000)
    with pytest.raises(StoreDamaged, match="No good backup was found"):
        Store.open(data, backups=tmp_path / "backups")
