"""The journal's table, and the triggers that make it append-only through SQL."""

from __future__ import annotations

import sqlite3

from controller.domain.errors import StoreDamaged
from controller.store.lines import EMPTY, Head, Line

APPLICATION_ID = 0x7A68646A
"""``zhdj``: what SQLite's header says this file is."""

SCHEMA = (
    """CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  wall TEXT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  target TEXT NOT NULL,
  data TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
)""",
    "CREATE INDEX entries_by_wall ON entries (wall)",
    """CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: no line is ever changed'); END""",
    """CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: no line is ever removed'); END""",
    """CREATE TRIGGER entries_follow_each_other BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: a line follows the last one'); END""",
)

INSERT = "INSERT INTO entries (seq, wall, kind, actor, target, data, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def create_or_check(connection: sqlite3.Connection) -> None:
    """Make the table in an empty file; refuse a file that is anything else.

    Raises:
        StoreDamaged: the file is not a journal of this version.
    """
    found = schema_of(connection)
    if not found:
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("COMMIT")
    elif found != frozenset(SCHEMA):
        raise StoreDamaged(
            "its table or triggers are not those of a journal of this version; keep the file as it is, "
            "check it with 'zhadao audit verify', and start with another data folder"
        )


def schema_of(connection: sqlite3.Connection) -> frozenset[str]:
    """The statements the file was made with."""
    return frozenset(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def head_of(connection: sqlite3.Connection) -> Head:
    """The last line's number and hash; ``EMPTY`` when there is none."""
    row = connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else EMPTY


def hash_at(connection: sqlite3.Connection, seq: int) -> str | None:
    """The hash of one line; None when it is not there."""
    row = connection.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
    return str(row[0]) if row else None


def insert(connection: sqlite3.Connection, head: Head, lines: list[Line]) -> Head:
    """Chain the lines behind ``head`` and write them; the new head."""
    rows = []
    for line in lines:
        following = line.after(head)
        rows.append(
            (following.seq, line.wall, line.kind, line.actor, line.target, line.data, head.hash, following.hash)
        )
        head = following
    connection.executemany(INSERT, rows)
    return head
