"""A signed store with lines in it, and the hands of somebody who may write its files."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from controller.store.changes import PutValue
from controller.store.lines import EMPTY, Head, Line
from controller.store.store import Store
from tests.unit.store.conftest import DUSK, entry

LINES = 40
SIGNED = (1, 11, 21, 31, 40)
"""Lines a checkpoint signs: ten minutes lie between them, and the last is signed at close."""


async def filled(path: Path, lines: int = LINES) -> None:
    """A closed store: ``lines`` lines a minute apart, the first announcing the key, and a value in the state."""
    store = Store.open(path)
    start = {"checkpoint_key": store.journal.public_key}
    await store.journal.append([entry(1, kind="started", data=start)])
    for number in range(2, lines + 1):
        await store.journal.append([entry(number, wall=DUSK + timedelta(minutes=number))])
    await store.state.apply([PutValue("lines", lines)])
    await store.close()


def filled_store(path: Path, lines: int = LINES) -> Path:
    asyncio.run(filled(path, lines))
    return path


def taken_apart(path: Path, to: Path) -> Path:
    return Path(shutil.copytree(path, to))


@contextmanager
def forged(path: Path) -> Iterator[sqlite3.Connection]:
    """SQL on the journal with its triggers taken away and put back."""
    with closing(sqlite3.connect(path / "journal.sqlite", isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def chain_anew(path: Path) -> None:
    """What somebody who knows the rule does after a forgery: every hash and the head file fit again."""
    head: Head = EMPTY
    with forged(path) as connection:
        rows = connection.execute("SELECT seq, wall, kind, actor, target, data FROM entries ORDER BY seq").fetchall()
        connection.execute("DELETE FROM entries")
        for _, wall, kind, actor, target, data in rows:
            line = Line(kind, wall, actor, target, data)
            following = line.after(head)
            connection.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (following.seq, wall, kind, actor, target, data, head.hash, following.hash),
            )
            head = following
    (path / "journal.head").write_text(f"{head.seq:020d} {head.hash}\n")
