from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.domain.errors import StoreError
from controller.store import database
from controller.store.database import Database, reading, store_error


def with_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS t (x)")


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "t.sqlite", with_table)
    yield made
    made.close()


def write(table: Database, *statements: str) -> None:
    with table.transaction() as connection:
        for statement in statements:
            connection.execute(statement)


def rows(table: Database) -> list[int]:
    return [x for (x,) in table.open().execute("SELECT x FROM t")]


def test_a_transaction_is_kept_whole(table: Database) -> None:
    write(table, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)")
    assert rows(table) == [1, 2]


def test_a_transaction_that_fails_keeps_nothing_and_the_next_one_works(table: Database) -> None:
    with pytest.raises(StoreError, match=r"writing to .*t\.sqlite failed"):
        write(table, "INSERT INTO t VALUES (1)", "INSERT INTO nowhere VALUES (1)")
    write(table, "INSERT INTO t VALUES (3)")
    assert rows(table) == [3]


def test_a_full_database_says_that_the_disk_is_full(table: Database) -> None:
    pages = table.open().execute("PRAGMA page_count").fetchone()[0]
    table.open().execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="the disk is full; free some space"):
        write(table, "INSERT INTO t VALUES (randomblob(100000))")


def test_a_file_locked_by_another_program_says_so(table: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.01)
    table.open()
    other = sqlite3.connect(table.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process holds it locked"):
        write(table)
    other.close()
    write(table)


def test_a_file_that_is_no_database_says_so_and_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"garbage " * 200)
    with pytest.raises(StoreError, match=r"t\.sqlite failed: it is damaged; stop, keep the file"):
        Database(path, with_table).open()


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Database(tmp_path / "nowhere" / "t.sqlite", with_table).open()


def test_an_unknown_trouble_still_names_file_and_cause(tmp_path: Path) -> None:
    said = str(store_error(sqlite3.InterfaceError("odd"), "reading", tmp_path))
    assert said == f"reading {tmp_path} failed: see the database message (odd)"


def test_reading_sees_one_snapshot_beside_the_writer(table: Database) -> None:
    write(table, "INSERT INTO t VALUES (1)")
    with reading(table.path) as other:
        write(table, "INSERT INTO t VALUES (2)")
        assert other.execute("SELECT count(*) FROM t").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            other.execute("INSERT INTO t VALUES (3)")


def test_every_commit_goes_to_the_disk(table: Database) -> None:
    (mode,), (level,) = (table.open().execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous"))
    assert (mode, level) == ("wal", 2)
