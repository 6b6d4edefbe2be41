from __future__ import annotations

import asyncio
import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import InvalidValue, StoreError
from controller.store.folder import DataFolder
from controller.store.head import read_head
from controller.store.journal import Journal
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.lines import BROKEN, GAP, Entry
from controller.store.writer import StoreWriter
from tests.unit.store.conftest import DUSK, OpenJournal, entry


async def test_numbers_follow_each_other_across_restarts(data: Path, open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        assert await journal.append([entry(1)]) == 1
        assert await journal.append([entry(2), entry(3)]) == 3
    async with open_journal() as journal:
        assert journal.head.seq == 3
        assert await journal.append([entry(4)]) == 4
    report = verify(data)
    assert (report.ok, report.entries, report.problem) == (True, 4, "")


async def test_an_appended_entry_is_there_for_others_before_append_returns(
    data: Path, open_journal: OpenJournal
) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1)])
        (record,) = read(data)
        assert (record.seq, record.wall, record.actor) == (1, DUSK + timedelta(seconds=1), "lin")
        assert record.data == {"value": "on", "number": 1, "reason": "前方积水"}
        assert verify(data).ok


async def test_appends_of_one_turn_share_one_commit(open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        ends = await asyncio.gather(*(journal.append([entry(n)]) for n in range(200)))
        assert sorted(ends) == list(range(1, 201))
        assert journal.commits == 1


async def test_appends_in_a_stream_need_far_fewer_commits_than_entries(open_journal: OpenJournal) -> None:
    async def stream(journal: Journal, first: int) -> None:
        for number in range(first, first + 10):
            await journal.append([entry(number)])

    async with open_journal() as journal:
        await asyncio.gather(*(stream(journal, first) for first in range(0, 400, 10)))
        assert journal.head.seq == 400
        assert journal.commits <= 20


async def test_virtual_hours_may_pass_between_appends(data: Path, open_journal: OpenJournal) -> None:
    loop = asyncio.get_running_loop()
    async with open_journal() as journal:
        for hour in range(48):
            await journal.append([entry(hour, wall=DUSK + timedelta(hours=hour))])
            await asyncio.sleep(3600)
    assert loop.time() >= 48 * 3600
    assert verify(data).entries == 48


async def test_evidence_that_must_not_delay_is_written_all_the_same(data: Path, open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        journal.append_soon([entry(1, kind="emergency_stop")])
    assert [record.kind for record in read(data)] == ["emergency_stop"]


async def test_appending_nothing_says_where_the_chain_ends(open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        assert await journal.append([]) == 0
        await journal.append([entry(1)])
        assert await journal.append([]) == 1


async def test_an_entry_that_is_not_json_fails_alone(data: Path, open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        outcomes = await asyncio.gather(
            journal.append([entry(1)]),
            journal.append([entry(2), entry(3, data={"level_m": float("nan")})]),
            return_exceptions=True,
        )
        assert outcomes[0] == 1
        assert isinstance(outcomes[1], InvalidValue)
        assert journal.healthy
    assert verify(data).entries == 1


async def test_a_closed_journal_takes_nothing(open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        pass
    with pytest.raises(StoreError, match="closed"):
        await journal.append([entry(1)])


@pytest.mark.parametrize("statement", ["UPDATE entries SET actor = 'x'", "DELETE FROM entries"])
async def test_sql_cannot_change_or_remove_a_line(data: Path, open_journal: OpenJournal, statement: str) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1)])
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sqlite3.connect(data / "journal.sqlite").execute(statement)


async def test_sql_cannot_replace_a_line(data: Path, open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1), entry(2)])
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sqlite3.connect(data / "journal.sqlite").execute(
            "INSERT OR REPLACE INTO entries SELECT 1, wall, kind, 'x', target, data, prev_hash, hash FROM entries"
        )


async def test_a_locked_journal_says_so_and_marks_the_gap_when_it_can_write_again(
    data: Path, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.store.database.BUSY_TIMEOUT_S", 0.01)
    async with open_journal() as journal:
        await journal.append([entry(1)])
        other = sqlite3.connect(data / "journal.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for number in (2, 3):
            with pytest.raises(StoreError, match="another process holds it locked"):
                await journal.append([entry(number), entry(number)])
        assert not journal.healthy
        assert "locked" in journal.last_error
        other.close()
        assert await journal.append([entry(4)]) == 3
        assert journal.healthy
        assert journal.last_error == ""
    records = list(read(data))
    assert [record.kind for record in records] == ["command", GAP, "command"]
    assert records[1].data["lost"] == 4
    assert records[1].data["since"] == "2026-06-21T11:00:02.000000Z"
    report = verify(data)
    assert report.ok
    assert "4 entries could not be written since 2026-06-21T11:00:02" in report.notes[0]


async def test_a_gap_that_is_open_at_close_is_marked_then(
    data: Path, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.store.database.BUSY_TIMEOUT_S", 0.01)
    async with open_journal() as journal:
        other = sqlite3.connect(data / "journal.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            await journal.append([entry(1)])
        other.close()
    assert [record.kind for record in read(data)] == [GAP]
    assert verify(data).ok


async def test_a_journal_that_cannot_be_opened_recovers_by_itself_when_it_was_made_unopened(data: Path) -> None:
    folder, writer = DataFolder.open(data), StoreWriter()
    folder.journal.mkdir()
    journal = Journal(folder, writer)
    with pytest.raises(StoreError, match="it cannot be opened"):
        await journal.append([entry(1)])
    folder.journal.rmdir()
    assert await journal.append([entry(2)]) == 2
    await journal.close()
    writer.close()
    folder.close()
    assert [record.kind for record in read(data)] == [GAP, "command"]


def cut(data: Path, keep: int) -> None:
    """What somebody with the file and the knowledge would do."""
    connection = sqlite3.connect(data / "journal.sqlite", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM entries WHERE seq > ?", (keep,))
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


async def test_a_tail_cut_while_we_were_down_is_written_into_the_chain_and_never_verifies_again(
    data: Path, open_journal: OpenJournal
) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1), entry(2), entry(3)])
    cut(data, keep=1)
    async with open_journal() as journal:
        assert await journal.append([entry(4)]) == 3
    records = list(read(data))
    assert [record.kind for record in records] == ["command", BROKEN, "command"]
    assert records[1].data["text"] == "line 3 is missing"
    report = verify(data)
    assert (report.ok, report.first_bad_seq) == (False, 2)
    assert "line 3 is missing" in report.problem


async def test_a_cut_that_is_found_and_not_yet_recorded_is_found_again_at_the_next_start(
    data: Path, open_journal: OpenJournal
) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1), entry(2), entry(3)])
    cut(data, keep=1)
    async with open_journal():
        pass
    assert "the end is cut" in verify(data).problem
    async with open_journal() as journal:
        await journal.append([entry(4)])
    assert [record.kind for record in read(data)] == ["command", BROKEN, "command"]


async def test_a_journal_whose_head_file_vanished_records_that(data: Path, open_journal: OpenJournal) -> None:
    async with open_journal() as journal:
        await journal.append([entry(1)])
    (data / "journal.head").unlink()
    async with open_journal() as journal:
        await journal.append([entry(2)])
    assert [record.kind for record in read(data)] == ["command", BROKEN, "command"]


async def test_the_head_is_kept_after_every_commit_and_synced_once_a_minute(
    data: Path, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    really = os.fsync

    def fsync(file: int) -> None:
        if Path(f"/proc/self/fd/{file}").readlink().name == "journal.head":  # others sync too: there is one ``os``
            synced.append(file)
        really(file)

    monkeypatch.setattr("controller.store.head.os.fsync", fsync)
    async with open_journal() as journal:
        synced.clear()
        for second in range(0, 180, 2):
            await journal.append([entry(0, wall=DUSK + timedelta(seconds=second))])
            assert read_head(data / "journal.head") == journal.head
        assert len(synced) == 3
    assert len(synced) == 4


async def test_a_head_that_cannot_be_written_does_not_undo_the_entry(
    data: Path, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_journal() as journal:
        monkeypatch.setattr("controller.store.head.os.pwrite", _no_pwrite)
        assert await journal.append([entry(1)]) == 1
        assert journal.healthy
        assert "a cut tail may not show" in journal.last_error
        monkeypatch.undo()
        await journal.append([entry(2)])
        assert journal.last_error == ""
    assert verify(data).ok


def _no_pwrite(*_: object) -> int:
    raise OSError(5, "Input/output error")


async def test_a_batch_is_one_line_that_is_found_by_each_of_its_members(data: Path, open_journal: OpenJournal) -> None:
    targets = [f"330106-LC-{n:04d}/K1" for n in range(1, 10_001)]
    batch = Entry("batch", DUSK, "lin", data={"value": "off", "members": targets})
    outcomes = Entry("outcomes", DUSK, "zhadao", data={"members": {targets[7]: "CONFIRMED", targets[8]: "MISMATCH"}})
    async with open_journal() as journal:
        await asyncio.gather(journal.append([batch]), journal.append([outcomes]), journal.append([entry(8)]))
        assert journal.commits == 1
    assert [record.kind for record in read(data, target=targets[7])] == ["batch", "outcomes", "command"]
    assert [record.kind for record in read(data, target=targets[9_999])] == ["batch"]
    assert not list(read(data, target="330106-LC-9999"))
