"""The data folder: made private, proven writable, and used by one controller at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from controller.domain.errors import StoreError

JOURNAL_FILE = "journal.sqlite"
HEAD_FILE = "journal.head"
CHECKPOINT_FILE = "journal.checkpoints"
STATE_FILE = "state.sqlite"
HISTORY_FILE = "light-history.sqlite"
LOCK_FILE = "controller.lock"
KEYS = "keys"
"""Folder of the private keys, below the data folder; never part of a backup unless somebody asks."""

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


class DataFolder:
    """A folder of our own, locked against a second controller for as long as it is open.

    The lock is advisory (``flock``) and dies with the process, so a killed controller never leaves it behind.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @classmethod
    def open(cls, path: Path) -> DataFolder:
        """Make the folder where it is missing (mode 0700) and lock it.

        Raises:
            StoreError: it cannot be made or written, or another controller is using it.
        """
        try:
            path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            lock = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as cause:
            raise StoreError(
                f"the data folder {path} cannot be used ({cause.strerror}): make it writable for this user, "
                "or choose another with --data"
            ) from cause
        try:
            _take(lock, path)
        except (OSError, StoreError):
            os.close(lock)
            raise
        return cls(path.absolute(), lock)

    @property
    def journal(self) -> Path:
        """The evidence journal."""
        return self.path / JOURNAL_FILE

    @property
    def head(self) -> Path:
        """The second place of the journal's last sequence number and hash."""
        return self.path / HEAD_FILE

    @property
    def checkpoints(self) -> Path:
        """The signed checkpoints of the journal."""
        return self.path / CHECKPOINT_FILE

    @property
    def state(self) -> Path:
        """Leases, latches, counters, keys and alarms."""
        return self.path / STATE_FILE

    def close(self) -> None:
        """Let another controller have it; harmless when already closed."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as cause:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StoreError(
            f"another controller (process {holder}) is using the data folder {path}: stop it first, "
            "or choose another with --data"
        ) from cause
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode("ascii"), 0)


def create_private(path: Path) -> None:
    """Make an empty file of mode 0600 unless there is one, and make its name durable.

    SQLite gives its side files (``-wal``, ``-shm``) the mode of the database. An existing file is not even opened:
    closing it again would drop the locks SQLite holds on it in this process.

    Raises:
        OSError: the folder does not take it.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    except FileExistsError:
        return
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable: files made, renamed or removed.

    Raises:
        OSError: the disk does not take it.
    """
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
