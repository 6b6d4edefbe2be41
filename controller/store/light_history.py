"""How the lights burned, kept: five-minute samples, nightly sums by cell and by light, faults. A file of its own.

Sums are kept as running totals of a night, written whole with each sample in one transaction: what was counted is
counted once, however often the controller was stopped, and what was not counted is a hole in the night's slots. The
file has a writer's thread of its own, so that the journal never waits for it. Losing it loses figures, never a light.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from controller.domain.errors import StoreDamaged, StoreError
from controller.store.database import Database, store_error
from controller.store.folder import HISTORY_FILE
from controller.store.writer import StoreWriter

VERSION = 1
T = TypeVar("T")
CellName = tuple[str, ...]
"""What lights are added up by: division, street, road, grade, feeder, class."""
Sums = tuple[int, ...]

_SCHEMA = (
    "CREATE TABLE nights (night TEXT NOT NULL PRIMARY KEY, slots BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE cells (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE samples (at INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE cell_nights (night TEXT NOT NULL, cell INTEGER NOT NULL, sums TEXT NOT NULL, "
    "PRIMARY KEY (night, cell)) WITHOUT ROWID",
    "CREATE TABLE device_nights (night TEXT NOT NULL, device TEXT NOT NULL, body TEXT NOT NULL, "
    "PRIMARY KEY (night, device)) WITHOUT ROWID",
    "CREATE TABLE faults (source TEXT NOT NULL, kind TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER, "
    "PRIMARY KEY (source, kind, began)) WITHOUT ROWID",
    f"PRAGMA user_version = {VERSION}",
)

_FORGET = (
    "DELETE FROM nights WHERE night < ?",
    "DELETE FROM cell_nights WHERE night < ?",
    "DELETE FROM device_nights WHERE night < ?",
    "DELETE FROM faults WHERE ended < CAST(strftime('%s', ?) AS INTEGER)",
)


@dataclass(frozen=True, slots=True)
class FaultSpan:
    """A fault from when it was first seen to when it no longer was (POSIX seconds); ``ended`` None: it stands."""

    source: str
    kind: str
    began: int
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class LateEnergy:
    """Energy of an older night that came to light now: added to its sums (by position)."""

    night: str
    device: str
    by_light: Mapping[str, Mapping[int, int]]
    by_cell: Mapping[CellName, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Tick:
    """Everything one sample keeps, together or not at all. Sums are the night's so far, not what was added."""

    at: int
    """Begin of the five minutes, POSIX seconds."""
    night: str
    slots: bytes
    sample: Mapping[CellName, Sums]
    cells: Mapping[CellName, Sums]
    devices: Mapping[str, str]
    faults: Sequence[FaultSpan] = ()
    late: Sequence[LateEnergy] = ()


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the file knows of a night, to go on from. ``last``: each device's newest record of any night."""

    slots: bytes = b""
    cells: Mapping[CellName, Sums] = field(default_factory=dict)
    last: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    faults: tuple[FaultSpan, ...] = ()


class LightHistoryStore:
    """The file. Opened on first use; a failure is told by every call until it works again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / HISTORY_FILE
        self._writer = StoreWriter()
        self._database = Database(self.path, _prepare)

    async def resume(self, night: str) -> Resumed:
        """What there is of this night. Raises StoreError."""
        return await self._run(partial(_resume, night=night), "reading")

    async def keep(self, tick: Tick) -> None:
        """Keep one sample with everything that goes with it, durably. Raises StoreError: nothing of it is kept."""

        def write() -> None:
            with self._database.transaction() as connection:
                _write(connection, tick)

        await self._writer.run(write)

    async def tidy(self, *, samples_before: int, nights_before: str) -> None:
        """Drop what is older (samples: POSIX seconds; nights and ended faults: a date). Raises StoreError."""

        def drop() -> None:
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM samples WHERE at < ?", (samples_before,))
                for sql in _FORGET:
                    connection.execute(sql, (nights_before,))

        await self._writer.run(drop)

    async def nights(self, first: str, last: str) -> Mapping[str, bytes]:
        """The slots that were counted, by night, both ends included. Raises StoreError."""
        sql = "SELECT night, slots FROM nights WHERE night BETWEEN ? AND ? ORDER BY night"
        return await self._run(lambda one: dict(one.execute(sql, (first, last)).fetchall()), "reading")

    async def cell_nights(self, first: str, last: str) -> Sequence[tuple[str, CellName, Sums]]:
        """Each cell's sums of each night. Raises StoreError."""
        sql = (
            "SELECT night, name, sums FROM cell_nights JOIN cells ON cells.id = cell "
            "WHERE night BETWEEN ? AND ? ORDER BY night, cell"
        )

        def read(connection: sqlite3.Connection) -> Sequence[tuple[str, CellName, Sums]]:
            names: dict[str, CellName] = {}
            found = []
            for night, name, sums in connection.execute(sql, (first, last)):
                cell = names.get(name) or names.setdefault(name, tuple(json.loads(name)))
                found.append((str(night), cell, tuple(json.loads(sums))))
            return found

        return await self._run(read, "reading")

    async def device_nights(self, devices: Iterable[str], first: str, last: str) -> Sequence[tuple[str, str, str]]:
        """Night, device and record of these devices. Raises StoreError."""
        sql = "SELECT night, device, body FROM device_nights WHERE device = ? AND night BETWEEN ? AND ? ORDER BY night"
        wanted = tuple(devices)

        def read(connection: sqlite3.Connection) -> Sequence[tuple[str, str, str]]:
            return [row for device in wanted for row in connection.execute(sql, (device, first, last)).fetchall()]

        return await self._run(read, "reading")

    async def samples(self, first: int, last: int) -> Sequence[tuple[int, Mapping[CellName, Sums]]]:
        """The samples that begin in ``first <= at < last``, oldest first. Raises StoreError."""
        sql = "SELECT at, body FROM samples WHERE at >= ? AND at < ? ORDER BY at"

        def read(connection: sqlite3.Connection) -> Sequence[tuple[int, Mapping[CellName, Sums]]]:
            rows = connection.execute("SELECT id, name FROM cells")
            names: dict[int, CellName] = {number: tuple(json.loads(name)) for number, name in rows}
            return [(at, _unpacked(body, names)) for at, body in connection.execute(sql, (first, last))]

        return await self._run(read, "reading")

    async def faults(self, first: int, last: int) -> Sequence[FaultSpan]:
        """Faults that stood at any time in ``first <= t < last``, oldest first. Raises StoreError."""
        sql = (
            "SELECT source, kind, began, ended FROM faults WHERE began < ? AND (ended IS NULL OR ended >= ?) "
            "ORDER BY began, source, kind"
        )
        return await self._run(lambda one: [FaultSpan(*row) for row in one.execute(sql, (last, first))], "reading")

    async def close(self) -> None:
        """Close the file and end the thread; harmless when closed."""
        await self._writer.run(self._database.close)
        self._writer.close()

    async def _run(self, work: Callable[[sqlite3.Connection], T], doing: str) -> T:
        def guarded() -> T:
            try:
                return work(self._database.open())
            except sqlite3.Error as cause:
                self._database.close()
                raise store_error(cause, doing, self.path) from cause
            except (ValueError, TypeError, KeyError) as cause:
                raise StoreDamaged(f"{self.path} holds something this program did not write ({cause})") from cause

        return await self._writer.run(guarded)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last minutes; the file stays whole
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise StoreError(f"it was written by a newer version (form {version}): start that one, or move the file away")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("COMMIT")


def _resume(connection: sqlite3.Connection, night: str) -> Resumed:
    row = connection.execute("SELECT slots FROM nights WHERE night = ?", (night,)).fetchone()
    cells = connection.execute("SELECT name, sums FROM cell_nights JOIN cells ON id = cell WHERE night = ?", (night,))
    newest = connection.execute(
        "SELECT device, max(night), body FROM device_nights WHERE night >= date(?, '-14 days') GROUP BY device",
        (night,),
    )
    standing = connection.execute("SELECT source, kind, began, ended FROM faults WHERE ended IS NULL")
    return Resumed(
        slots=bytes(row[0]) if row else b"",
        cells={tuple(json.loads(name)): tuple(json.loads(sums)) for name, sums in cells},
        last={device: (found, body) for device, found, body in newest},
        faults=tuple(FaultSpan(*fault) for fault in standing),
    )


def _write(connection: sqlite3.Connection, tick: Tick) -> None:
    numbers = _numbers(connection, {*tick.sample, *tick.cells, *(cell for one in tick.late for cell in one.by_cell)})
    connection.execute("INSERT OR REPLACE INTO nights VALUES (?, ?)", (tick.night, tick.slots))
    body = zlib.compress(json.dumps([[numbers[cell], *sums] for cell, sums in tick.sample.items()]).encode("ascii"))
    connection.execute("INSERT OR REPLACE INTO samples VALUES (?, ?)", (tick.at, body))
    connection.executemany(
        "INSERT OR REPLACE INTO cell_nights VALUES (?, ?, ?)",
        [(tick.night, numbers[cell], json.dumps(sums)) for cell, sums in tick.cells.items()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO device_nights VALUES (?, ?, ?)",
        [(tick.night, device, record) for device, record in tick.devices.items()],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?)",
        [(one.source, one.kind, one.began, one.ended) for one in tick.faults],
    )
    for late in tick.late:
        _amend(connection, late, numbers)


def _numbers(connection: sqlite3.Connection, cells: Iterable[CellName]) -> dict[CellName, int]:
    names = {cell: json.dumps(cell, ensure_ascii=False) for cell in cells}
    rows = [(name,) for name in sorted(names.values())]
    connection.executemany("INSERT OR IGNORE INTO cells (name) VALUES (?)", rows)
    known = dict(connection.execute("SELECT name, id FROM cells").fetchall())
    return {cell: int(known[name]) for cell, name in names.items()}


def _amend(connection: sqlite3.Connection, late: LateEnergy, numbers: Mapping[CellName, int]) -> None:
    for cell, more in late.by_cell.items():
        key = (late.night, numbers[cell])
        row = connection.execute("SELECT sums FROM cell_nights WHERE night = ? AND cell = ?", key).fetchone()
        if row is not None:
            sums = json.dumps(_plus(json.loads(row[0]), more))
            connection.execute("UPDATE cell_nights SET sums = ? WHERE night = ? AND cell = ?", (sums, *key))
    where = (late.night, late.device)
    row = connection.execute("SELECT body FROM device_nights WHERE night = ? AND device = ?", where).fetchone()
    if row is not None:
        body = json.loads(row[0])
        for light, more in late.by_light.items():
            if light in body["lights"]:
                body["lights"][light] = _plus(body["lights"][light], more)
        body["meter"] = None  # the newer night has it now
        said = json.dumps(body, separators=(",", ":"))
        connection.execute("UPDATE device_nights SET body = ? WHERE night = ? AND device = ?", (said, *where))


def _plus(sums: Sequence[int], more: Mapping[int, int]) -> list[int]:
    width = max(len(sums), *(position + 1 for position in more))  # kept by a version that knew fewer of them
    return [(sums[n] if n < len(sums) else 0) + more.get(n, 0) for n in range(width)]


def _unpacked(body: bytes, names: Mapping[int, CellName]) -> dict[CellName, Sums]:
    return {names[number]: tuple(sums) for number, *sums in json.loads(zlib.decompress(body))}
