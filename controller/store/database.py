"""One SQLite file: opened durably, reopened by itself after a failure, its errors in plain words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from controller.domain.errors import StoreDamaged, StoreError
from controller.store.folder import create_private

BUSY_TIMEOUT_S = 2.0
"""How long another process may hold the file before we say so. Real seconds: SQLite waits, not the event loop."""

_ADVICE = {
    "SQLITE_FULL": "the disk is full; free some space, writing then goes on by itself",
    "SQLITE_READONLY": "it is read-only; make the file and its folder writable for this user",
    "SQLITE_PERM": "this user may not use it; make the file and its folder writable for this user",
    "SQLITE_CANTOPEN": "it cannot be opened; check that its folder exists and is writable for this user",
    "SQLITE_BUSY": "another process holds it locked; close the program that has it open",
    "SQLITE_LOCKED": "another process holds it locked; close the program that has it open",
    "SQLITE_CORRUPT": "it is damaged; stop, keep the file as it is, and put the last good copy in its place",
    "SQLITE_NOTADB": "it is damaged; stop, keep the file as it is, and put the last good copy in its place",
    "SQLITE_IOERR": "the disk gave an error; check its space, limits and health",
    "SQLITE_CONSTRAINT": "what was to be written contradicts what is there; keep the file and look who else wrote it",
}


def store_error(cause: sqlite3.Error | OSError, doing: str, path: Path) -> StoreError:
    """The cause as a sentence: what was being done, to which file, why it failed, what to do."""
    if isinstance(cause, OSError):
        return StoreError(f"{doing} {path} failed: {cause.strerror}; check the folder's space and permissions")
    name = getattr(cause, "sqlite_errorname", "")
    advice = next((text for prefix, text in _ADVICE.items() if name.startswith(prefix)), "")
    kind = StoreDamaged if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) else StoreError
    return kind(f"{doing} {path} failed: {advice or 'see the database message'} ({cause}{_coded(name)})")


def _coded(name: str) -> str:
    return f", {name}" if name else ""


class Database:
    """A SQLite file in WAL mode with ``synchronous=FULL``. Used from the writer's thread alone.

    ``prepare`` brings schema and caches up to date after every opening. Any failure closes the connection, and the
    next transaction opens it anew: what was really written is then read from the file, never assumed.
    """

    def __init__(self, path: Path, prepare: Callable[[sqlite3.Connection], None]) -> None:
        self.path = path
        self._prepare = prepare
        self._connection: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        """The connection, opened and prepared on first use.

        Raises:
            StoreError: it cannot be opened or used.
        """
        if self._connection is None:
            try:
                self._connection = _connect(self.path)
                self._prepare(self._connection)
            except (sqlite3.Error, OSError) as cause:
                self.close()
                raise store_error(cause, "opening", self.path) from cause
            except StoreError as cause:
                self.close()
                raise type(cause)(f"{self.path} cannot be used: {cause}") from cause
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything in the block is durable together when it ends, or none of it.

        Raises:
            StoreError: it could not be written.
        """
        connection = self.open()
        done = False
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
            done = True
        except sqlite3.Error as cause:
            raise store_error(cause, "writing to", self.path) from cause
        finally:
            if not done:
                self.close()

    def close(self) -> None:
        """Close the file; an open transaction is rolled back. Harmless when closed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    create_private(path)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        _make_durable(connection)
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


def _make_durable(connection: sqlite3.Connection) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise StoreError("it cannot keep a write-ahead log here; put the data folder on a local disk")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA trusted_schema=OFF")


def damage_in(connection: sqlite3.Connection) -> str:
    """What SQLite's own check finds wrong with the file, in one line; empty when nothing.

    Raises:
        sqlite3.DatabaseError: so damaged that it cannot be checked.
    """
    (finding,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if finding == "ok" else str(finding).splitlines()[-1]


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection on one consistent snapshot, beside a running controller or without one.

    Raises:
        sqlite3.Error: it cannot be opened or read; the caller knows best what that means.
    """
    connection = _snapshot(path)
    try:
        yield connection
    finally:
        connection.close()


def _snapshot(path: Path) -> sqlite3.Connection:
    try:
        return _begin(f"{path.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError:
        # A closed journal in a folder we may not write (a copy on read-only media) has no side files and takes none.
        if path.with_name(path.name + "-wal").exists() or not path.exists():
            raise
        return _begin(f"{path.absolute().as_uri()}?mode=ro&immutable=1")


def _begin(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
