"""More than one question on the wire, and lines whose replies have no number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from controller.domain.errors import BadReply, DeviceRefused, Indeterminate, LinkDown, NoReply
from drivers.base import Endpoint
from drivers.modbus import frames
from drivers.modbus.checksum import checksum
from drivers.modbus.framing import MBAP, RTU, Framing
from drivers.modbus.lines import line_of
from drivers.modbus.wire import LISTEN_S, Wire, open_wire
from drivers.profile import Table
from tests.unit.drivers.modbus_script import TIMEOUT_S

READS = [frames.read(5, Table.HOLDING, address, 1) for address in (100, 101, 102)]
WRITE = frames.write_registers(5, 100, [7])
Say = Callable[[bytes], None]


class Answering(asyncio.Protocol):
    """Gives every question to ``script``, with a way to say something."""

    def __init__(self, script: Callable[[bytes, Say], None], lines: list[asyncio.Transport]) -> None:
        self._script, self._lines = script, lines

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._lines.append(transport)

    def data_received(self, data: bytes) -> None:
        while data:  # each question here is of 12 bytes on Modbus TCP, of 8 on RTU
            size = 12 if data[2:4] == b"\0\0" and len(data) % 12 == 0 else 8
            self._script(data[:size], self._transport.write)
            data = data[size:]


@asynccontextmanager
async def served(script: Callable[[bytes, Say], None]) -> AsyncIterator[tuple[int, list[asyncio.Transport]]]:
    lines: list[asyncio.Transport] = []
    server = await asyncio.get_running_loop().create_server(lambda: Answering(script, lines), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], lines
    finally:
        server.close()
        for line in lines:
            line.abort()
        await server.wait_closed()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def asking(port: int, framing: Framing = MBAP, in_flight: int = 3) -> AsyncIterator[Wire]:
    wire = await open_wire("127.0.0.1", port, TIMEOUT_S, framing, in_flight=in_flight)
    try:
        yield wire
    finally:
        await wire.close()


def value_of(question: bytes) -> bytes:
    """A reply whose register is the address that was asked."""
    return question[:4] + b"\0\x05\x05\x03\x02" + question[8:10]


async def test_replies_in_any_order_find_their_questions() -> None:
    held: list[bytes] = []

    def backwards(question: bytes, say: Say) -> None:
        held.append(question)
        if len(held) == 3:
            say(b"".join(value_of(each) for each in reversed(held)))

    async with served(backwards) as (port, _), asking(port) as wire:
        assert await wire.ask_together(READS) == [b"\0\x64", b"\0\x65", b"\0\x66"]
        assert wire.up


async def test_one_time_out_ends_all_that_is_in_flight() -> None:
    def first_only(question: bytes, say: Say) -> None:
        if question[8:10] == b"\0\x64" and question[7] == 3:
            say(value_of(question))

    async with served(first_only) as (port, _), asking(port) as wire:
        with pytest.raises(NoReply, match=r"holding 101\+1: no reply within 2 s"):
            await wire.ask_together(READS)
        assert not wire.up


async def test_a_reply_given_twice_answers_nothing_else() -> None:
    def twice(question: bytes, say: Say) -> None:
        if question[8:10] == b"\0\x64":
            say(value_of(question) * 2)

    async with served(twice) as (port, _), asking(port) as wire:
        with pytest.raises(BadReply, match="a reply to transaction 1 came, 2, 3 was asked"):
            await wire.ask_together(READS)
        assert not wire.up


async def test_one_refusal_leaves_the_others_answered_and_the_line_up() -> None:
    def second_refused(question: bytes, say: Say) -> None:
        refused = question[8:10] == b"\0\x65"
        say(question[:4] + b"\0\x03\x05\x83\x02" if refused else value_of(question))

    async with served(second_refused) as (port, _), asking(port) as wire:
        with pytest.raises(DeviceRefused, match=r"holding 101\+1: exception 2"):
            await wire.ask_together(READS)
        assert wire.up
        assert await wire.ask(READS[0]) == b"\0\x64"


async def test_a_caller_that_gives_up_takes_the_connection_with_it() -> None:
    async with served(lambda _, __: None) as (port, _), asking(port) as wire:
        reading = asyncio.create_task(wire.ask_together(READS))
        await asyncio.sleep(0.5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not wire.up


async def test_a_line_without_numbers_never_has_two_questions_in_flight() -> None:
    async with served(lambda _, __: None) as (port, _), asking(port, RTU, in_flight=4) as wire:
        assert wire.in_flight == 1


def rtu_reply(pdu: bytes) -> bytes:
    frame = b"\x05" + pdu
    return frame + checksum(frame)


async def test_an_answer_that_comes_too_late_over_a_dtu_is_never_taken_for_the_next_one() -> None:
    """The DTU passes the device's late answer on to the connection it has by then."""
    asked: list[bytes] = []
    lines: list[asyncio.Transport] = []

    def late(question: bytes, say: Say) -> None:
        asked.append(question)
        if len(asked) == 1:
            wrong = rtu_reply(b"\x03\x02\xba\xad")
            asyncio.get_running_loop().call_later(TIMEOUT_S + 1.5, lambda: lines[-1].write(wrong))
        else:
            say(rtu_reply(b"\x03\x02\x00\x01"))

    async with served(late) as (port, served_lines):
        lines = served_lines
        line = line_of(Endpoint("dtu", f"modbus+rtu+tcp://127.0.0.1:{port}", (), TIMEOUT_S))
        wire = await line.open()
        await wire.settle()
        with pytest.raises(NoReply):
            await wire.ask(READS[0])
        assert not wire.up
        await asyncio.sleep(1.0)
        wire = await line.open()
        await wire.settle()
        assert await wire.ask(READS[0]) == b"\x00\x01"
        assert len(asked) == 2
        await wire.close()


async def test_the_first_connection_of_a_process_to_a_dtu_is_listened_to_before_it_is_asked() -> None:
    """What a process before this one asked nobody knows; its answer may still come."""

    def right(_: bytes, say: Say) -> None:
        say(rtu_reply(b"\x03\x02\x00\x01"))

    async with served(right) as (port, lines):
        line = line_of(Endpoint("dtu", f"modbus+rtu+tcp://127.0.0.1:{port}", (), TIMEOUT_S))
        wire = await line.open()
        wrong = rtu_reply(b"\x03\x02\xba\xad")
        asyncio.get_running_loop().call_later(TIMEOUT_S - 0.1, lambda: lines[-1].write(wrong))
        await wire.settle()
        assert await wire.ask(READS[0]) == b"\x00\x01"
        await wire.close()


async def test_after_doubt_a_dtu_is_listened_to_before_it_is_asked_however_long_ago_that_was() -> None:
    async with served(lambda _, __: None) as (port, _):
        line = line_of(Endpoint("dtu", f"modbus+rtu+tcp://127.0.0.1:{port}?drain_s=0", (), TIMEOUT_S))
        wire = await line.open()
        await wire.settle()
        with pytest.raises(Indeterminate):
            await wire.ask(WRITE)
        await asyncio.sleep(600)
        before_s = asyncio.get_running_loop().time()
        wire = await line.open()
        await wire.settle()
        assert asyncio.get_running_loop().time() - before_s == pytest.approx(LISTEN_S, abs=0.01)
        await wire.close()


async def test_a_connection_lost_while_it_is_listened_to_is_link_down() -> None:
    async with served(lambda _, __: None) as (port, lines):
        line = line_of(Endpoint("dtu", f"modbus+rtu+tcp://127.0.0.1:{port}", (), TIMEOUT_S))
        wire = await line.open()
        await wire.settle()
        with pytest.raises(NoReply):
            await wire.ask(READS[0])
        asyncio.get_running_loop().call_later(1.0, lambda: lines[-1].abort())
        with pytest.raises(LinkDown, match="late answers"):
            await (await line.open()).settle()
