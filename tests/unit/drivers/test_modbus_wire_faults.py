"""Every way a reply can be wrong: none becomes a value, each closes the connection or names the device's refusal."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.domain.errors import (
    BadReply,
    ControllerError,
    DeviceBusy,
    DeviceFailed,
    DeviceRefused,
    DoubtfulAnswer,
    GatewayFault,
    Indeterminate,
    LinkDown,
    NoReply,
)
from drivers.modbus import frames
from drivers.modbus.wire import open_wire
from drivers.profile import Table
from tests.unit.drivers.modbus_script import CLOSE, TIMEOUT_S, Script, reply, scripted

READ = frames.read(5, Table.HOLDING, 100, 2)
READ_PDU = bytes.fromhex("03 04 0001 0002")
WRITE = frames.write_registers(5, 100, [7])
WRITE_PDU = bytes.fromhex("06 0064 0007")
WRITE_MANY = frames.write_registers(5, 100, [7, 8])
COIL = frames.write_coil(5, 3, True)

WRONG: dict[str, Script] = {
    "wrong transaction": lambda asked: [reply(asked, READ_PDU, transaction=9)],
    "transaction zero": lambda asked: [reply(asked, READ_PDU, transaction=0)],
    "wrong protocol": lambda asked: [reply(asked, READ_PDU, protocol=1)],
    "wrong unit": lambda asked: [reply(asked, READ_PDU, unit=6)],
    "wrong function": lambda asked: [reply(asked, b"\x04" + READ_PDU[1:])],
    "another function's exception": lambda asked: [reply(asked, b"\x84\x02")],
    "fewer registers than asked": lambda asked: [reply(asked, bytes.fromhex("03 02 0001"))],
    "more registers than asked": lambda asked: [reply(asked, bytes.fromhex("03 06 0001 0002 0003"))],
    "byte count too large": lambda asked: [reply(asked, bytes.fromhex("03 08 0001 0002"))],
    "byte count too small": lambda asked: [reply(asked, bytes.fromhex("03 02 0001 0002"))],
    "data cut short": lambda asked: [reply(asked, bytes.fromhex("03 04 0001 00"))],
    "data too long": lambda asked: [reply(asked, bytes.fromhex("03 04 0001 0002 00"))],
    "function and nothing else": lambda asked: [reply(asked, b"\x03")],
    "exception without code": lambda asked: [reply(asked, b"\x83")],
    "exception with more than a code": lambda asked: [reply(asked, b"\x83\x02\x00")],
    "impossible length": lambda asked: [asked[:4] + b"\xff\xff" + asked[6:7] + READ_PDU],
    "length zero": lambda asked: [asked[:4] + b"\x00\x00" + asked[6:7] + READ_PDU],
    "garbage": lambda _: [b"HTTP/1.1 400 Bad Request\r\n\r\n"],
}


def say_nothing(_asked: bytes) -> list[bytes | None]:
    return []


@pytest.mark.parametrize("fault", WRONG)
async def test_a_read_answered_wrongly_is_a_bad_reply_and_the_connection_is_closed(fault: str) -> None:
    async with scripted(WRONG[fault]) as (wire, server):
        with pytest.raises(BadReply, match="unit 5, read holding 100\\+2"):
            await wire.ask(READ)
        assert not wire.up
        with pytest.raises(LinkDown):
            await wire.ask(READ)
        assert len(server.requests) == 1


WRONG_ECHOES = {
    "wrong address": (WRITE, bytes.fromhex("06 0065 0007")),
    "wrong value": (WRITE, bytes.fromhex("06 0064 0008")),
    "value missing": (WRITE, bytes.fromhex("06 0064")),
    "echo too long": (WRITE, bytes.fromhex("06 0064 0007 00")),
    "another function": (WRITE, bytes.fromhex("10 0064 0007")),
    "wrong coil state": (COIL, bytes.fromhex("05 0003 0000")),
    "wrong coil": (COIL, bytes.fromhex("05 0004 ff00")),
    "wrong count": (WRITE_MANY, bytes.fromhex("10 0064 0001")),
}


@pytest.mark.parametrize("fault", WRONG_ECHOES)
async def test_a_write_echoed_wrongly_is_indeterminate_and_never_sent_again(fault: str) -> None:
    request, echo = WRONG_ECHOES[fault]
    async with scripted(lambda asked: [reply(asked, echo)]) as (wire, server):
        with pytest.raises(Indeterminate, match="read back"):
            await wire.ask(request)
        assert not wire.up
        await asyncio.sleep(60)
        assert len(server.requests) == 1


async def test_a_correct_read_is_answered_with_its_data() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)]) as (wire, _):
        assert await wire.ask(READ) == bytes.fromhex("0001 0002")
        assert await wire.ask(READ) == bytes.fromhex("0001 0002")
        assert wire.up


async def test_a_correct_echo_acknowledges_a_write() -> None:
    async with scripted(lambda asked: [reply(asked, WRITE_PDU)]) as (wire, _):
        assert await wire.ask(WRITE) == b""
        assert wire.up


async def test_a_reply_that_comes_byte_by_byte_is_one_reply() -> None:
    def dribble(asked: bytes) -> list[bytes | None]:
        return [bytes((byte,)) for byte in reply(asked, READ_PDU)]

    async with scripted(dribble) as (wire, _):
        assert await wire.ask(READ) == bytes.fromhex("0001 0002")
        assert wire.up


@pytest.mark.parametrize("together", [True, False])
async def test_a_second_reply_is_never_taken_for_the_next_answer(together: bool) -> None:
    def twice(asked: bytes) -> list[bytes | None]:
        frame = reply(asked, READ_PDU)
        return [frame + frame] if together else [frame, frame]

    async with scripted(twice) as (wire, _):
        assert await wire.ask(READ) == bytes.fromhex("0001 0002")
        await asyncio.sleep(0.1)
        assert not wire.up


async def test_bytes_nobody_asked_for_close_the_connection() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)]) as (wire, server):
        await wire.ask(READ)
        server.lines[0].write(reply(server.requests[0], READ_PDU))
        await asyncio.sleep(0.1)
        assert not wire.up


@pytest.mark.parametrize(
    ("request_", "code", "error", "says", "stays_up"),
    [
        (READ, 1, DeviceRefused, "does not know this function", True),
        (READ, 2, DeviceRefused, "an address it does not have", True),
        (READ, 4, DeviceFailed, "failed while acting", True),
        (READ, 5, DeviceBusy, "needs longer", True),
        (READ, 6, DeviceBusy, "busy", True),
        (READ, 7, DeviceRefused, "cannot carry this out", True),
        (READ, 8, DeviceFailed, "parity", True),
        (READ, 10, GatewayFault, "no path", True),
        (READ, 11, NoReply, "no answer from this unit", True),
        (READ, 77, DeviceRefused, "a code of its own", True),
        (WRITE, 2, DeviceRefused, "an address it does not have", True),
        (WRITE, 3, DeviceRefused, "a value it does not take", True),
        (WRITE, 6, DeviceBusy, "busy", True),
        (WRITE, 1, DeviceRefused, "does not know this function", True),
        (WRITE, 7, DeviceRefused, "cannot carry this out", True),
        (WRITE, 10, GatewayFault, "no path", True),
        (WRITE, 4, DoubtfulAnswer, "may have acted", True),
        (WRITE, 5, DoubtfulAnswer, "may have acted", True),
        (WRITE, 8, DoubtfulAnswer, "may have acted", True),
        (WRITE, 77, DoubtfulAnswer, "may have acted", True),
        (WRITE, 11, Indeterminate, "may have acted", True),
    ],
)
async def test_an_exception_code_names_its_meaning(
    request_: frames.Request, code: int, error: type[ControllerError], says: str, stays_up: bool
) -> None:
    async with scripted(lambda asked: [reply(asked, bytes((asked[7] | 0x80, code)))]) as (wire, _):
        with pytest.raises(error, match=says) as caught:
            await wire.ask(request_)
        assert type(caught.value) is error
        assert wire.up is stays_up


async def test_a_connection_closed_in_the_middle_of_a_frame_is_no_reply() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)[:9], CLOSE]) as (wire, _):
        with pytest.raises(NoReply, match="lost"):
            await wire.ask(READ)
        assert not wire.up


async def test_a_connection_closed_in_the_middle_of_an_echo_is_indeterminate() -> None:
    async with scripted(lambda asked: [reply(asked, WRITE_PDU)[:9], CLOSE]) as (wire, _):
        with pytest.raises(Indeterminate, match="lost"):
            await wire.ask(WRITE)


async def test_a_frame_that_never_ends_times_out() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)[:9]]) as (wire, _):
        with pytest.raises(NoReply, match="no reply within 2 s"):
            await wire.ask(READ)
        assert not wire.up


async def test_the_time_out_counts_from_each_request() -> None:
    silent = False
    async with scripted(lambda asked: [] if silent else [reply(asked, READ_PDU)]) as (wire, _):
        await wire.ask(READ)
        await asyncio.sleep(TIMEOUT_S - 0.1)
        silent = True
        asked_s = asyncio.get_running_loop().time()
        with pytest.raises(NoReply):
            await wire.ask(READ)
        assert asyncio.get_running_loop().time() - asked_s == pytest.approx(TIMEOUT_S, abs=0.01)


async def test_a_late_reply_finds_the_connection_closed() -> None:
    async with scripted(say_nothing) as (wire, server):
        with pytest.raises(NoReply):
            await wire.ask(READ)
        server.lines[0].write(reply(server.requests[0], READ_PDU))
        await asyncio.sleep(1)
        assert not wire.up


async def test_a_cancelled_caller_closes_the_connection_and_leaves_nothing() -> None:
    async with scripted(say_nothing) as (wire, _):
        asking = asyncio.create_task(wire.ask(WRITE))
        await asyncio.sleep(0.5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not wire.up
        await wire.close()


async def test_closing_while_a_request_is_in_flight_ends_it() -> None:
    async with scripted(say_nothing) as (wire, _):
        asking = asyncio.create_task(wire.ask(WRITE))
        await asyncio.sleep(0.5)
        await wire.close()
        with pytest.raises(Indeterminate, match="closed on this side"):
            await asking


async def test_two_requests_at_once_are_a_fault_of_the_program() -> None:
    async with scripted(say_nothing) as (wire, _):
        asking = asyncio.create_task(wire.ask(READ))
        await asyncio.sleep(0.5)
        with pytest.raises(RuntimeError, match="in flight"):
            await wire.ask(READ)
        with pytest.raises(NoReply):
            await asking


async def test_transactions_wrap_without_ever_being_zero() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)]) as (wire, server):
        wire._transaction = 0xFFFE
        for _ in range(3):
            await wire.ask(READ)
        assert [int.from_bytes(asked[:2], "big") for asked in server.requests] == [0xFFFF, 1, 2]


async def test_a_port_nobody_listens_on_is_link_down() -> None:
    listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    with pytest.raises(LinkDown, match=f"127.0.0.1:{port} cannot be reached"):
        await open_wire("127.0.0.1", port, TIMEOUT_S)


def test_the_wire_works_on_uvloop_as_well() -> None:
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answered_then_lost())


async def _answered_then_lost() -> None:
    async with scripted(lambda asked: [reply(asked, READ_PDU)]) as (wire, server):
        assert await wire.ask(READ) == bytes.fromhex("0001 0002")
        server.script = lambda asked: [reply(asked, WRITE_PDU)[:9], CLOSE]
        with pytest.raises(Indeterminate, match="lost"):
            await wire.ask(WRITE)
        assert not wire.up


def test_no_bytes_whatever_become_a_value_unless_they_are_the_answer() -> None:
    with asyncio.Runner() as runner:

        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(
            st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4),
            st.booleans(),
            st.sampled_from([READ, WRITE, WRITE_MANY, COIL]),
        )
        def check(pieces: list[bytes], headed: bool, request: frames.Request) -> None:
            runner.run(_never_a_value(pieces, headed, request))

        check()


async def _never_a_value(pieces: list[bytes], headed: bool, request: frames.Request) -> None:
    """``headed``: the pieces come behind a header that fits, so that the body alone is wrong."""
    said: list[bytes] = []

    def rubbish(asked: bytes) -> list[bytes | None]:
        if headed:
            pieces[0] = asked[:4] + (len(pieces[0]) + 1).to_bytes(2, "big") + asked[6:7] + pieces[0]
        said.append(b"".join(pieces))
        return [*pieces, CLOSE]

    async with scripted(rubbish) as (wire, server):
        try:
            data = await wire.ask(request)
        except ControllerError:
            return
        right = bytes((request.pdu[0],)) + (request.echo or bytes((request.data_bytes,)) + data)
        assert said[0].startswith(reply(server.requests[0], right))
