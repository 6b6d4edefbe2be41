from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from controller.domain.errors import StoreError
from controller.store.state_schema import MIGRATIONS, migrate

NEXT = (*MIGRATIONS, ("ALTER TABLE alarms ADD COLUMN area TEXT NOT NULL DEFAULT ''", "CREATE TABLE tags (id TEXT)"))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    yield made
    made.close()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_empty_file_gets_the_newest_schema(connection: sqlite3.Connection) -> None:
    assert migrate(connection) == len(MIGRATIONS) == version(connection)
    assert migrate(connection) == len(MIGRATIONS)


def test_an_older_file_goes_forward_and_keeps_its_rows(connection: sqlite3.Connection) -> None:
    migrate(connection)
    connection.execute("INSERT INTO alarms VALUES ('a', '{}')")
    assert migrate(connection, NEXT) == len(NEXT) == version(connection)
    assert connection.execute("SELECT * FROM alarms").fetchall() == [("a", "{}", "")]


def test_orders_kept_before_requests_had_ids_come_back_without_one(connection: sqlite3.Connection) -> None:
    migrate(connection, MIGRATIONS[:2])
    connection.execute(
        "INSERT INTO requests "
        "(target, slot, value, owner, reason, origin, ticket, since, epoch, lease, granted, expires) "
        "VALUES ('a/K1', 1, 'on', 'lin', '', '', '', '', 0, '', '', '')"
    )
    migrate(connection)
    assert connection.execute("SELECT target, request, confirmed_by FROM requests").fetchall() == [("a/K1", "", "")]


def test_a_migration_that_fails_half_way_leaves_the_old_version_whole(connection: sqlite3.Connection) -> None:
    migrate(connection)
    broken = (*MIGRATIONS, ("CREATE TABLE tags (id TEXT)", "CREATE TABLE alarms (id TEXT)"))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, broken)
    connection.rollback()
    assert version(connection) == len(MIGRATIONS)
    assert migrate(connection) == len(MIGRATIONS)


def test_a_newer_file_is_refused_untouched(connection: sqlite3.Connection) -> None:
    migrate(connection, NEXT)
    with pytest.raises(StoreError, match=f"this program knows {len(MIGRATIONS)}; install the newer version again"):
        migrate(connection)
    assert version(connection) == len(NEXT)
