"""Registers and bits ⇄ values, by a point's profile. Pure.

A register is 16 bits, big-endian; ``word_order`` orders the registers of 32- and 64-bit values. Used by the driver
(readings with quality) and by simulated devices (the reverse, without range checks).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from controller.domain.errors import ConfigError, InvalidValue
from controller.domain.points import Reading, Value, bad
from controller.domain.quality import Detail
from drivers.check import judge, to_raw, unchecked_raw
from drivers.profile import PointSpec, PointType, Table, WordOrder

Decoder = Callable[[bytes, float], Reading]
"""``(data of the reply, received_s)`` → the reading of one point."""

BIT_TABLES = frozenset({Table.COIL, Table.DISCRETE})

_FORMATS = {
    PointType.BOOL: "H",
    PointType.BIT: "H",
    PointType.ENUM: "H",
    PointType.U16: "H",
    PointType.I16: "h",
    PointType.U32: "I",
    PointType.I32: "i",
    PointType.F32: "f",
    PointType.F64: "d",
}


def decoder(spec: PointSpec, first_address: int) -> Decoder:
    """What makes readings of this point out of a reply whose data start at ``first_address``.

    Raises:
        ConfigError: the point names no table, or a type its table cannot hold.
    """
    at = spec.address - first_address
    if table_of(spec) in BIT_TABLES:
        return _coil_decoder(spec, at)
    if spec.type is PointType.STRING:
        return _text_decoder(spec, 2 * at)
    if spec.type is PointType.BIT:
        return _bit_decoder(spec, 2 * at)
    if spec.word_order is WordOrder.LITTLE and spec.registers > 1:
        return _swapped_decoder(spec, 2 * at)
    judged = judge(spec)
    unpack = struct.Struct(">" + _FORMATS[spec.type]).unpack_from
    offset = 2 * at

    def decode_register(data: bytes, received_s: float) -> Reading:
        return judged(unpack(data, offset)[0], received_s, None)

    return decode_register


def decode(spec: PointSpec, words: Sequence[int] | Sequence[bool], received_s: float = 0.0) -> Reading:
    """The reading of one point from its own registers (or its one bit, for coils and discrete inputs)."""
    if table_of(spec) in BIT_TABLES:
        return judge(spec)(bool(words[0]), received_s, None)
    return decoder(spec, spec.address)(_packed(words), received_s)


def encode(spec: PointSpec, value: Value) -> list[int] | bool:
    """What to write for a value: registers, or the state of a coil or of a bit in a register.

    Raises:
        InvalidValue: wrong type, out of the point's range, or more than its registers hold.
    """
    raw = to_raw(spec, value)
    if spec.type in (PointType.BOOL, PointType.BIT) and isinstance(raw, bool):
        return raw if spec.type is PointType.BIT or table_of(spec) in BIT_TABLES else [int(raw)]
    return _words(spec, raw)


def to_words(spec: PointSpec, value: Value) -> list[int]:
    """The registers a device shows for ``value``, without the range check: ``[0]`` or ``[1]`` for switches.

    A ``bit`` is one bit of a shared word: put it there with :func:`with_bit`.

    Raises:
        InvalidValue: the registers cannot carry it.
    """
    raw = unchecked_raw(spec, value)
    return [int(raw)] if isinstance(raw, bool) else _words(spec, raw)


def with_bit(word: int, bit: int, on: bool) -> int:
    """The 16-bit word with one of its bits (0 = least significant) set or cleared."""
    return word | 1 << bit if on else word & ~(1 << bit) & 0xFFFF


def table_of(spec: PointSpec) -> Table:
    """The point's Modbus table.

    Raises:
        ConfigError: it has none, or the table cannot hold its type.
    """
    if spec.table is None:
        raise ConfigError(f"point {spec.name} has no Modbus table: give it coil, discrete, holding or input")
    if spec.table in BIT_TABLES and spec.type is not PointType.BOOL:
        raise ConfigError(f"point {spec.name} is {spec.type} but lies in the {spec.table} table: only bool can")
    return spec.table


def _coil_decoder(spec: PointSpec, at: int) -> Decoder:
    judged = judge(spec)
    byte, mask = at >> 3, 1 << (at & 7)

    def decode_coil(data: bytes, received_s: float) -> Reading:
        return judged(data[byte] & mask != 0, received_s, None)

    return decode_coil


def _bit_decoder(spec: PointSpec, offset: int) -> Decoder:
    judged = judge(spec)
    byte, mask = (offset, 1 << (spec.bit - 8)) if spec.bit >= 8 else (offset + 1, 1 << spec.bit)

    def decode_bit(data: bytes, received_s: float) -> Reading:
        return judged(data[byte] & mask != 0, received_s, None)

    return decode_bit


def _swapped_decoder(spec: PointSpec, offset: int) -> Decoder:
    """Low word first: the words are turned round, the bytes within each stay."""
    judged = judge(spec)
    split = struct.Struct(f">{spec.registers}H").unpack_from
    join = struct.Struct(f">{spec.registers}H").pack
    unpack = struct.Struct(">" + _FORMATS[spec.type]).unpack

    def decode_swapped(data: bytes, received_s: float) -> Reading:
        return judged(unpack(join(*reversed(split(data, offset))))[0], received_s, None)

    return decode_swapped


def _text_decoder(spec: PointSpec, offset: int) -> Decoder:
    judged = judge(spec)
    end = offset + 2 * spec.length

    def decode_text(data: bytes, received_s: float) -> Reading:
        raw = data[offset:end].partition(b"\0")[0]
        try:
            return judged(raw.decode(), received_s, None)
        except UnicodeDecodeError:
            return bad(Detail.FAILURE, received_s, raw.decode(errors="replace"))

    return decode_text


def _words(spec: PointSpec, raw: float | str) -> list[int]:
    if isinstance(raw, str):
        return _text_words(spec, raw)
    data = struct.pack(">" + _FORMATS[spec.type], raw)
    words = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
    return words if spec.word_order is WordOrder.BIG else words[::-1]


def _text_words(spec: PointSpec, text: str) -> list[int]:
    data = text.encode()
    room = 2 * spec.length
    if len(data) > room or b"\0" in data:
        raise InvalidValue(
            f"point {spec.name} holds {room} bytes of UTF-8 without NUL and {text!r} is {len(data)}: shorten it"
        )
    data = data.ljust(room, b"\0")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, room, 2)]


def _packed(words: Sequence[int] | Sequence[bool]) -> bytes:
    return struct.pack(f">{len(words)}H", *words)
