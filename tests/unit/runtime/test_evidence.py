"""The evidence while its journal takes none: manual acts wait, everything else goes on and is told afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from controller.domain.errors import StoreError
from controller.domain.rights import Caller
from controller.runtime import evidence as module
from controller.runtime.alarms import AlarmBook
from controller.runtime.clocks import ScaledClock
from controller.runtime.evidence import RETRY_S, Evidence
from controller.runtime.tasks import cancel_all
from controller.store.checkpoints import EVERY, read_checkpoints
from controller.store.findings import Finding
from controller.store.journal_read import read
from controller.store.journal_verify import verify
from controller.store.lines import GAP, ON_SECOND
from controller.store.second import BEGINS, MARKED
from controller.store.second_verify import verify_second
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK
from tests.unit.store.evidence_rig import forged

LIN = Caller("lin", "lin")


class Desk:
    """Evidence over a real store, running."""

    def __init__(self, data: Path, second: Path | None = None) -> None:
        self.data, self.second = data, second
        clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
        self.store = Store.open(data, second)
        self.alarms = AlarmBook(clock, lambda _: None)
        self.evidence = Evidence(self.store.journal, clock, self.store.second)
        self.evidence.alarm_in(self.alarms)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Desk]:
        await self.evidence.begin()
        tasks = [asyncio.create_task(self.evidence.run()), asyncio.create_task(self.evidence.sign())]
        try:
            yield self
        finally:
            await cancel_all(tasks)
            await self.store.close()

    async def automation(self, number: int) -> None:
        await self.evidence.before_automation("command", "automatic", f"330106-LC-{number:04d}/K1", {"n": number})

    async def manual(self, number: int) -> None:
        await self.evidence.before("order", "lin", "", {"request": number})

    def alarmed(self, condition: str) -> bool:
        return self.alarms.standing("journal", condition)

    def kinds(self, data: Path | None = None) -> list[str]:
        return [record.kind for record in read(data or self.data)]


@contextlib.contextmanager
def full(data: Path) -> Iterator[None]:
    """The journal takes nothing, as after its disk filled: here by a trigger nobody made it with."""
    with closing(sqlite3.connect(data / "journal.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no room'); END")
        try:
            yield
        finally:
            other.execute("DROP TRIGGER full")


def whole(data: Path) -> bool:
    report = verify(data)
    assert report.ok, report.problem
    return report.finding is Finding.WHOLE


async def test_a_manual_act_is_refused_and_its_attempt_is_told_once_the_journal_returns(tmp_path: Path) -> None:
    async with Desk(tmp_path / "data").open() as desk:
        await desk.manual(1)
        with full(desk.data):
            with pytest.raises(StoreError):
                await desk.manual(2)
            assert desk.alarmed("unwritable")
            assert not desk.evidence.healthy
        await asyncio.sleep(2 * RETRY_S)
        assert not desk.alarmed("unwritable")
        await desk.manual(3)
    assert desk.kinds() == ["order", GAP, "order_void", "order"]
    void = next(read(desk.data, kind="order_void"))
    assert (void.actor, void.data["request"]) == ("lin", 2)
    assert void.data["why"].startswith("what needs the journal was not done")
    assert next(read(desk.data, kind=GAP)).data["lost"] == 0
    assert whole(desk.data)


async def test_without_a_second_medium_what_went_on_is_kept_and_written_in_order(tmp_path: Path) -> None:
    async with Desk(tmp_path / "data").open() as desk:
        with full(desk.data):
            for number in range(3):
                await desk.automation(number)
            desk.evidence.later("confirmed", "controller", "330106-LC-0001/K1", {"n": 3})
            await asyncio.sleep(5 * RETRY_S)
        await asyncio.sleep(2 * RETRY_S)
    assert desk.kinds() == [GAP, "command", "command", "command", "confirmed"]
    assert [record.data["n"] for record in read(desk.data) if "n" in record.data] == [0, 1, 2, 3]
    assert whole(desk.data)


async def test_the_second_medium_takes_what_goes_on_and_both_chains_hold_each_other(tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with Desk(tmp_path / "data", second).open() as desk:
        await desk.manual(1)
        with full(desk.data):
            await desk.automation(1)
            with pytest.raises(StoreError):
                await desk.manual(2)
            await asyncio.sleep(3 * RETRY_S)
            assert desk.kinds(second) == [BEGINS, "command", "order_void"]
            assert desk.alarmed("unwritable")
            await desk.automation(3)
            await asyncio.sleep(2 * RETRY_S)
        await asyncio.sleep(2 * RETRY_S)
        assert not desk.alarmed("unwritable")
    assert desk.kinds() == ["order", GAP, ON_SECOND]
    assert desk.kinds(second) == [BEGINS, "command", "order_void", "command", MARKED]
    mark = next(read(desk.data, kind=ON_SECOND))
    assert (mark.data["path"], mark.data["first"], mark.data["last"]) == (str(second), 1, 4)
    begins = next(read(second, kind=BEGINS))
    assert begins.data["after"] == 1
    assert whole(desk.data)
    assert whole(second)
    assert verify_second(desk.data, second) == ""
    assert any("second medium" in note for note in verify(desk.data).notes)


async def test_a_second_medium_that_was_cut_afterwards_does_not_fit_any_more(tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with Desk(tmp_path / "data", second).open() as desk:
        with full(desk.data):
            await desk.automation(1)
            await asyncio.sleep(2 * RETRY_S)
        await asyncio.sleep(2 * RETRY_S)
    with forged(second) as connection:
        connection.execute("DELETE FROM entries")
    (second / "journal.head").write_text(f"{0:020d} {'0' * 64}\n")
    assert "counts on line 2 there" in verify_second(desk.data, second)


async def test_a_stay_that_a_stopped_controller_left_unmarked_is_marked_at_the_next_start(tmp_path: Path) -> None:
    data, second = tmp_path / "data", tmp_path / "second"
    desk = Desk(data, second)
    with full(data):
        async with desk.open():
            await desk.automation(1)
            await asyncio.sleep(2 * RETRY_S)
    assert ON_SECOND not in desk.kinds()
    async with Desk(data, second).open() as again:
        await asyncio.sleep(1)
    assert again.kinds()[-1] == ON_SECOND
    assert desk.kinds(second)[-1] == MARKED
    async with Desk(data, second).open():
        await asyncio.sleep(1)
    assert again.kinds().count(ON_SECOND) == 1
    assert verify_second(data, second) == ""


async def test_a_second_medium_that_is_not_there_is_an_alarm_and_no_obstacle(tmp_path: Path) -> None:
    async with Desk(tmp_path / "data", tmp_path / "unmounted" / "second").open() as desk:
        assert desk.alarmed("second_medium")
        await desk.manual(1)
        with full(desk.data):
            await desk.automation(1)
            await asyncio.sleep(2 * RETRY_S)
            (tmp_path / "unmounted").mkdir()
            await asyncio.sleep(2 * RETRY_S)
            assert not desk.alarmed("second_medium")
        await asyncio.sleep(2 * RETRY_S)
    assert desk.kinds(tmp_path / "unmounted" / "second") == [BEGINS, "command", MARKED]


async def test_an_act_that_was_journalled_and_not_done_is_taken_back(tmp_path: Path) -> None:
    async with Desk(tmp_path / "data").open() as desk:
        await desk.manual(1)
        await desk.evidence.void("order", LIN, "", {"request": 1, "why": "the state could not be kept"})
        with full(desk.data):
            await desk.evidence.void("order", LIN, "", {"request": 2, "why": "the state could not be kept"})
        await asyncio.sleep(2 * RETRY_S)
    voids = [(record.actor, record.data["request"]) for record in read(desk.data, kind="order_void")]
    assert voids == [("lin", 1), ("lin", 2)]


@pytest.mark.parametrize("poison", [{"level": float("nan")}, {"thing": object()}, {"text": "\ud800"}])
async def test_one_entry_that_cannot_be_written_does_not_silence_the_others(
    tmp_path: Path, poison: dict[str, Any]
) -> None:
    async with Desk(tmp_path / "data").open() as desk:
        desk.evidence.later("first", "controller", "", {})
        desk.evidence.later("poisoned", "controller", "", poison)
        desk.evidence.later("last", "controller", "", {})
        await asyncio.sleep(1)
        await desk.manual(1)
    assert desk.kinds() == ["first", "poisoned", "last", "order"]
    assert "not plain JSON" in next(read(desk.data, kind="poisoned")).data["unsound"]


async def test_what_had_to_be_dropped_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    async with Desk(tmp_path / "data").open() as desk:
        with full(desk.data):
            for number in range(8):
                await desk.automation(number)
            await asyncio.sleep(3 * RETRY_S)
        await asyncio.sleep(2 * RETRY_S)
    assert desk.kinds() == [GAP, GAP, "command", "command", "command"]
    assert [record.data["lost"] for record in read(desk.data, kind=GAP)] == [0, 5]
    assert [record.data["n"] for record in read(desk.data, kind="command")] == [5, 6, 7]


async def test_what_still_waits_when_the_process_ends_is_counted_as_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "data")
    running = asyncio.create_task(desk.evidence.run())
    with full(desk.data):
        await desk.automation(1)
        await desk.automation(2)
        await cancel_all([running])
    await desk.store.close()
    assert [record.data["lost"] for record in read(desk.data, kind=GAP)] == [2]


async def test_the_end_of_the_chain_is_signed_in_time_when_few_lines_come(tmp_path: Path) -> None:
    async with Desk(tmp_path / "data").open() as desk:
        for number in range(5):
            await desk.manual(number)
        await asyncio.sleep(EVERY.total_seconds() + 1)
        signed = read_checkpoints(desk.data / "journal.checkpoints") or ()
        assert [one.seq for one in signed] == [1, 5]


async def test_a_journal_that_cannot_be_signed_is_an_alarm_and_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "checkpoint.key").write_text("rubbish")
    async with Desk(data).open() as desk:
        await desk.manual(1)
        assert desk.alarmed("weakened")
    assert desk.kinds() == ["order"]
