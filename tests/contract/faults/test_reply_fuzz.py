"""Replies of every kind of nonsense: no crash, no answer out of what is none, no answer to another question.

What is an answer is said here once more, from the specifications alone, and held against what the wire makes of it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.errors import BadReply, ControllerError, Indeterminate, LinkDown
from controller.domain.points import Reading
from controller.domain.quality import Quality
from drivers.modbus import frames
from drivers.modbus.block_reader import BlockReader
from drivers.modbus.frames import Request
from drivers.modbus.plan import plan
from drivers.profile import PointSpec, PointType, Table
from tests.contract.faults.framing import Asked, Framing, crc
from tests.contract.faults.wired import Bench
from tests.contract.peers.device import binding

FEW, MANY = 60, 10_000

units = st.integers(1, 247)
addresses = st.integers(0, 0xFFFF)
words = st.integers(0, 0xFFFF)
framings = st.sampled_from(Framing)
requests = st.one_of(
    st.builds(frames.read, units, st.sampled_from((Table.HOLDING, Table.INPUT)), addresses, st.integers(1, 125)),
    st.builds(frames.read, units, st.sampled_from((Table.COIL, Table.DISCRETE)), addresses, st.integers(1, 2000)),
    st.builds(frames.write_coil, units, addresses, st.booleans()),
    st.builds(frames.write_coils, units, addresses, st.lists(st.booleans(), min_size=1, max_size=40)),
    st.builds(frames.write_registers, units, addresses, st.lists(words, min_size=1, max_size=20)),
    st.builds(frames.write_bit, units, addresses, st.integers(0, 15), st.booleans()),
    st.builds(
        frames.write_and_read, units, addresses, st.lists(words, min_size=1, max_size=5), addresses, st.integers(1, 100)
    ),
)


@st.composite
def mutilated(draw: st.DrawFn, frame: bytes) -> bytes:
    """A frame with something wrong in one to three places: changed, missing, doubled, inserted."""
    data = bytearray(frame)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(("change", "drop", "double", "insert", "cut", "append")))
        if kind == "change" and data:
            data[at] ^= draw(st.integers(1, 255))
        elif kind == "drop":
            del data[at : at + draw(st.integers(1, 4))]
        elif kind == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 8))]
        elif kind == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "cut":
            del data[at:]
        else:
            data += draw(st.binary(min_size=1, max_size=8))
    return bytes(data)


@st.composite
def in_pieces(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The bytes as a network may deliver them."""
    cuts = sorted(draw(st.sets(st.integers(0, len(data)), max_size=6)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@st.composite
def right_pdus(draw: st.DrawFn, request: Request) -> bytes:
    """An answer to the request: data, an echo, or an exception."""
    function = request.pdu[0]
    if draw(st.integers(0, 9)) == 0:
        return bytes((function | 0x80, draw(st.integers(0, 255))))
    if request.echo:
        return bytes((function,)) + request.echo
    return bytes((function, request.data_bytes)) + draw(
        st.binary(min_size=request.data_bytes, max_size=request.data_bytes)
    )


def answer_in(asked: Asked, request: Request, data: bytes) -> bytes | int | None:
    """What the bytes say to the question, by the specifications: data, an exception's code, or nothing."""
    pdu = _first_pdu(asked, request, data)
    if pdu is None:
        return None
    function = request.pdu[0]
    if len(pdu) == 2 and pdu[0] == function | 0x80:
        return pdu[1]
    if pdu[0] != function:
        return None
    if request.echo:
        return b"" if pdu[1:] == request.echo else None
    return pdu[2:] if pdu[1] == request.data_bytes == len(pdu) - 2 else None


def _first_pdu(asked: Asked, request: Request, data: bytes) -> bytes | None:
    if asked.framing is Framing.TCP:
        head = asked.transaction.to_bytes(2, "big") + b"\0\0"
        end = 6 + int.from_bytes(data[4:6], "big")
        whole = data[:4] == head and data[6:7] == bytes((asked.unit,)) and 9 <= end <= len(data)
        return data[7:end] if whole else None
    function = request.pdu[0]
    size = 1 + len(request.echo) if request.echo else 2 + request.data_bytes
    # The function says how long the frame is. A shorter one may have a right checksum by chance.
    lengths = {function: size, function | 0x80: 2}
    length = lengths.get(data[1], 0) if len(data) > 1 else 0
    frame = data[: 1 + length + 2]
    whole = length and len(frame) == 1 + length + 2 and frame[0] == asked.unit and crc(frame[:-2]) == frame[-2:]
    return frame[1:-2] if whole else None


Heard = Callable[[Asked], st.SearchStrategy[bytes]]
"""What may come back to a question."""


async def judged(framing: Framing, request: Request, heard: Heard, data: st.DataObject) -> None:
    """Ask, hear some bytes in some pieces, and hold what comes of it against the specification."""
    bench = Bench(framing)
    task, asked = await bench.begin(request)
    came = data.draw(heard(asked), label="came")
    bench.hear(data.draw(in_pieces(came), label="in pieces"))
    said = await bench.end(task)
    meant = answer_in(asked, request, came)
    if isinstance(meant, bytes):
        assert said == meant
    elif isinstance(meant, int):
        assert isinstance(said, ControllerError)
        assert f"exception {meant}" in str(said)
    else:
        assert said is None or type(said) is (Indeterminate if request.changes else BadReply), f"it became {said!r}"
        with pytest.raises(LinkDown):
            async with asyncio.timeout(0.05):
                await bench.wire.ask(request)
    assert not bench.drain.sent, "something was sent that nobody asked for"
    bench.close()


def anything(asked: Asked) -> st.SearchStrategy[bytes]:
    """Bytes of any kind, some of which begin like a reply to this very question."""
    beginning = asked.framed(asked.pdu[:1])[: 8 if asked.framing is Framing.TCP else 2]
    return st.one_of(st.binary(max_size=300), st.builds(beginning.__add__, st.binary(max_size=260)))


def damaged(request: Request) -> Heard:
    """A right reply with something wrong about it."""
    return lambda asked: right_pdus(request).map(asked.framed).flatmap(mutilated)


def right(request: Request) -> Heard:
    """A right reply."""
    return lambda asked: right_pdus(request).map(asked.framed)


def of_another(other: Request) -> Heard:
    """A right reply to another question, with this one's number on it."""
    return lambda asked: right_pdus(other).map(partial(asked.framed, unit=other.unit))


def campaign(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many questions, on both framings."""
    return lambda test: settings(max_examples=examples)(given(framings, requests, st.data())(test))


@campaign(FEW)
def test_a_right_reply_is_the_answer_in_whatever_pieces_it_comes(
    framing: Framing, request_: Request, data: st.DataObject
) -> None:
    asyncio.run(judged(framing, request_, right(request_), data))


@campaign(FEW)
def test_any_bytes_at_all_are_an_answer_only_if_they_are_one(
    framing: Framing, request_: Request, data: st.DataObject
) -> None:
    asyncio.run(judged(framing, request_, anything, data))


@campaign(FEW)
def test_a_damaged_reply_is_no_answer_unless_the_damage_does_not_show(
    framing: Framing, request_: Request, data: st.DataObject
) -> None:
    asyncio.run(judged(framing, request_, damaged(request_), data))


@campaign(FEW)
def test_the_answer_to_another_question_is_none_to_this_one(
    framing: Framing, request_: Request, data: st.DataObject
) -> None:
    other = data.draw(requests, label="another question")
    asyncio.run(judged(framing, request_, of_another(other), data))


@pytest.mark.soak
@campaign(MANY)
def test_a_long_campaign_finds_no_answer_where_there_is_none(
    framing: Framing, request_: Request, data: st.DataObject
) -> None:
    other = data.draw(requests, label="another question")
    heard = data.draw(st.sampled_from((right(request_), anything, damaged(request_), of_another(other))))
    asyncio.run(judged(framing, request_, heard, data))


@given(framings, requests, st.binary(min_size=1, max_size=40))
@settings(max_examples=FEW)
def test_bytes_nobody_asked_for_end_the_connection(framing: Framing, request_: Request, came: bytes) -> None:
    async def idle() -> None:
        bench = Bench(framing)
        bench.hear([came])
        with pytest.raises(LinkDown):
            async with asyncio.timeout(0.05):
                await bench.wire.ask(request_)
        bench.close()

    asyncio.run(idle())


@given(st.lists(requests, min_size=2, max_size=4), st.data())
@settings(max_examples=FEW)
def test_of_several_questions_each_gets_its_own_answer_in_whatever_order_they_come(
    several: list[Request], data: st.DataObject
) -> None:
    async def together() -> None:
        bench = Bench(Framing.TCP, in_flight=len(several))
        begun = [await bench.begin(one) for one in several]
        pdus = [data.draw(right_pdus(one)) for one in several]
        for at in data.draw(st.permutations(range(len(several)))):
            bench.hear([begun[at][1].framed(pdus[at])])
        for one, (task, asked), pdu in zip(several, begun, pdus, strict=True):
            said, meant = await bench.end(task), answer_in(asked, one, asked.framed(pdu))
            assert said == meant or (isinstance(meant, int) and f"exception {meant}" in str(said))
        bench.close()

    asyncio.run(together())


@given(st.lists(requests, min_size=2, max_size=4), st.data())
@settings(max_examples=FEW)
def test_of_several_questions_none_is_answered_after_a_reply_that_fits_none(
    several: list[Request], data: st.DataObject
) -> None:
    async def together() -> None:
        bench = Bench(Framing.TCP, in_flight=len(several))
        begun = [await bench.begin(one) for one in several]
        task, asked = begun[0]
        known = [other.transaction for _, other in begun]
        strange = data.draw(st.integers(0, 0xFFFF).filter(lambda number: number not in known))
        bench.hear([asked.framed(data.draw(right_pdus(several[0])), transaction=strange)])
        bench.hear([one.framed(data.draw(right_pdus(each))) for each, (_, one) in zip(several, begun, strict=True)])
        for each, (task, _) in zip(several, begun, strict=True):
            assert type(await bench.end(task)) is (Indeterminate if each.changes else BadReply)
        bench.close()

    asyncio.run(together())


def believable(spec: PointSpec, reading: Reading) -> bool:
    """Whether a GOOD reading is one this point can have."""
    value = reading.value
    if spec.labels:
        return value in spec.labels.values()
    if spec.type in (PointType.BOOL, PointType.BIT):
        return isinstance(value, bool)
    if spec.type is PointType.STRING:
        return isinstance(value, str) and "\0" not in value
    low = float("-inf") if spec.low is None else spec.low * (1 + 1e-6 * (-1 if spec.low > 0 else 1))
    high = float("inf") if spec.high is None else spec.high * (1 + 1e-6)
    return isinstance(value, int | float) and math.isfinite(value) and low <= value <= high


@given(st.data())
@settings(max_examples=FEW)
def test_whatever_the_registers_hold_no_reading_raises_and_a_good_one_is_one_the_point_can_have(
    data: st.DataObject,
) -> None:
    for block in plan(binding()):
        request = frames.read(1, block.table, block.address, block.count)
        reader = BlockReader(block)
        for _ in range(2):  # the second is read against the first
            content = data.draw(st.binary(min_size=request.data_bytes, max_size=request.data_bytes))
            readings = reader.read(content, 1.0)
            assert set(readings) == {spec.name for spec in block.points}
            for spec in block.points:
                reading = readings[spec.name]
                assert reading.quality is not Quality.GOOD or believable(spec, reading), f"{spec.name}: {reading}"
