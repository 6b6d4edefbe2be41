from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, StoreError
from controller.store.journal_read import read
from tests.unit.store.conftest import DUSK, OpenJournal, entry


async def filled(open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        await journal.append([entry(n, actor=("lin", "wang")[n % 2], kind=("a", "b", "c")[n % 3]) for n in range(12)])


def at(second: int) -> datetime:
    return DUSK + timedelta(seconds=second)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, list(range(12))),
        ({"since": at(10)}, [10, 11]),
        ({"until": at(2)}, [0, 1]),
        ({"since": at(3), "until": at(5)}, [3, 4]),
        ({"actor": "wang", "kind": "a"}, [3, 9]),
        ({"target": "330106-LC-0004/K1"}, [4]),
        ({"limit": 3}, [0, 1, 2]),
        ({"limit": 3, "newest_first": True}, [11, 10, 9]),
        ({"limit": 0}, []),
        ({"actor": "nobody' OR 1 = 1 --"}, []),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
async def test_conditions_narrow_what_is_read(
    data: Path, open_journal: OpenJournal, asked: dict[str, object], numbers: list[int]
) -> None:
    await filled(open_journal)
    found = [record.data["number"] for record in read(data, **asked)]  # type: ignore[arg-type]  # a table of questions
    assert found == numbers


async def test_a_journal_can_be_named_by_its_file(data: Path, open_journal: OpenJournal) -> None:
    await filled(open_journal)
    assert len(list(read(data / "journal.sqlite"))) == 12


def test_no_journal_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no journal at .* name the data folder"):
        list(read(tmp_path))


def test_a_file_that_is_no_journal_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"garbage " * 200)
    with pytest.raises(StoreError, match="it is damaged"):
        list(read(tmp_path))


async def test_a_damaged_line_sends_the_reader_to_verify(data: Path, open_journal: OpenJournal) -> None:
    await filled(open_journal)
    connection = sqlite3.connect(data / "journal.sqlite", isolation_level=None)
    connection.execute("DROP TRIGGER entries_are_never_changed")
    connection.execute("UPDATE entries SET data = '{' WHERE seq = 5")
    connection.close()
    with pytest.raises(StoreError, match="check it with 'zhadao audit verify'"):
        list(read(data))


async def test_a_naive_time_is_refused(data: Path, open_journal: OpenJournal) -> None:
    await filled(open_journal)
    with pytest.raises(InvalidValue, match="no time zone"):
        list(read(data, since=datetime(2026, 6, 21)))  # noqa: DTZ001  # the naive time is what is refused
