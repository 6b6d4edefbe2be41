"""The state store: what a restarted controller must know again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from controller.domain.errors import InvalidValue, StoreDamaged, StoreError
from controller.domain.request import Request
from controller.store.changes import Change, Statement
from controller.store.database import Database, store_error
from controller.store.folder import DataFolder
from controller.store.state_rows import UnitCounters, request_of, resumed, unit_of
from controller.store.state_schema import migrate
from controller.store.writer import GroupCommit, StoreWriter

_REQUESTS = (
    "SELECT target, slot, value, owner, reason, origin, ticket, since, epoch, lease, granted, expires, "
    "request, confirmed_by "
    "FROM requests ORDER BY target, slot"
)
_SQL = attrgetter("sql")
_UNITS = "SELECT target, starts, run_hours, starts_total, last_stop, locked_out FROM units"


@dataclass(frozen=True, slots=True)
class StoredState:
    """Everything that was kept, as it stood when the store was opened. Outcomes are looked up one by one."""

    requests: tuple[Request, ...]
    units: Mapping[str, UnitCounters]
    alarms: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """By kind, then by id."""

    def of(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Every record of a kind, by id."""
        return self.records.get(kind, {})

    def resumed(self, wall: datetime, now_s: float) -> tuple[Request, ...]:
        """The requests with what is left of their leases at ``wall`` (aware), counted from ``now_s`` (monotonic).

        Those that ran out meanwhile are among them, over: ending them, with a line in the journal, is the caller's.
        """
        return tuple(resumed(request, wall, now_s) for request in self.requests)


class StateStore:
    """Keeps changes durably; concurrent ``apply`` calls share a commit."""

    def __init__(self, folder: DataFolder, writer: StoreWriter) -> None:
        self._writer = writer
        self._database = Database(folder.state, _prepare)
        self._group: GroupCommit[Sequence[Statement], None] = GroupCommit(writer, self._commit)
        self._last_error = ""
        self.stored = writer.run_now(self._load)

    @classmethod
    def open(cls, folder: DataFolder, writer: StoreWriter) -> StateStore:
        """Bring the schema up to date and load what was kept (``stored``). Blocks: for start-up.

        Raises:
            StoreError: the file is damaged, of a newer version, or cannot be written; the message says what to do.
        """
        return cls(folder, writer)

    @property
    def healthy(self) -> bool:
        """Whether the last changes were kept."""
        return not self._last_error

    @property
    def last_error(self) -> str:
        """Why the last changes were not kept; empty when they were."""
        return self._last_error

    async def apply(self, changes: Sequence[Change]) -> None:
        """Keep the changes, in this order, together or not at all; returns once they are durable.

        Raises:
            StoreError: they could not be written.
            InvalidValue: one of them is not something that can be kept; nothing was written.
        """
        statements = [change.statement() for change in changes]
        if statements:
            await self._group.submit(statements)

    async def outcome(self, key: str) -> Mapping[str, Any] | None:
        """What became of the request with this idempotency key; None when it is unknown or forgotten.

        Raises:
            StoreError: it cannot be read.
        """
        return await self._writer.run(lambda: self._find_outcome(key))

    async def close(self) -> None:
        """Keep what was taken, close the file; no change after that."""
        await self._group.close()
        await self._writer.run(self._database.close)

    def _commit(self, jobs: Sequence[Sequence[Statement]]) -> list[None]:
        try:
            with self._database.transaction() as connection:
                for sql, alike in groupby((one for statements in jobs for one in statements), _SQL):
                    connection.executemany(sql, [one.values for one in alike])
        except StoreError as error:
            self._last_error = str(error)
            raise
        self._last_error = ""
        return [None] * len(jobs)

    def _find_outcome(self, key: str) -> Mapping[str, Any] | None:
        try:
            row = self._database.open().execute("SELECT outcome FROM outcomes WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as cause:
            self._database.close()
            raise store_error(cause, "reading", self._database.path) from cause
        found: Mapping[str, Any] | None = json.loads(row[0]) if row else None
        return found

    def _load(self) -> StoredState:
        connection = self._database.open()
        try:
            return StoredState(
                requests=tuple(request_of(row) for row in connection.execute(_REQUESTS)),
                units={row[0]: unit_of(row) for row in connection.execute(_UNITS)},
                alarms={name: json.loads(text) for name, text in connection.execute("SELECT id, state FROM alarms")},
                values={name: json.loads(text) for name, text in connection.execute("SELECT * FROM single_values")},
                records=_by_kind(connection),
            )
        except sqlite3.Error as cause:
            self._database.close()
            raise store_error(cause, "reading", self._database.path) from cause
        except (InvalidValue, ValueError, TypeError) as cause:
            self._database.close()
            raise _not_ours(self._database.path, cause) from cause


def _by_kind(connection: sqlite3.Connection) -> dict[str, dict[str, Mapping[str, Any]]]:
    records: dict[str, dict[str, Mapping[str, Any]]] = {}
    for kind, name, body in connection.execute("SELECT kind, id, body FROM records"):
        records.setdefault(kind, {})[name] = json.loads(body)
    return records


def _prepare(connection: sqlite3.Connection) -> None:
    migrate(connection)


def _not_ours(path: Path, cause: Exception) -> StoreDamaged:
    return StoreDamaged(
        f"{path} holds something this program did not write ({cause}): stop, keep the file as it is, "
        "and put the last good copy in its place"
    )
