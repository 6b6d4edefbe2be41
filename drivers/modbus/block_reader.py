"""Replies of one read → readings of all its points, at the price of those that changed. Pure.

Most registers of a reply hold what they held in the reply before. Only points that lie on a changed word are decoded
and judged anew; the others keep value, quality and detail, and every reading gets the new reply's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import compress, repeat
from operator import ne
from struct import Struct
from typing import cast
from weakref import WeakValueDictionary

from controller.domain.points import Reading, Value
from controller.domain.quality import Detail, Quality
from drivers.modbus.codec import BIT_TABLES, Decoder, decoder
from drivers.modbus.plan import Block
from drivers.profile import PointSpec

_new = cast(Callable[[type[Reading], Iterable[object]], Reading], tuple.__new__)
"""What ``Reading(...)`` ends in: without its Python frame a reading costs half as much."""


class BlockCode:
    """A block compiled, the same for every device of a kind: how replies are split and which points lie on what.

    Raises:
        ConfigError: a point without a table, or of a type its table cannot hold.
    """

    __slots__ = ("__weakref__", "decoders", "names", "points", "split", "touched")

    def __init__(self, block: Block) -> None:
        bits = block.table in BIT_TABLES
        length = (block.count + 7) // 8 if bits else block.count
        self.points: tuple[PointSpec, ...] = block.points
        self.names = tuple(spec.name for spec in block.points)
        self.decoders: tuple[Decoder, ...] = tuple(decoder(spec, block.address) for spec in block.points)
        self.split = Struct(f">{length}{'B' if bits else 'H'}").unpack
        """A reply's data as what is compared: words, or bytes of eight coils each."""
        self.touched: tuple[tuple[int, ...], ...] = _touched(block, length, bits)
        """By place in the reply: which points lie on it."""


def compiled(block: Block) -> BlockCode:
    """The block's code; cabinets of one kind share it."""
    key = (block.table, block.address, block.count, tuple(map(id, block.points)))
    code = _CODES.get(key)  # an id stays its point's as long as the code that holds the point lives
    if code is None:
        code = _CODES[key] = BlockCode(block)
    return code


_CODES: WeakValueDictionary[tuple[object, ...], BlockCode] = WeakValueDictionary()


class BlockReader:
    """One device's replies to one read. Remembers the last of them, and what its points came to."""

    __slots__ = ("_code", "_data", "_details", "_qualities", "_values")

    def __init__(self, block: Block) -> None:
        self._code = code = compiled(block)
        count = len(code.names)
        self._data: bytes | None = None
        self._values: list[Value | None] = [None] * count
        self._qualities: list[Quality] = [Quality.BAD] * count
        self._details: list[Detail] = [Detail.NEVER_READ] * count

    def read(self, data: bytes, received_s: float) -> dict[str, Reading]:
        """The readings of a checked reply's data, which are as many bytes as were asked for."""
        if data != self._data:
            self._decode(data, received_s)
        parts = zip(self._values, self._qualities, repeat(received_s), self._details, repeat(None))
        return dict(zip(self._code.names, map(_new, repeat(Reading), parts), strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """Its points."""
        return self._code.names

    def refused(self, detail: Detail, received_s: float) -> dict[str, Reading]:
        """The readings of a read the device refused: none of them is known any more."""
        self._data = None
        return dict.fromkeys(self._code.names, Reading(None, Quality.BAD, received_s, detail))

    def _decode(self, data: bytes, received_s: float) -> None:
        before, self._data = self._data, None  # whatever fails here, the next reply is decoded from scratch
        decoders = self._code.decoders
        for at in range(len(decoders)) if before is None else self._changed(data, before):
            reading = decoders[at](data, received_s)
            self._values[at], self._qualities[at], self._details[at] = reading.value, reading.quality, reading.detail
        self._data = data

    def _changed(self, data: bytes, before: bytes) -> set[int]:
        """Which points lie on a word that changed."""
        code = self._code
        changed = compress(code.touched, map(ne, code.split(data), code.split(before)))
        return set().union(*changed)


def _touched(block: Block, length: int, bits: bool) -> tuple[tuple[int, ...], ...]:
    places: list[list[int]] = [[] for _ in range(length)]
    for at, spec in enumerate(block.points):
        first = spec.address - block.address
        for word in range(first, first + spec.registers):
            places[word >> 3 if bits else word].append(at)
    return tuple(map(tuple, places))
