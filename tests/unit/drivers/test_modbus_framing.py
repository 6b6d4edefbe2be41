"""Where a reply begins and ends, and what no reply may look like: both framings, without a socket."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from drivers.modbus import frames
from drivers.modbus.checksum import checksum
from drivers.modbus.frames import ExceptionCode, Misfit, Request, data_in
from drivers.modbus.framing import MBAP, RTU, Asked, Framing
from drivers.profile import Table

READ = frames.read(5, Table.HOLDING, 100, 2)
COILS = frames.read(5, Table.COIL, 0, 9)
WRITE = frames.write_registers(5, 100, [7])
MANY = frames.write_registers(5, 100, [7, 8])
MASK = frames.write_bit(5, 100, 3, True)
BEAT = frames.write_and_read(5, 20, [77], 100, 2)

RIGHT = {
    "read": (READ, "03 04 0001 0002", "0001 0002"),
    "coils": (COILS, "01 02 ff 01", "ff01"),
    "one register": (WRITE, "06 0064 0007", ""),
    "registers": (MANY, "10 0064 0002", ""),
    "mask": (MASK, "16 0064 fff7 0008", ""),
    "write and read": (BEAT, "17 04 0001 0002", "0001 0002"),
}
WRONG = {
    "another function": (READ, "04 04 0001 0002"),
    "too few registers": (READ, "03 02 0001"),
    "too many registers": (READ, "03 06 0001 0002 0003"),
    "another address": (WRITE, "06 0065 0007"),
    "another value": (WRITE, "06 0064 0008"),
    "another count": (MANY, "10 0064 0001"),
    "another mask": (MASK, "16 0064 fff7 0000"),
    "too few of write and read": (BEAT, "17 02 0001"),
    "another function's exception": (READ, "84 02"),
    "the function of an exception alone": (WRITE, "90 02"),
}


def asked(request: Request, transaction: int = 3) -> dict[int, Asked]:
    loop = asyncio.new_event_loop()
    loop.close()
    return {transaction: (request, loop.create_future(), 0.0)}


def framed(framing: Framing, pdu: bytes, unit: int = 5, transaction: int = 3) -> bytes:
    if framing is RTU:
        frame = bytes((unit,)) + pdu
        return frame + checksum(frame)
    return b"".join((transaction.to_bytes(2), b"\0\0", (len(pdu) + 1).to_bytes(2), bytes((unit,)), pdu))


def understood(framing: Framing, data: bytes, request: Request) -> bytes | None:
    """The data in the reply; None while it is not whole."""
    _, begin, end, _ = framing.reply(data, asked(request))
    return data_in(data, begin, end, request) if end else None


@pytest.mark.parametrize("framing", [MBAP, RTU])
@pytest.mark.parametrize("case", RIGHT)
def test_a_right_reply_is_understood_once_it_is_whole_and_not_before(framing: Framing, case: str) -> None:
    request, pdu, data = RIGHT[case]
    frame = framed(framing, bytes.fromhex(pdu))
    assert understood(framing, frame, request) == bytes.fromhex(data)
    for cut in range(1, len(frame)):
        assert understood(framing, frame[:cut], request) is None
    assert framing.reply(frame + b"more", asked(request))[3] == len(frame)


@pytest.mark.parametrize("framing", [MBAP, RTU])
@pytest.mark.parametrize("case", WRONG)
def test_a_reply_to_another_question_is_none(framing: Framing, case: str) -> None:
    request, pdu = WRONG[case]
    with pytest.raises(Misfit):
        understood(framing, framed(framing, bytes.fromhex(pdu)), request)


@pytest.mark.parametrize("framing", [MBAP, RTU])
def test_another_unit_is_noticed_before_the_frame_is_whole(framing: Framing) -> None:
    frame = framed(framing, bytes.fromhex("03 04 0001 0002"), unit=6)
    with pytest.raises(Misfit, match="unit 6 answered"):
        framing.reply(frame[:7], asked(READ))


@pytest.mark.parametrize("framing", [MBAP, RTU])
@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 200])
def test_an_exception_is_its_code(framing: Framing, code: int) -> None:
    with pytest.raises(ExceptionCode) as caught:
        understood(framing, framed(framing, bytes((0x83, code))), READ)
    assert caught.value.code == code


@pytest.mark.parametrize("length", [0, 1, 2, 255, 65535])
def test_a_frame_longer_than_260_bytes_or_without_a_pdu_is_refused_by_its_header(length: int) -> None:
    with pytest.raises(Misfit, match="impossible length"):
        MBAP.reply(b"\0\x03\0\0" + length.to_bytes(2) + b"\x05", asked(READ))


@pytest.mark.parametrize("transaction", [0, 2, 4, 0x0300])
def test_only_the_transaction_asked_is_answered(transaction: int) -> None:
    with pytest.raises(Misfit, match=f"transaction {transaction} came, 3 was asked"):
        MBAP.reply(framed(MBAP, b"\x03\x04\0\1\0\2", transaction=transaction), asked(READ))


@given(st.binary(max_size=255))
def test_the_checksum_is_that_of_another_implementation(data: bytes) -> None:
    assert checksum(data) == FramerRTU.compute_CRC(data).to_bytes(2, "big")


@given(st.sampled_from(sorted(RIGHT)), st.data())
def test_no_bit_flipped_on_the_line_passes_for_a_right_reply(case: str, data: st.DataObject) -> None:
    request, pdu, _ = RIGHT[case]
    frame = framed(RTU, bytes.fromhex(pdu))
    at = data.draw(st.integers(0, 8 * len(frame) - 1))
    flipped = bytearray(frame)
    flipped[at // 8] ^= 1 << at % 8
    with pytest.raises(Misfit):
        understood(RTU, bytes(flipped), request)


@given(st.sampled_from([MBAP, RTU]), st.sampled_from(sorted(RIGHT)), st.binary(min_size=1, max_size=300))
def test_no_bytes_whatever_break_the_framing(framing: Framing, case: str, data: bytes) -> None:
    try:
        understood(framing, data, RIGHT[case][0])
    except (Misfit, ExceptionCode):
        return


def test_the_longest_question_and_answer_fit_a_frame() -> None:
    request = frames.read(5, Table.HOLDING, 0, 125)
    reply = framed(RTU, b"\x03\xfa" + bytes(250))
    assert len(reply) == 255
    assert understood(RTU, reply, request) == bytes(250)
    assert len(RTU.question(1, frames.write_registers(5, 0, [1] * 123))) == 255
