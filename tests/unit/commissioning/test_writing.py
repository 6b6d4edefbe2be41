"""The guided write: whatever happens after the first byte, the old value is put back or people are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from controller.commissioning.bench_line import Subject
from controller.commissioning.hazards import hazard_of
from controller.commissioning.put_back import PUT_BACK_S
from controller.commissioning.write_journal import WriteJournal
from controller.commissioning.write_order import WriteOrder, WriteReport
from controller.commissioning.writing import look_before, run_write_test
from controller.domain.errors import InvalidValue, NotWritable, StoreError
from controller.domain.points import Value
from drivers.profile import Access, PointSpec, PointType, Pulse, Role, Table
from tests.contract.peers.device import LoopClock
from tests.unit.commissioning.device import Device, listening, profile

RW = Access.READ_WRITE
COMMAND = PointSpec("K1.command", PointType.BOOL, table=Table.HOLDING, address=1, access=RW, feedback="K1.feedback")
FEEDBACK = PointSpec("K1.feedback", PointType.BIT, table=Table.HOLDING, address=9)
SWITCH = PointSpec("control_switch", PointType.ENUM, table=Table.HOLDING, address=12, labels={0: "LOCAL", 1: "REMOTE"})
LEVEL = PointSpec("L1.level_command", PointType.U16, table=Table.HOLDING, address=20, scale=0.1, low=0, high=100,
                  access=RW, feedback="none")  # fmt: skip
MADE = profile(COMMAND, FEEDBACK, SWITCH, LEVEL)

Meanwhile = Callable[[Device, asyncio.Event], Awaitable[None]]


def cabinet() -> Device:
    """Its contactor follows 0.2 s after its command."""
    device = Device()
    device.memory[Table.HOLDING] = {1: 0, 9: 0, 12: 1, 20: 500}

    def follow(_table: Table, address: int, word: int) -> None:
        if address == COMMAND.address:
            asyncio.get_running_loop().call_later(0.2, lambda: device.memory[Table.HOLDING].update({9: word}))

    device.written = follow
    return device


class Bench:
    """One test against a device, and what was said and noted of it."""

    def __init__(self, device: Device, folder: Path) -> None:
        self.device = device
        self.journal = WriteJournal(folder / "tests.jsonl")
        self.said: list[str] = []
        self.stop = asyncio.Event()
        self.changed_before: Callable[[], None] = lambda: None

    async def run(
        self, point: str = "K1.command", value: Value = True, hold_s: float = 5.0, meanwhile: Meanwhile | None = None
    ) -> WriteReport:
        async with listening(self.device) as endpoint:
            subject = Subject(endpoint, MADE)
            before = await look_before(subject, point, LoopClock())
            self.changed_before()
            order = WriteOrder(subject, point, value, hold_s, "tester")
            test = asyncio.create_task(
                run_write_test(order, before, self.journal, LoopClock(), self.stop, self.said.append)
            )
            if meanwhile is not None:
                await meanwhile(self.device, self.stop)
            try:
                return await test
            finally:
                await asyncio.sleep(0.1)
                assert self.device.open_lines == 0

    def kinds(self) -> list[str]:
        lines = self.journal.path.read_text(encoding="utf-8").splitlines() if self.journal.path.exists() else []
        return [json.loads(line)["kind"] for line in lines]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(cabinet(), tmp_path)


async def test_the_feedback_proves_it_and_the_old_value_stands_again(bench: Bench) -> None:
    report = await bench.run()
    assert report.acknowledged
    assert report.put_back
    assert report.followed_s == pytest.approx(0.3, abs=0.2)
    assert [shown for _, shown in report.feedback] == ["False", "True"]
    assert bench.device.writes == [(1, 1), (1, 0)]
    assert bench.device.memory[Table.HOLDING][9] == 0
    assert bench.kinds() == ["writing", "acknowledged", "feedback", "feedback", "put_back"]
    first = json.loads(bench.journal.path.read_text(encoding="utf-8").splitlines()[0])
    assert (first["old"], first["new"], first["by"], first["point"]) == (False, True, "tester", "K1.command")


async def test_a_contactor_that_does_not_follow_is_not_proven_and_put_back(bench: Bench) -> None:
    bench.device.written = lambda *_: None
    report = await bench.run()
    assert report.acknowledged
    assert report.followed_s is None
    assert report.put_back
    assert bench.device.memory[Table.HOLDING][1] == 0


async def test_stopping_it_puts_the_old_value_back_at_once(bench: Bench) -> None:
    async def stop(_device: Device, event: asyncio.Event) -> None:
        await asyncio.sleep(1)
        event.set()

    began_s = LoopClock().monotonic()
    report = await bench.run(hold_s=60, meanwhile=stop)
    assert report.interrupted
    assert report.put_back
    assert LoopClock().monotonic() - began_s < 5
    assert bench.device.writes == [(1, 1), (1, 0)]


async def test_cancelling_it_again_and_again_still_puts_the_old_value_back(bench: Bench) -> None:
    async with listening(bench.device) as endpoint:
        subject = Subject(endpoint, MADE)
        before = await look_before(subject, "K1.command", LoopClock())
        order = WriteOrder(subject, "K1.command", True, 60)
        test = asyncio.create_task(
            run_write_test(order, before, bench.journal, LoopClock(), bench.stop, bench.said.append)
        )
        await asyncio.sleep(1)
        while not test.done():
            test.cancel()
            await asyncio.sleep(0.01)
        assert test.cancelled()
    assert bench.device.writes[-1] == (1, 0)
    assert bench.kinds()[-1] == "put_back"


async def test_a_write_acted_upon_and_never_answered_is_in_doubt_and_put_back(bench: Bench) -> None:
    bench.device.deaf = 1
    report = await bench.run()
    assert not report.acknowledged
    assert report.trouble
    assert report.put_back
    assert bench.device.writes == [(1, 1), (1, 0)], "nothing but putting back is ever sent again"
    assert "in_doubt" in bench.kinds()


async def test_a_link_lost_while_watching_is_had_again_to_put_the_old_value_back(bench: Bench) -> None:
    async def lose(device: Device, _event: asyncio.Event) -> None:
        await asyncio.sleep(1)
        device.away = True
        device.hang_up()
        await asyncio.sleep(10)
        assert device.memory[Table.HOLDING][1] == 1
        device.away = False

    report = await bench.run(hold_s=30, meanwhile=lose)
    assert report.trouble
    assert report.put_back
    assert bench.device.memory[Table.HOLDING][1] == 0


async def test_a_link_that_stays_lost_is_given_up_in_bounded_time_and_said_aloud(bench: Bench) -> None:
    async def lose(device: Device, _event: asyncio.Event) -> None:
        await asyncio.sleep(1)
        device.away = True
        device.hang_up()

    began_s = LoopClock().monotonic()
    report = await bench.run(meanwhile=lose)
    assert not report.put_back
    assert LoopClock().monotonic() - began_s < PUT_BACK_S + 20
    assert bench.kinds()[-1] == "NOT_PUT_BACK"
    subject_name = json.loads(bench.journal.path.read_text(encoding="utf-8").splitlines()[0])["device"]
    (left,) = bench.journal.unfinished(subject_name)
    assert (left["point"], left["old"], left["new"]) == ("K1.command", False, True)


async def test_a_device_that_refuses_changed_nothing_and_is_only_looked_at(bench: Bench) -> None:
    bench.device.refuses = True
    report = await bench.run()
    assert report.put_back
    assert "exception 3" in report.trouble
    assert bench.device.writes == []


async def test_feedback_that_stays_after_the_command_went_back_is_trouble(bench: Bench) -> None:
    def welded(_table: Table, address: int, word: int) -> None:
        if address == COMMAND.address and word:
            bench.device.memory[Table.HOLDING][9] = 1

    bench.device.written = welded
    report = await bench.run()
    assert report.put_back
    assert "K1.feedback shows True" in report.trouble


async def test_a_measured_value_is_written_and_put_back_as_it_was(bench: Bench) -> None:
    report = await bench.run("L1.level_command", 80.0, hold_s=2)
    assert report.put_back
    assert report.acknowledged
    assert report.read_back == 80.0
    assert bench.device.writes == [(20, 800), (20, 500)]


async def test_nothing_is_sent_when_it_changed_since_the_person_was_asked(bench: Bench) -> None:
    bench.changed_before = lambda: bench.device.memory[Table.HOLDING].update({1: 1})
    with pytest.raises(InvalidValue, match="look again"):
        await bench.run()
    assert bench.device.writes == []


async def test_nothing_is_sent_when_the_switch_is_at_local_or_can_not_be_read(bench: Bench) -> None:
    for word in (0, 9):
        bench.device.memory[Table.HOLDING][12] = word
        with pytest.raises(NotWritable, match="BLOCKED_LOCAL"):
            await bench.run()
    assert bench.device.writes == []


async def test_nothing_is_sent_when_what_stands_there_could_not_be_put_back(bench: Bench) -> None:
    bench.device.memory[Table.HOLDING][1] = 7
    with pytest.raises(InvalidValue, match="could not be put back"):
        await bench.run()
    assert bench.device.writes == []


async def test_nothing_is_sent_when_the_value_is_out_of_range(bench: Bench) -> None:
    with pytest.raises(InvalidValue, match="0 to 100"):
        await bench.run("L1.level_command", 101.0)
    assert bench.device.writes == []
    assert bench.kinds() == ["writing", "nothing_sent"]


async def test_nothing_is_sent_when_the_journal_can_not_be_written(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    bench.journal = WriteJournal(tmp_path / "file" / "tests.jsonl")
    with pytest.raises(StoreError, match="--journal"):
        await bench.run()
    assert bench.device.writes == []


async def test_nothing_is_sent_when_it_is_stopped_before_it_began(bench: Bench) -> None:
    bench.stop.set()
    report = await bench.run()
    assert not report.sent
    assert bench.device.writes == []


def test_a_journal_line_cut_short_hides_nothing_before_it(tmp_path: Path) -> None:
    journal = WriteJournal(tmp_path / "t.jsonl")
    journal.note("writing", device="d", point="p", old=False, new=True)
    journal.note("writing", device="d", point="q", old=1, new=2)
    journal.note("put_back", device="d", point="q")
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026')
    assert [line["point"] for line in journal.unfinished("d")] == ["p"]
    assert journal.unfinished("elsewhere") == ()


@pytest.mark.parametrize(
    ("name", "value", "kind", "on_site"),
    [
        ("K1.command", True, "circuit", False),
        ("L1.level_command", 50.0, "dimming", False),
        ("D1.text_command", "x", "display", False),
        ("P1.run_command", True, "pump", True),
        ("G1.position_command", 10.0, "gate", True),
        ("mode_command", "REMOTE", "mode", True),
        ("K1.lockout", True, "device", True),
        ("1号泵启停", True, "pump", True),
        ("circuit_reset", True, "device", True),
        ("holding_5", True, "unknown", True),
        ("pump_lamp_relay", True, "pump", True),
    ],
)
def test_what_may_move_wants_somebody_on_site_and_so_does_what_nobody_knows(
    name: str, value: Value, kind: str, on_site: bool
) -> None:
    hazard = hazard_of(PointSpec(name, PointType.BOOL, access=RW), value)
    assert (hazard.kind, hazard.on_site) == (kind, on_site)
    assert hazard.text
    assert hazard.text_zh


@pytest.mark.parametrize(
    "spec",
    [
        PointSpec("K1.feedback", PointType.BOOL),
        PointSpec("heartbeat", PointType.U16, access=RW, role=Role.HEARTBEAT),
        PointSpec("epoch", PointType.U16, access=RW, role=Role.EPOCH),
        PointSpec("P1.start", PointType.BOOL, access=RW, pulse=Pulse(1.0)),
        PointSpec("P1.run_command", PointType.BOOL, access=RW, method="Start"),
    ],
)
def test_what_can_not_be_put_back_is_never_tested(spec: PointSpec) -> None:
    assert hazard_of(spec, True).refused
