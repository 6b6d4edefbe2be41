from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.errors import StoreError
from controller.store.folder import DataFolder
from controller.store.journal import Journal
from controller.store.journal_verify import VerifyReport, verify
from controller.store.lines import Line, line_hash
from controller.store.writer import StoreWriter
from tests.unit.store.conftest import entry

LINES = 40


async def _fill(path: Path, in_use: Path) -> None:
    folder, writer = DataFolder.open(path), StoreWriter()
    journal = Journal.open(folder, writer)
    for number in range(1, LINES + 1):
        await journal.append([entry(number)])
    shutil.copytree(path, in_use, ignore=shutil.ignore_patterns("*-shm"))
    await journal.close()
    writer.close()
    folder.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "whole"
    asyncio.run(_fill(path, path.with_name("killed")))
    return path


@pytest.fixture(scope="module")
def killed(whole: Path) -> Path:
    """The same journal as a killed controller leaves it: its lines still in the write-ahead log."""
    return whole.with_name("killed")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def test_a_whole_journal_is_proven_to_its_end(copy: Path) -> None:
    report = verify(copy)
    assert report == VerifyReport(True, LINES, report.head)
    assert report.head.seq == LINES
    assert verify(copy / "journal.sqlite") == report


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


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("wall", "'2026-06-21T11:00:07.000001Z'"),
        ("kind", "'Command'"),
        ("actor", "'wang'"),
        ("actor", "x'6c696e'"),
        ("actor", "CAST(x'6cff6e' AS TEXT)"),
        ("target", "''"),
        ("data", "replace(data, 'on', 'off')"),
        ("data", "data || ' '"),
        ("prev_hash", "hash"),
        ("prev_hash", "'no hash'"),
        ("hash", "prev_hash"),
        ("hash", "upper(hash)"),
    ],
)
def test_a_changed_column_names_its_line(copy: Path, column: str, value: str) -> None:
    with forged(copy) as connection:
        connection.execute(f"UPDATE entries SET {column} = {value} WHERE seq = 7")  # noqa: S608  # from the table above
    report = verify(copy)
    assert (report.ok, report.first_bad_seq, report.entries) == (False, 7, 6)
    assert report.problem == "line 7 was changed: it is not the line that was written"


def _rewrite_line_7(connection: sqlite3.Connection) -> None:
    """A forger who knows the rule recomputes the line's own hash; the next line gives him away."""
    *texts, prev_hash = connection.execute(
        "SELECT wall, kind, 'wang', target, data, prev_hash FROM entries WHERE seq = 7"
    ).fetchone()
    wall, kind, actor, target, data = texts
    forged_hash = line_hash(prev_hash, 7, Line(kind, wall, actor, target, data))
    connection.execute("UPDATE entries SET actor = 'wang', hash = ? WHERE seq = 7", (forged_hash,))


def _swap(connection: sqlite3.Connection) -> None:
    for old, new in ((7, 900), (8, 7), (900, 8)):
        connection.execute("UPDATE entries SET seq = ? WHERE seq = ?", (new, old))


def _renumber(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entries WHERE seq = 7")
    for seq in range(8, LINES + 1):
        connection.execute("UPDATE entries SET seq = ? WHERE seq = ?", (seq - 1, seq))


def _sql(statement: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute(statement)


@pytest.mark.parametrize(
    ("forge", "bad_seq", "problem"),
    [
        (_sql("DELETE FROM entries WHERE seq = 7"), 7, "line 7 is missing: the next one there is 8"),
        (_sql("DELETE FROM entries WHERE seq = 1"), 1, "line 1 is missing"),
        (_sql("DELETE FROM entries WHERE seq >= 40"), 40, "the end is cut: journal.head says that line 40"),
        (_sql("DELETE FROM entries WHERE seq >= 20"), 20, "the end is cut"),
        (_sql("DELETE FROM entries"), 1, "the end is cut"),
        (_rewrite_line_7, 8, "line 8 does not follow line 7"),
        (_swap, 7, "line 7 was changed"),
        (_renumber, 7, "line 7 was changed"),
        (_sql("INSERT INTO entries SELECT 0, wall, kind, actor, target, data, prev_hash, hash FROM entries LIMIT 1"),
         0, "line 1 is missing: the next one there is 0"),
    ],
    ids=["removed", "first removed", "last removed", "half removed", "all removed", "rewritten", "reordered",
         "removed and renumbered", "added before the first"],
)  # fmt: skip
def test_a_forged_journal_is_found_out(
    copy: Path, forge: Callable[[sqlite3.Connection], object], bad_seq: int, problem: str
) -> None:
    with forged(copy) as connection:
        forge(connection)
    report = verify(copy)
    assert not report.ok
    assert report.problem.startswith(problem)
    assert report.first_bad_seq == (1 if bad_seq == 0 else bad_seq)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entries_are_never_changed",
        "DROP INDEX entries_by_wall",
        "ALTER TABLE entries ADD COLUMN remark TEXT",
        "CREATE TRIGGER silent AFTER INSERT ON entries BEGIN SELECT 1; END",
    ],
)
def test_a_changed_table_or_trigger_is_found_out(copy: Path, statement: str) -> None:
    with closing(sqlite3.connect(copy / "journal.sqlite")) as connection:
        connection.execute(statement)
    assert "the table or its triggers" in verify(copy).problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "missing or damaged"),
        (b"garbage", "missing or damaged"),
        (b"%020d %s\n" % (LINES + 1, b"0" * 64), "the end is cut"),
        (b"%020d %s\n" % (LINES, b"0" * 64), "says that line 40 was another one"),
        (b"%020d %s\n" % (0, b"1" * 64), "says that line 0 was another one"),
    ],
    ids=["empty", "garbage", "further on", "another line", "another beginning"],
)
def test_a_head_that_does_not_fit_is_said(copy: Path, content: bytes, problem: str) -> None:
    (copy / "journal.head").write_bytes(content)
    report = verify(copy)
    assert not report.ok
    assert problem in report.problem


def test_a_head_left_behind_by_a_kill_is_no_trouble(copy: Path) -> None:
    with closing(sqlite3.connect(copy / "journal.sqlite")) as connection:
        (digest,) = connection.execute("SELECT hash FROM entries WHERE seq = 30").fetchone()
    (copy / "journal.head").write_text(f"{30:020d} {digest}\n")
    assert verify(copy).ok


def test_a_missing_head_is_said(copy: Path) -> None:
    (copy / "journal.head").unlink()
    assert "journal.head is missing" in verify(copy).problem


def test_a_missing_journal_is_said(copy: Path) -> None:
    (copy / "journal.sqlite").unlink()
    assert "journal.sqlite is missing, but journal.head says" in verify(copy).problem


def test_no_journal_at_all_is_an_error_that_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="name the data folder"):
        verify(tmp_path)


@pytest.mark.parametrize("content", [b"", b"garbage " * 500, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_no_journal_is_said(copy: Path, content: bytes) -> None:
    (copy / "journal.sqlite").write_bytes(content)
    report = verify(copy)
    assert (report.ok, report.entries) == (False, 0)


def test_half_a_file_is_said(copy: Path) -> None:
    content = (copy / "journal.sqlite").read_bytes()
    (copy / "journal.sqlite").write_bytes(content[: len(content) // 2])
    assert not verify(copy).ok


def _lines(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path / 'journal.sqlite'}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT * FROM entries ORDER BY seq").fetchall()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_is_found_out_or_changes_no_line(whole: Path, copy: Path, where: float, flip: int) -> None:
    content = bytearray((whole / "journal.sqlite").read_bytes())
    content[int(where * len(content))] ^= flip
    for side in ("-wal", "-shm"):
        copy.joinpath(f"journal.sqlite{side}").unlink(missing_ok=True)
    (copy / "journal.sqlite").write_bytes(content)
    if verify(copy).ok:
        assert _lines(copy) == _lines(whole)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_of_the_log_of_a_killed_controller_is_found_out_or_changes_no_line(
    whole: Path, killed: Path, tmp_path: Path, where: float, flip: int
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        data = Path(shutil.copytree(killed, Path(folder) / "data"))
        log = data / "journal.sqlite-wal"
        content = bytearray(log.read_bytes())
        content[int(where * len(content))] ^= flip
        log.write_bytes(content)
        if verify(data).ok:
            assert _lines(data) == _lines(whole)


def test_a_killed_controllers_journal_is_proven_to_its_end_without_changing_it(killed: Path) -> None:
    before = (killed / "journal.sqlite-wal").read_bytes()
    report = verify(killed)
    assert (report.ok, report.entries) == (True, LINES)
    assert (killed / "journal.sqlite-wal").read_bytes() == before


def test_a_log_that_was_taken_away_is_said(killed: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(killed, tmp_path / "data"))
    (data / "journal.sqlite-wal").unlink()
    assert not verify(data).ok
