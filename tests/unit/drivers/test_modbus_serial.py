"""RTU on a serial line: a pair of pseudo-terminals, several devices, and doubt that passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from controller.domain.errors import BadReply, Indeterminate, LinkDown, NoReply
from drivers.base import Endpoint
from drivers.modbus import frames
from drivers.modbus.address import SerialAddress
from drivers.modbus.lines import line_of
from drivers.modbus.wire import Wire
from drivers.profile import Table
from tests.contract.peers.modbus_lines import SerialPeer, rtu

READ = frames.read(5, Table.HOLDING, 100, 1)
DEAD = frames.read(9, Table.HOLDING, 100, 1)
WRITE = frames.write_registers(5, 2, [7])
DRAIN_S = 0.5


@asynccontextmanager
async def line(query: str = f"drain_s={DRAIN_S}") -> AsyncIterator[tuple[Wire, SerialPeer]]:
    peer = SerialPeer()
    await peer.start()
    assert peer.serial is not None
    opened = line_of(Endpoint("bus", f"modbus+rtu://{peer.serial.path}?baudrate=9600&parity=N&{query}", (), 2.0))
    wire = await opened.open()
    await wire.settle()
    try:
        yield wire, peer
    finally:
        await wire.close()
        await peer.stop()


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_a_dead_device_on_the_line_costs_its_time_out_and_its_drain_and_leaves_the_others_their_line() -> None:
    async with line() as (wire, _):
        began_s = now_s()
        with pytest.raises(NoReply, match="no reply within 2 s; late bytes are thrown away"):
            await wire.ask(DEAD)
        assert now_s() - began_s == pytest.approx(2.0 + DRAIN_S, abs=0.05)
        assert wire.up
        assert await wire.ask(READ) == b"\0\0"


async def test_an_answer_that_comes_too_late_is_thrown_away() -> None:
    async with line() as (wire, peer):
        assert peer.serial is not None
        peer.go_silent()
        asyncio.get_running_loop().call_later(2.3, peer.serial.say, rtu(5, b"\x03\x02\xba\xad"))
        with pytest.raises(NoReply):
            await wire.ask(READ)
        peer.recover()
        assert await wire.ask(READ) == b"\0\0"


async def test_between_two_frames_there_is_silence() -> None:
    async with line("turnaround_s=0.1") as (wire, _):
        await wire.ask(READ)
        asked_s = now_s()
        await wire.ask(READ)
        assert now_s() - asked_s == pytest.approx(0.1, abs=0.01)


async def test_noise_while_nobody_asks_is_no_answer() -> None:
    async with line() as (wire, peer):
        assert peer.serial is not None
        peer.serial.say(rtu(5, b"\x03\x02\xba\xad"))
        await asyncio.sleep(0.001)
        assert await wire.ask(READ) == b"\0\0"


async def test_a_damaged_answer_is_a_bad_reply_and_the_line_goes_on() -> None:
    async with line() as (wire, peer):
        assert peer.serial is not None
        peer.go_silent()
        damaged = bytearray(rtu(5, b"\x03\x02\x00\x07"))
        damaged[4] ^= 1
        asyncio.get_running_loop().call_later(0.1, peer.serial.say, bytes(damaged))
        with pytest.raises(BadReply, match="checksum does not fit"):
            await wire.ask(READ)
        peer.recover()
        assert wire.up
        assert await wire.ask(READ) == b"\0\0"


async def test_a_line_that_is_never_silent_is_link_down_and_nothing_was_sent() -> None:
    async with line() as (wire, peer):
        serial, loop = peer.serial, asyncio.get_running_loop()
        assert serial is not None

        def babble() -> None:
            if not serial.lost and wire.up:
                serial.say(b"\x55")
                loop.call_later(0.002, babble)

        babble()
        await asyncio.sleep(0.01)
        with pytest.raises(LinkDown, match=r"never silent.*was not sent"):
            await wire.ask(WRITE)
        assert not wire.up
        assert peer.asked == []


async def test_a_caller_that_gives_up_closes_the_port_and_the_next_opening_waits_out_the_late_answer() -> None:
    peer = SerialPeer()
    await peer.start()
    assert peer.serial is not None
    opened = line_of(Endpoint("bus", f"modbus+rtu://{peer.serial.path}?baudrate=9600&parity=N", (), 2.0))
    wire = await opened.open()
    await wire.settle()
    peer.go_silent()
    writing = asyncio.create_task(wire.ask(WRITE))
    await asyncio.sleep(0.5)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert not wire.up
    peer.recover()
    began_s = now_s()
    asyncio.get_running_loop().call_later(1.0, peer.serial.say, rtu(5, b"\x06\x00\x02\x00\x07"))
    await wire.close()
    wire = await opened.open()
    await wire.settle()
    assert now_s() - began_s == pytest.approx(2.0, abs=0.1)
    assert await wire.ask(READ) == b"\0\0"
    await wire.close()
    await peer.stop()


async def test_an_unplugged_adapter_in_the_middle_of_a_write_is_indeterminate() -> None:
    async with line() as (wire, peer):
        peer.lose_on_next()
        with pytest.raises(Indeterminate, match="lost"):
            await wire.ask(WRITE)
        assert not wire.up


@pytest.mark.parametrize("device", ["/dev/no-such-port", "/dev/null"])
async def test_a_port_that_cannot_be_had_is_link_down(device: str) -> None:
    opened = line_of(Endpoint("bus", f"modbus+rtu://{device}?baudrate=9600&parity=E", (), 2.0))
    with pytest.raises(LinkDown, match=f"serial port {device} cannot be opened"):
        await opened.open()


async def test_one_port_is_one_programs() -> None:
    async with line() as (_, peer):
        assert peer.serial is not None
        second = line_of(Endpoint("bus", f"modbus+rtu://{peer.serial.path}?baudrate=9600&parity=N", (), 2.0))
        with pytest.raises(LinkDown, match="no other program have it"):
            await second.open()


@pytest.mark.parametrize(
    ("address", "silence_s"),
    [
        (SerialAddress("/dev/ttyS1", 9600, "E"), 3.5 * 11 / 9600),
        (SerialAddress("/dev/ttyS1", 9600, "N"), 3.5 * 10 / 9600),
        (SerialAddress("/dev/ttyS1", 115200, "N"), 0.00175),
        (SerialAddress("/dev/ttyS1", 115200, "N", turnaround_s=0.05), 0.05),
    ],
)
def test_the_silence_between_frames_is_the_specifications_or_longer(address: SerialAddress, silence_s: float) -> None:
    assert address.silence_s == pytest.approx(silence_s)
