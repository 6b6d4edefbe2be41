"""The state database's schema: versions that only go forward, and the check that the result is what it should be."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from controller.domain.errors import StoreDamaged, StoreError
from controller.store.database import damage_in

Migration = Sequence[str]
"""The statements that bring the schema from one version to the next."""

MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE requests (
  target TEXT NOT NULL,
  slot INTEGER NOT NULL,
  value TEXT NOT NULL,
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  origin TEXT NOT NULL,
  ticket TEXT NOT NULL,
  since TEXT,
  epoch INTEGER NOT NULL,
  lease TEXT,
  granted TEXT,
  expires TEXT,
  PRIMARY KEY (target, slot)
) WITHOUT ROWID""",
        """CREATE TABLE units (
  target TEXT NOT NULL PRIMARY KEY,
  starts TEXT NOT NULL,
  run_hours REAL NOT NULL,
  starts_total INTEGER NOT NULL,
  last_stop TEXT,
  locked_out TEXT NOT NULL
) WITHOUT ROWID""",
        "CREATE TABLE outcomes (key TEXT NOT NULL PRIMARY KEY, outcome TEXT NOT NULL, expires TEXT NOT NULL)",
        "CREATE INDEX outcomes_by_expiry ON outcomes (expires)",
        "CREATE TABLE alarms (id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE single_values (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        """CREATE TABLE records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE requests ADD COLUMN request TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE requests ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT ''",
    ),
)
"""Version 1, 2, …: never change one that was released; add the next."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring the schema forward, one version a transaction, and check it against a fresh one; the version it has now.

    Raises:
        StoreError: the file was made by a newer version, is damaged, or has other tables than its version.
        sqlite3.Error: it cannot be read or written.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StoreError(
            f"it has schema version {version}, this program knows {len(migrations)}; "
            "install the newer version again, or restore the state of this one"
        )
    damage = damage_in(connection)
    if damage:
        raise StoreDamaged(f"it is damaged ({damage}); stop, keep it as it is, and put the last good copy in its place")
    for number in range(version, len(migrations)):
        _step(connection, number + 1, migrations[number])
    if _tables(connection) != _fresh(migrations):
        raise StoreDamaged("its tables are not those of its version; put the last good copy in its place")
    return len(migrations)


def _step(connection: sqlite3.Connection, version: int, migration: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in migration:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={version}")
    connection.execute("COMMIT")


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _fresh(migrations: Sequence[Migration]) -> frozenset[str]:
    memory = sqlite3.connect(":memory:")
    try:
        for migration in migrations:
            for statement in migration:
                memory.execute(statement)
        return _tables(memory)
    finally:
        memory.close()
