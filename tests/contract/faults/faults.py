"""The ways a device, a gateway or a line can go wrong: each a function from a request to what comes back instead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.contract.faults.device import READ_COILS, READ_HOLDING, WRITE_COIL, Fault, FaultyCabinet, Line
from tests.contract.faults.framing import Asked, Framing

TIMEOUT_S = 2.0
"""How long the controller waits for a reply (``request_timeout_s``)."""
GARBAGE = bytes.fromhex("a55a0017ff")
"""What a line with crosstalk or a modem's own words may carry."""

Reply = Callable[[Line, Asked, bytes, bytes], None]


def silent(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """Nothing comes."""


def late(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """It comes when nobody waits for it any more."""
    line.send_later(TIMEOUT_S + 0.5, asked.framed(lie))


def late_elsewhere(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """It comes late and on the connection made since, as from a DTU that hands on whatever its serial line says."""
    asyncio.get_running_loop().call_later(TIMEOUT_S + 0.3, _on_the_newest, line.cabinet, asked.framed(lie))


def _on_the_newest(cabinet: FaultyCabinet, frame: bytes) -> None:
    if cabinet.lines:
        cabinet.lines[-1].send(frame)


def other_transaction(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The answer to another question."""
    line.send(asked.framed(lie, transaction=(asked.transaction + 1) % 0x10000))


def transaction_zero(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """What some gateways put there whatever was asked."""
    line.send(asked.framed(lie, transaction=0))


def other_unit(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The neighbour on the bus answers."""
    line.send(asked.framed(lie, unit=asked.unit + 1))


def other_function(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The same data as an answer to another function of the same shape."""
    other = {READ_COILS: 2, READ_HOLDING: 4, WRITE_COIL: 6}[asked.function]
    line.send(asked.framed(bytes((other,)) + lie[1:]))


def too_short(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """A whole frame with less in it than was asked for; its byte count is that of what is there."""
    if asked.function == WRITE_COIL:
        line.send(asked.framed(lie[:-2]))
    else:
        kept = 2 if asked.function == READ_HOLDING else 1
        line.send(asked.framed(bytes((lie[0], lie[1] - kept)) + lie[2 : len(lie) - kept]))


def too_long(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """A whole frame with more in it than was asked for; its byte count is that of what is there."""
    if asked.function == WRITE_COIL:
        line.send(asked.framed(lie + b"\0\0"))
    else:
        line.send(asked.framed(bytes((lie[0], lie[1] + 2)) + lie[2:] + b"\0\1"))


def lying_count(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The byte count says two more than there are."""
    line.send(asked.framed(bytes((lie[0], lie[1] + 2)) + lie[2:]))


def echo_of_another_address(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """It acknowledges a write to the neighbouring coil."""
    line.send(asked.framed(right[:2] + bytes((right[2] + 1,)) + right[3:]))


def echo_of_another_value(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """It acknowledges the opposite."""
    line.send(asked.framed(right[:3] + bytes((right[3] ^ 0xFF,)) + right[4:]))


def wrong_crc(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """A bit fell over on the serial line."""
    frame = asked.framed(lie)
    line.send(frame[:-1] + bytes((frame[-1] ^ 0x10,)))


def closed_in_the_middle(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """Half a reply, and the connection is closed."""
    line.send(asked.framed(lie)[:5])
    line.transport.close()


def closed(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """No reply, and the connection is reset."""
    line.transport.abort()


def garbage_before(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """Bytes that are no Modbus, then a reply."""
    line.send(GARBAGE + asked.framed(lie))


def garbage_after(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The reply, then bytes that are no Modbus."""
    line.send(asked.framed(right) + GARBAGE)


def in_single_bytes(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """A slow serial line behind a converter: one byte at a time, all in time."""
    for number, byte in enumerate(asked.framed(right)):
        line.send_later(0.02 * number, bytes((byte,)))


def dripping(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """One byte at a time, and the last ones too late."""
    for number, byte in enumerate(asked.framed(lie)):
        line.send_later(0.4 * number, bytes((byte,)))


def twice_at_once(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The reply, and another right behind it."""
    line.send(asked.framed(right) + asked.framed(lie))


def twice(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
    """The reply, and a moment later another, which would fit the next question."""
    line.send(asked.framed(right))
    line.send_later(0.5, asked.framed(lie, transaction=asked.transaction % 0xFFFF + 1))


def excepted(code: int) -> Reply:
    """An exception instead of an answer."""

    def reply(line: Line, asked: Asked, right: bytes, lie: bytes) -> None:
        line.send(asked.framed(bytes((asked.function | 0x80, code))))

    return reply


def acting(reply: Reply) -> Fault:
    """A write took effect although the reply went wrong."""
    return Fault(reply)


def idle(reply: Reply) -> Fault:
    """A write had no effect."""
    return Fault(reply, acts=False)


BOTH = (Framing.TCP, Framing.RTU)
