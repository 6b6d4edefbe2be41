"""Devices that dial in: who is let in, who is told off, and that nothing stays open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from controller.domain.errors import ConfigError, Indeterminate, LinkDown, NoReply
from drivers.base import Endpoint
from drivers.modbus import frames
from drivers.modbus.checksum import checksum
from drivers.modbus.dialin import DialIns
from drivers.modbus.lines import Line, line_of
from drivers.modbus.listening import BEYOND_LOOPBACK, Listening, Refusal, Refused
from drivers.modbus.wire import Wire
from drivers.profile import Table

TIMEOUT_S = 2.0
READ = frames.read(5, Table.HOLDING, 100, 1)
WRITE = frames.write_registers(5, 100, [7])
ANSWER = b"\x05\x03\x02\x00\x07"
ANSWER += checksum(ANSWER)
BEAT = b"\xfe\xfd"
LIMITS = Listening(max_unregistered=3, register_within_s=10.0)


class Device:
    """A DTU, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await asyncio.sleep(0.01)

    async def heard(self) -> bytes:
        """What came; empty when the centre closed the connection."""
        try:
            async with asyncio.timeout(0.5):
                return await self.reader.read(300)
        except ConnectionError:
            return b""

    def gone(self) -> None:
        self.writer.transport.abort()


class Port:
    """One listening port with two seats, A and B, and who was refused there."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refused: list[Refusal] = []
        self.arrived: list[str] = []
        self.dial_ins = DialIns(self.refused.append, self.arrived.append)
        self.a, self.b = self.seat("A-001"), self.seat("B-002")
        self._devices: list[Device] = []

    def seat(self, said: str, **changes: object) -> Line:
        url = f"modbus+dialin://127.0.0.1:{self.port}?id={said}&heartbeat_hex=fefd"
        endpoint = Endpoint(said.lower(), url, (), TIMEOUT_S, listening=LIMITS)
        return line_of(replace(endpoint, **changes), self.dial_ins)  # type: ignore[arg-type] - fields of Endpoint

    async def dial(self, said: bytes = b"") -> Device:
        device = Device(*await asyncio.open_connection("127.0.0.1", self.port))
        self._devices.append(device)
        await device.say(said)
        return device

    async def close(self) -> None:
        await self.a.release()
        await self.b.release()
        for device in self._devices:
            device.gone()
        await asyncio.sleep(0.01)

    @property
    def why(self) -> list[Refused]:
        return [refusal.why for refusal in self.refused]


def sockets() -> int:
    """Open sockets of this process."""
    links = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sum(link.name.startswith("socket:") for link in links)


@asynccontextmanager
async def listening() -> AsyncIterator[Port]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = probe.getsockname()[1]
    before = sockets()
    port = Port(number)
    with pytest.raises(LinkDown, match="has not dialled in"):
        await port.a.open()
    try:
        yield port
    finally:
        await port.close()
        assert sockets() == before
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", number)


async def answered(wire: Wire, device: Device, reply: bytes = ANSWER) -> bytes:
    asking = asyncio.create_task(wire.ask(READ))
    await device.heard()
    await device.say(reply)
    return await asking


async def test_a_device_that_has_not_dialled_in_is_link_down_and_the_sentence_says_what_to_look_at() -> None:
    async with listening() as port:
        with pytest.raises(LinkDown, match=r"'B-002' has not dialled in to 127.0.0.1:\d+: check its power, its SIM"):
            await port.b.open()


async def test_a_device_is_recognised_by_what_it_says_first_however_that_is_cut() -> None:
    async with listening() as port:
        device = await port.dial(b"B")
        await device.say(b"-0")
        await device.say(b"02" + BEAT[:1])
        await device.say(BEAT[1:])
        assert await answered(await port.b.open(), device) == b"\x00\x07"
        with pytest.raises(LinkDown):
            await port.a.open()
        assert port.refused == []


async def test_whoever_waits_for_a_device_is_told_when_it_has_dialled_in_and_of_nobody_else() -> None:
    async with listening() as port:
        await port.dial(b"C-003")
        await port.dial(b"B-0")
        assert port.arrived == []
        await port.dial(b"B-002")
        assert port.arrived == ["b-002"]


@pytest.mark.parametrize("said", [b"C-003", b"A-002", b"\0", b"GET / HTTP/1.1\r\n", BEAT + b"A-001"])
async def test_who_says_anything_else_is_refused_and_told_of(said: bytes) -> None:
    async with listening() as port:
        device = await port.dial(said)
        assert await device.heard() == b""
        assert port.why == [Refused.UNKNOWN]
        assert "no endpoint expects this registration" in str(port.refused[0])
        with pytest.raises(LinkDown):
            await port.a.open()


async def test_who_says_more_than_its_registration_is_refused_with_the_endpoint_it_was_meant_for() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001\r\n")
        assert await device.heard() == b""
        assert port.why == [Refused.MORE]
        assert "CR LF belongs into the id" in str(port.refused[0])
        assert "(endpoint a-001)" in str(port.refused[0])


async def test_a_seat_that_was_released_can_be_taken_again() -> None:
    async with listening() as port:
        await port.a.release()
        await port.b.release()
        with pytest.raises(LinkDown, match="has not dialled in"):
            await port.a.open()
        device = await port.dial(b"A-001")
        assert await answered(await port.a.open(), device) == b"\x00\x07"


async def test_who_says_nothing_or_half_a_word_is_refused_after_its_time() -> None:
    async with listening() as port:
        silent, slow = await port.dial(), await port.dial(b"A-0")
        await asyncio.sleep(9)
        assert port.refused == []
        await asyncio.sleep(2)
        assert port.why == [Refused.TOO_SLOW] * 2
        assert [await silent.heard(), await slow.heard()] == [b"", b""]


async def test_a_crowd_that_says_nothing_does_not_keep_a_device_out() -> None:
    async with listening() as port:
        crowd = [await port.dial() for _ in range(5)]
        device = await port.dial(b"A-001")
        assert await answered(await port.a.open(), device) == b"\x00\x07"
        assert set(port.why) == {Refused.TOO_MANY}
        assert await crowd[0].heard() == b""


async def test_heartbeats_are_taken_out_wherever_a_frame_may_begin() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001")
        wire = await port.a.open()
        for reply in (BEAT + ANSWER, ANSWER + BEAT, BEAT * 3 + ANSWER + BEAT + BEAT[:1]):
            assert await answered(wire, device, reply) == b"\x00\x07"
        await device.say(BEAT[1:] + BEAT)
        asking = asyncio.create_task(wire.ask(READ))
        for piece in (BEAT[:1], BEAT[1:] + ANSWER[:3], ANSWER[3:]):
            await device.say(piece)
        assert await asking == b"\x00\x07"
        assert wire.up


async def test_a_heartbeat_in_the_middle_of_a_frame_spoils_it_and_gives_no_value() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001")
        wire = await port.a.open()
        with pytest.raises(Exception, match="checksum does not fit"):
            await answered(wire, device, ANSWER[:4] + BEAT + ANSWER[4:])
        assert not wire.up


async def test_a_device_that_dials_in_again_while_it_is_asked_gets_the_new_connection() -> None:
    async with listening() as port:
        old = await port.dial(b"A-001")
        wire = await port.a.open()
        assert await answered(wire, old) == b"\x00\x07"
        writing = asyncio.create_task(wire.ask(WRITE))
        await asyncio.sleep(TIMEOUT_S * 0.75)
        new = await port.dial(b"A-001")
        with pytest.raises(Indeterminate, match="dialled in again"):
            await writing
        assert await answered(await port.a.open(), new) == b"\x00\x07"
        assert port.refused == []


async def test_a_second_device_with_the_registration_of_one_that_answers_is_refused_and_told_of() -> None:
    async with listening() as port:
        first = await port.dial(b"A-001")
        wire = await port.a.open()
        await answered(wire, first)
        second = await port.dial(b"A-001")
        assert await second.heard() == b""
        assert port.why == [Refused.DUPLICATE]
        assert "(endpoint a-001)" in str(port.refused[0])
        assert await answered(wire, first) == b"\x00\x07"


async def test_a_device_not_heard_for_long_is_replaced_by_the_one_that_dials_in() -> None:
    async with listening() as port:
        first = await port.dial(b"A-001")
        wire = await port.a.open()
        await answered(wire, first)
        await asyncio.sleep(31)
        second = await port.dial(b"A-001")
        assert not wire.up
        assert await answered(await port.a.open(), second) == b"\x00\x07"


async def test_a_registered_connection_that_breaks_before_it_is_used_is_not_given_out() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001")
        device.gone()
        await asyncio.sleep(0.01)
        with pytest.raises(LinkDown, match="has not dialled in"):
            await port.a.open()


async def test_garbage_from_a_registered_device_nobody_asked_yet_ends_its_connection() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001")
        await device.say(BEAT + b"garbage")
        assert await device.heard() == b""
        assert port.why == [Refused.MORE]


async def test_a_silent_device_is_dropped_and_its_late_answer_is_no_answer_after_it_dials_in_again() -> None:
    async with listening() as port:
        device = await port.dial(b"A-001")
        wire = await port.a.open()
        with pytest.raises(NoReply):
            await wire.ask(READ)
        device = await port.dial(b"A-001")
        asyncio.get_running_loop().call_later(1.0, device.writer.write, ANSWER)
        wire = await port.a.open()
        await wire.settle()
        assert await answered(wire, device, b"\x05\x03\x02\x00\x01" + checksum(b"\x05\x03\x02\x00\x01")) == b"\x00\x01"


async def test_releasing_every_seat_closes_every_socket_of_the_port() -> None:
    async with listening() as port:
        used, waiting, unknown = await port.dial(b"A-001"), await port.dial(b"B-002"), await port.dial(b"B-0")
        wire = await port.a.open()
        await port.a.release()
        assert await used.heard() == b""
        assert not wire.up
        await port.b.release()
        assert [await waiting.heard(), await unknown.heard()] == [b"", b""]


async def test_a_port_another_program_has_is_link_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        seat = line_of(Endpoint("e", f"modbus+dialin://127.0.0.1:{taken.getsockname()[1]}?id=A", (), TIMEOUT_S))
        with pytest.raises(LinkDown, match="in use by another program"):
            await seat.open()
        await seat.release()


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "centre.example"])  # noqa: S104 - refused, that is the point
def test_nothing_listens_beyond_loopback_unless_the_config_says_so_in_words(host: str) -> None:
    endpoint = Endpoint("dtu", f"modbus+dialin://{host}:5020?id=A", ())
    with pytest.raises(ConfigError, match="registration is no proof"):
        line_of(endpoint)
    line_of(replace(endpoint, listening=Listening(BEYOND_LOOPBACK)))


@pytest.mark.parametrize("said", ["A-0011", "A", "A-00"])
def test_registrations_that_cannot_be_told_apart_are_refused(said: str) -> None:
    with pytest.raises(ConfigError, match="neither may begin with the other"):
        Port(5020).seat(said)


def test_one_registration_is_one_endpoints() -> None:
    port = Port(5020)
    port.seat("A-001")  # the same endpoint, after a reload
    with pytest.raises(ConfigError, match="that of endpoint a-001 already"):
        port.seat("A-001", name="another")
