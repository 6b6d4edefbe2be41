"""Making a backup beside a running controller: state and journal of one moment, without holding up what is written.

The writer's thread only opens a read snapshot of both files, so that nothing can be written between the two; copying
goes on in another thread from these snapshots while the writer writes on. The log beside each file grows meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from controller import __version__
from controller.domain.errors import StoreError
from controller.store import trust_list
from controller.store.backup_check import (
    MANIFEST,
    PARTIAL,
    Backup,
    Manifest,
    backups_in,
    check_backup,
    read_backup,
    stamp_of,
)
from controller.store.database import BUSY_TIMEOUT_S, store_error
from controller.store.folder import (
    CHECKPOINT_FILE,
    HEAD_FILE,
    HISTORY_FILE,
    JOURNAL_FILE,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    STATE_FILE,
    sync_folder,
)
from controller.store.head import head_text
from controller.store.journal_schema import head_of
from controller.store.lines import Head
from controller.store.signing import PUBLIC_FILE, existing_key

log = structlog.get_logger("backup")
NAME = "zhadao-{:%Y%m%dT%H%M%SZ}"
RESERVE_BYTES = 64 * 2**20
"""A backup leaves at least this much room on its disk: it must never be what fills the journal's."""
PAGES = 2000
"""Pages copied at a time; between two steps others may use the disk."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both files as they stood at one moment, and what was beside the journal then. Close it when it was copied."""

    data: Path
    state: sqlite3.Connection
    journal: sqlite3.Connection
    head: Head
    checkpoints: bytes
    schema: int

    @property
    def size(self) -> int:
        """Bytes the copies will take."""
        return sum(_pages(one, "page_count") * _pages(one, "page_size") for one in (self.state, self.journal))

    def close(self) -> None:
        """Let the snapshots go."""
        self.state.close()
        self.journal.close()


def freeze(data: Path) -> Snapshot:
    """The moment a backup is of. Quick; nobody may write to the files meanwhile: call it in the writer's thread.

    Raises:
        StoreError: a file cannot be read.
    """
    journal = _open(data / JOURNAL_FILE)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(journal.close)
        state = _open(data / STATE_FILE)
        on_failure.callback(state.close)
        with _in_words("reading", data):
            checkpoints = (data / CHECKPOINT_FILE).read_bytes() if (data / CHECKPOINT_FILE).exists() else b""
            snapshot = Snapshot(data, state, journal, head_of(journal), checkpoints, _pages(state, "user_version"))
        on_failure.pop_all()
    return snapshot


def copy(snapshot: Snapshot, folder: Path, made: datetime, *, scheduled: bool) -> Backup:
    """Copy the snapshot into a new folder below ``folder``, look every byte of it over, and only then give it its name.

    Raises:
        StoreError: no room, or the disk does not take it; nothing unfinished is left under a backup's name.
    """
    with _in_words("backing up to", folder):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = _free_name(folder, made)
        partial = path.with_name(path.name + PARTIAL)
        _enough_room(folder, snapshot.size)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=PRIVATE_FOLDER)
        try:
            _copy_files(snapshot, partial)
            _write_manifest(snapshot, partial, made, scheduled=scheduled)
            check_backup(read_backup(partial))
            partial.rename(path)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(folder)
    return read_backup(path)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups beyond ``keep``, scheduled ones and others each by themselves; the paths that went.

    So nobody can push the scheduled ones out by asking for many.

    Raises:
        StoreError: one cannot be removed.
    """
    there = backups_in(folder)
    old = [
        backup.path
        for scheduled in (True, False)
        for backup in [one for one in there if one.manifest.scheduled is scheduled][keep:]
    ]
    with _in_words("removing old backups in", folder):
        for path in old:
            # Under its other name first: one half removed is no backup any more, whatever happens.
            going = path.with_name(path.name + PARTIAL)
            path.rename(going)
            shutil.rmtree(going)
    return old


def _copy_files(snapshot: Snapshot, into: Path) -> None:
    _copy_database(snapshot.state, into / STATE_FILE)
    _copy_database(snapshot.journal, into / JOURNAL_FILE)
    _write(into / HEAD_FILE, head_text(snapshot.head))
    _write(into / CHECKPOINT_FILE, snapshot.checkpoints)
    if (snapshot.data / PUBLIC_FILE).exists():
        _write(into / PUBLIC_FILE, (snapshot.data / PUBLIC_FILE).read_bytes())
    _copy_history(snapshot.data, into)
    trusted = trust_list.packed(snapshot.data)
    if trusted:
        _write(into / trust_list.FILE, trusted)


def _copy_history(data: Path, into: Path) -> None:
    """The lights' figures, of a moment of their own: they are no evidence, and never keep a backup from being made."""
    if not (data / HISTORY_FILE).exists():
        return
    try:
        history = _open(data / HISTORY_FILE)
        try:
            _copy_database(history, into / HISTORY_FILE)
        finally:
            history.close()
    except (StoreError, sqlite3.Error) as error:
        (into / HISTORY_FILE).unlink(missing_ok=True)
        log.warning("light_history_not_backed_up", reason=str(error))


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    _write(path, b"")
    copied = sqlite3.connect(path, isolation_level=None)
    try:
        source.backup(copied, pages=PAGES)
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
    finally:
        copied.close()
    _sync(path)


def _write_manifest(snapshot: Snapshot, into: Path, made: datetime, *, scheduled: bool) -> None:
    files = {path.name: stamp_of(path) for path in sorted(into.iterdir())}
    manifest = Manifest(made.astimezone(UTC), __version__, snapshot.schema, snapshot.head, scheduled, files)
    text = json.dumps(manifest.signed_by(existing_key(snapshot.data)), indent=2) + "\n"
    _write(into / MANIFEST, text.encode("ascii"))
    sync_folder(into)


def _free_name(folder: Path, made: datetime) -> Path:
    name = NAME.format(made.astimezone(UTC))
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path


def _enough_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE_BYTES:
        raise StoreError(
            f"no room for a backup in {folder}: it takes {_mb(size)} and must leave {_mb(RESERVE_BYTES)} free, "
            f"{_mb(free)} are; make room or choose another disk"
        )


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MB"


def _write(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(file, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _pages(connection: sqlite3.Connection, pragma: str) -> int:
    (number,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(number)


def _open(path: Path) -> sqlite3.Connection:
    """A read snapshot that any thread may use."""
    with _in_words("reading", path):
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def _in_words(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as cause:
        raise store_error(cause, doing, path) from cause
