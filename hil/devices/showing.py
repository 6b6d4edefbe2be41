"""How a point gets into the words of a reply. Worked out once per point: a gateway answers thousands of reads a second.

Shows what ``drivers.modbus.codec.to_words`` shows; the common one-word types take a shorter way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from controller.domain.errors import InvalidValue
from controller.domain.points import Value
from drivers.check import INTEGER_RANGES
from drivers.modbus.codec import BIT_TABLES, table_of, to_words
from drivers.profile import PointSpec, PointType
from hil.devices.base import Readers

Show = Callable[[list[int], int], None]
"""``(words, address of the first word)``: put the point's value in its place."""


def shower(spec: PointSpec, readers: Readers) -> Show:
    """What puts the point into a reply. ``readers`` is asked by name each time, so that it may change."""
    if table_of(spec) in BIT_TABLES:
        word, bit = divmod(spec.address, 16)
        return _bit(spec.name, word, bit, readers)
    if spec.type is PointType.BIT:
        return _bit(spec.name, spec.address, spec.bit, readers)
    if spec.type is PointType.BOOL:
        return _switch(spec, readers)
    if spec.type is PointType.ENUM:
        return _label(spec, readers)
    if spec.type in (PointType.U16, PointType.I16):
        return _short(spec, readers)
    return _general(spec, readers)


def _bit(name: str, word: int, bit: int, readers: Readers) -> Show:
    mask = 1 << bit

    def show(words: list[int], first: int) -> None:
        at = word - first
        words[at] = words[at] | mask if readers[name]() else words[at] & ~mask

    return show


def _switch(spec: PointSpec, readers: Readers) -> Show:
    name, address = spec.name, spec.address

    def show(words: list[int], first: int) -> None:
        words[address - first] = 1 if readers[name]() else 0

    return show


def _label(spec: PointSpec, readers: Readers) -> Show:
    name, address = spec.name, spec.address
    numbers: Mapping[Value, int] = {label: number for number, label in spec.labels.items()}

    def show(words: list[int], first: int) -> None:
        value = readers[name]()
        number = numbers.get(value)
        words[address - first] = to_words(spec, value)[0] if number is None else number

    return show


def _short(spec: PointSpec, readers: Readers) -> Show:
    name, address, scale, offset = spec.name, spec.address, spec.scale, spec.offset
    low, high = INTEGER_RANGES[spec.type]

    def show(words: list[int], first: int) -> None:
        value = readers[name]()
        raw = (value - offset) / scale if isinstance(value, (int, float)) else math.nan
        if not math.isfinite(raw) or not low <= round(raw) <= high:
            raise InvalidValue(f"the register of {name} cannot hold {value!r}")
        words[address - first] = round(raw) & 0xFFFF

    return show


def _general(spec: PointSpec, readers: Readers) -> Show:
    name, address = spec.name, spec.address

    def show(words: list[int], first: int) -> None:
        shown = to_words(spec, readers[name]())
        words[address - first : address - first + len(shown)] = shown

    return show
