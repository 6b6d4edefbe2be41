"""Requests of Modbus, and what exactly would answer each of them. Pure.

Layouts: Modbus application protocol V1.1b3 (functions), Modbus messaging on TCP/IP V1.0b (the 7-byte header:
transaction, protocol 0, length, unit).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from drivers.profile import Table

HEADER = struct.Struct(">HHHB")
"""Transaction, protocol, length (unit and PDU), unit."""
MAX_LENGTH = 254
"""Largest length field: a unit byte and a PDU of 253 bytes."""

EXCEPTION_BIT = 0x80
EXCEPTION_BYTES = 2
"""An exception reply: the function with its highest bit set, and the code."""

COIL_ON, COIL_OFF = 0xFF00, 0x0000


class Misfit(Exception):
    """Bytes that do not answer what was asked; the message says how. Never leaves ``drivers.modbus``."""


class ExceptionCode(Exception):
    """A well-formed exception reply; ``code`` as the device gave it. Never leaves ``drivers.modbus``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Function(IntEnum):
    """Function codes used here."""

    READ_COILS = 1
    READ_DISCRETE_INPUTS = 2
    READ_HOLDING = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    WRITE_COILS = 15
    WRITE_REGISTERS = 16
    MASK_WRITE = 22
    WRITE_AND_READ = 23


@dataclass(frozen=True, slots=True)
class Request:
    """One question and its only right answer.

    ``echo`` is what a write's reply must repeat after the function code; a read has ``data_bytes`` instead.
    ``changes`` says that silence leaves the device in doubt: a lost answer is then ``Indeterminate``.
    """

    unit: int
    pdu: bytes
    about: str
    """For messages: ``read holding 100+12``."""
    echo: bytes = b""
    data_bytes: int = 0
    changes: bool = False


READ_FUNCTIONS = {
    Table.COIL: Function.READ_COILS,
    Table.DISCRETE: Function.READ_DISCRETE_INPUTS,
    Table.HOLDING: Function.READ_HOLDING,
    Table.INPUT: Function.READ_INPUT,
}


def read(unit: int, table: Table, address: int, count: int) -> Request:
    """Functions 1 to 4. ``count`` is bits for coils and discrete inputs, registers otherwise."""
    bits = table in (Table.COIL, Table.DISCRETE)
    return Request(
        unit,
        struct.pack(">BHH", READ_FUNCTIONS[table], address, count),
        f"read {table} {address}+{count}",
        data_bytes=(count + 7) // 8 if bits else 2 * count,
    )


def write_coil(unit: int, address: int, on: bool) -> Request:
    """Function 5."""
    body = struct.pack(">HH", address, COIL_ON if on else COIL_OFF)
    return Request(unit, bytes((Function.WRITE_COIL,)) + body, f"write coil {address}", echo=body, changes=True)


def write_coils(unit: int, address: int, states: Sequence[bool]) -> Request:
    """Function 15."""
    packed = sum(1 << i for i, on in enumerate(states) if on).to_bytes((len(states) + 7) // 8, "little")
    body = struct.pack(">HH", address, len(states))
    pdu = bytes((Function.WRITE_COILS,)) + body + bytes((len(packed),)) + packed
    return Request(unit, pdu, f"write coils {address}+{len(states)}", echo=body, changes=True)


def write_registers(unit: int, address: int, words: Sequence[int]) -> Request:
    """Function 6 for one register, 16 for several."""
    about = f"write holding {address}+{len(words)}"
    if len(words) == 1:
        body = struct.pack(">HH", address, words[0])
        return Request(unit, bytes((Function.WRITE_REGISTER,)) + body, about, echo=body, changes=True)
    body = struct.pack(">HH", address, len(words))
    pdu = bytes((Function.WRITE_REGISTERS,)) + body + _counted(words)
    return Request(unit, pdu, about, echo=body, changes=True)


def write_bit(unit: int, address: int, bit: int, on: bool) -> Request:
    """Function 22: one bit of a register, its neighbours untouched whoever else writes them."""
    body = struct.pack(">HHH", address, ~(1 << bit) & 0xFFFF, 1 << bit if on else 0)
    about = f"write holding {address} bit {bit}"
    return Request(unit, bytes((Function.MASK_WRITE,)) + body, about, echo=body, changes=True)


def write_and_read(unit: int, write_address: int, words: Sequence[int], address: int, count: int) -> Request:
    """Function 23: the device writes first, then reads. Only for what may be repeated, like a heartbeat."""
    return Request(
        unit,
        struct.pack(">BHHHH", Function.WRITE_AND_READ, address, count, write_address, len(words)) + _counted(words),
        f"write holding {write_address}+{len(words)} and read {address}+{count}",
        data_bytes=2 * count,
    )


def data_in(frame: bytes, begin: int, end: int, request: Request) -> bytes:
    """The data of the reply whose PDU is ``frame[begin:end]``: a read's bytes, nothing for a write.

    Raises:
        Misfit: anything in it is not what ``request`` must be answered with. ExceptionCode: the device refuses.
    """
    function, asked = frame[begin], request.pdu[0]
    if function == asked:
        if request.echo:
            if frame[begin + 1 : end] == request.echo:
                return b""
        elif end - begin == 2 + request.data_bytes and frame[begin + 1] == request.data_bytes:
            return frame[begin + 2 : end]
        raise Misfit("the reply does not fit what was asked")
    if function == asked | EXCEPTION_BIT and end - begin == EXCEPTION_BYTES:
        raise ExceptionCode(frame[begin + 1])
    raise Misfit(f"function {function} answered function {asked}")


def _counted(words: Sequence[int]) -> bytes:
    return struct.pack(f">B{len(words)}H", 2 * len(words), *words)
