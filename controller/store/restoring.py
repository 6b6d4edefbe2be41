"""Putting a backup in place of a data folder's files: nothing is overwritten, nothing runs on a half-done restore."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from controller.domain.errors import StoreError
from controller.store import trust_list
from controller.store.backup_check import Backup, check_backup, is_sound
from controller.store.checkpoints import Checkpoints
from controller.store.database import reading
from controller.store.folder import (
    CHECKPOINT_FILE,
    HEAD_FILE,
    HISTORY_FILE,
    JOURNAL_FILE,
    KEYS,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    STATE_FILE,
    DataFolder,
    sync_folder,
)
from controller.store.journal import Journal
from controller.store.journal_schema import hash_at
from controller.store.journal_verify import verify
from controller.store.lines import ANNOUNCED, EMPTY, Entry, Head
from controller.store.writer import StoreWriter

UNFINISHED = "restore.unfinished"
"""Stands in a data folder from the first file moved to the last one in place."""

_JOURNAL_FILES = (JOURNAL_FILE, HEAD_FILE, CHECKPOINT_FILE)
_SIDES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: ``aside`` holds what was there before; ``journal_kept`` when the folder's own journal stayed.

    ``journal_was`` says why it did not stay; empty when it did. ``since`` is what the state no longer knows: how
    many lines the journal goes on beyond the backup. ``trusted``: fingerprints of stations that are trusted again.
    """

    aside: Path
    journal_kept: bool
    journal_was: str
    since: int
    trusted: tuple[str, ...] = ()


def refuse_unfinished(data: Path) -> None:
    """Raises StoreError when a restore of this folder was cut off: its files may be half old, half new, or missing."""
    if (data / UNFINISHED).exists():
        source = (data / UNFINISHED).read_text(encoding="utf-8").strip()
        raise StoreError(
            f"a restore of {data} was cut off before its end; run it again: zhadao restore {source} --data {data}"
        )


async def restore(
    backup: Backup, data: Path, actor: str, wall: datetime, *, key: str = "", with_keys: bool = False
) -> Restored:
    """Put the backup in place, after checking all of it. What was there is moved aside, never overwritten.

    The journal of the folder stays when it is whole and goes on from the backup's: evidence since the backup is not
    given up for a damaged state file. A line ``restored`` says what happened. ``key`` is the public key the backup must
    be signed with; ``with_keys`` also puts the keys in place that are in the backup and not in the folder.

    Raises:
        StoreError: the backup is not good, a controller is using the folder, or the disk does not take it; says
            whether anything was moved.
    """
    check_backup(backup, key)
    folder = DataFolder.open(data)
    try:
        try:
            if with_keys:
                put_keys(backup.path / KEYS, folder.path / KEYS)
            trusted = _trust_again(backup, folder)
            done = replace(_put_in_place(backup, folder, wall), trusted=trusted)
        except OSError as cause:
            raise StoreError(
                f"restoring {data} failed ({cause}): nothing is lost, what was moved is in its folder "
                "'before-restore-…'; make room and run the same command again"
            ) from cause
        await _tell(backup, folder, done, actor, wall)
    finally:
        folder.close()
    return done


def _put_in_place(backup: Backup, folder: DataFolder, wall: datetime) -> Restored:
    why = _why_journal_goes(backup, folder)
    files = [STATE_FILE] if not why else [name for name in backup.manifest.files if _is_of_store(name)]
    history = HISTORY_FILE in backup.manifest.files and not is_sound(folder.path / HISTORY_FILE)
    if history:
        files = [*files, HISTORY_FILE]
    coming = folder.path / "restore.coming"
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(mode=PRIVATE_FOLDER)
    for name in files:
        _copy(backup.path / name, coming / name)
    (folder.path / UNFINISHED).write_text(f"{backup.path.absolute()}\n", encoding="utf-8")
    sync_folder(folder.path)
    aside = _aside(folder.path, wall)
    going = [STATE_FILE] if not why else [STATE_FILE, *_JOURNAL_FILES]
    for name in [*going, HISTORY_FILE] if history else going:
        for side in _SIDES:
            with contextlib.suppress(FileNotFoundError):
                (folder.path / f"{name}{side}").rename(aside / f"{name}{side}")
    for name in files:
        (coming / name).rename(folder.path / name)
    sync_folder(aside)
    sync_folder(folder.path)
    coming.rmdir()
    since = 0 if why else verify(folder.path).head.seq - backup.manifest.head.seq
    return Restored(aside, not why, why, since)


def put_keys(source: Path, target: Path) -> list[str]:
    """Copy the keys of a folder into another; one that is there already stays. The names copied.

    Raises:
        OSError: a key cannot be read or written.
    """
    target.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    names = [path.name for path in sorted(source.glob("*.key")) if not (target / path.name).exists()]
    for name in names:
        _copy(source / name, target / name)
    sync_folder(target)
    return names


def _trust_again(backup: Backup, folder: DataFolder) -> tuple[str, ...]:
    if trust_list.FILE not in backup.manifest.files:
        return ()
    return tuple(trust_list.unpack((backup.path / trust_list.FILE).read_bytes(), folder.path))


def _is_of_store(name: str) -> bool:
    return name in {STATE_FILE, *_JOURNAL_FILES}


def _why_journal_goes(backup: Backup, folder: DataFolder) -> str:
    """Why the folder's own journal cannot stay; empty when it can."""
    if not folder.journal.exists():
        return "there was none"
    report = verify(folder.path)
    if not report.ok:
        return report.problem
    there = backup.manifest.head
    with reading(folder.journal) as connection:
        hash_there = hash_at(connection, there.seq) if there.seq > 0 else EMPTY.hash
    return "" if hash_there == there.hash else "it is the journal of another controller or of another time"


def _aside(data: Path, wall: datetime) -> Path:
    stem = f"before-restore-{wall.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for number in range(1, 1000):
        path = data / (stem if number == 1 else f"{stem}-{number}")
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=PRIVATE_FOLDER)
            return path
    raise StoreError(f"{data} is full of folders {stem}…: move them elsewhere")


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as content:
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(file, "wb") as copy:
            shutil.copyfileobj(content, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())


async def _tell(backup: Backup, folder: DataFolder, done: Restored, actor: str, wall: datetime) -> None:
    """The journal says what was restored; only then is the restore over."""
    writer = StoreWriter()
    checkpoints = Checkpoints(folder.checkpoints)
    try:
        journal = Journal.open(folder, writer, checkpoints)
        head: Head = backup.manifest.head
        data = {
            "backup": str(backup.path.absolute()),
            "made": backup.manifest.made.isoformat(),
            "line": head.seq,
            "hash": head.hash,
            "aside": done.aside.name,
            "trusted": list(done.trusted),
            "journal": "kept" if done.journal_kept else f"replaced: {done.journal_was}",
            ANNOUNCED: journal.public_key,
        }
        await journal.append([Entry("restored", wall, actor, data=data)])
        await journal.close()
    finally:
        writer.close()
    (folder.path / UNFINISHED).unlink()
    sync_folder(folder.path)
