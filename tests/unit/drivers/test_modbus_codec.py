"""Registers ⇄ values, checked against literal registers and against struct's own idea of them."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import ConfigError, InvalidValue
from controller.domain.points import Value
from controller.domain.quality import Detail, Quality
from drivers.modbus.codec import decode, decoder, encode, to_words, with_bit
from drivers.profile import PointSpec, PointType, Table, WordOrder


def spec(type_: PointType, table: Table = Table.HOLDING, **fields: object) -> PointSpec:
    return PointSpec("p", type_, table=table, **fields)  # type: ignore[arg-type] - fields of PointSpec


LITTLE = WordOrder.LITTLE
REGISTERS: list[tuple[PointSpec, list[int], Value]] = [
    (spec(PointType.U16), [0xFFFF], 65535),
    (spec(PointType.I16), [0xFFFF], -1),
    (spec(PointType.U32), [0x0001, 0x1170], 70000),
    (spec(PointType.U32, word_order=LITTLE), [0x1170, 0x0001], 70000),
    (spec(PointType.I32), [0xFFFF, 0xFFFE], -2),
    (spec(PointType.I32, word_order=LITTLE), [0xFFFE, 0xFFFF], -2),
    (spec(PointType.F32), [0x4248, 0x0000], 50.0),
    (spec(PointType.F32, word_order=LITTLE), [0x0000, 0x4248], 50.0),
    (spec(PointType.F64), [0x4049, 0, 0, 0], 50.0),
    (spec(PointType.F64, word_order=LITTLE), [0, 0, 0, 0x4049], 50.0),
    (spec(PointType.BOOL), [1], True),
    (spec(PointType.BOOL, Table.COIL), [1], True),
    (spec(PointType.STRING, length=3), [0x4142, 0x4300, 0x0000], "ABC"),
    (spec(PointType.STRING, length=3), [0xE6B0, 0xB4E4, 0xBD8D], "水位"),
    (spec(PointType.ENUM, labels={2: "OFF"}), [2], "OFF"),
]


@pytest.mark.parametrize(("point", "words", "value"), REGISTERS)
def test_registers_become_the_value(point: PointSpec, words: list[int], value: Value) -> None:
    reading = decode(point, words, 3.0)
    assert (reading.value, reading.quality, reading.received_s) == (value, Quality.GOOD, 3.0)


@pytest.mark.parametrize(("point", "words", "value"), REGISTERS)
def test_the_value_becomes_the_same_registers(point: PointSpec, words: list[int], value: Value) -> None:
    assert to_words(point, value) == words
    wanted = bool(words[0]) if point.table is Table.COIL else words
    assert encode(point, value) == wanted


@pytest.mark.parametrize("bit", range(16))
def test_one_bit_of_a_word_is_told_from_its_neighbours(bit: int) -> None:
    point = spec(PointType.BIT, bit=bit)
    assert decode(point, [1 << bit]).value is True
    assert decode(point, [0xFFFF & ~(1 << bit)]).value is False
    assert with_bit(0, bit, True) == 1 << bit
    assert with_bit(0xFFFF, bit, False) == 0xFFFF & ~(1 << bit)


def test_a_point_is_found_inside_a_larger_reply() -> None:
    data = struct.pack(">HfH", 1, 2.5, 3)
    assert decoder(spec(PointType.F32, address=101), 100)(data, 0.0).value == 2.5
    assert decoder(spec(PointType.U16, address=103), 100)(data, 0.0).value == 3
    coils = bytes((0b0000_0000, 0b0000_0100))
    assert decoder(spec(PointType.BOOL, Table.COIL, address=20), 10)(coils, 0.0).value is True
    assert decoder(spec(PointType.BOOL, Table.COIL, address=19), 10)(coils, 0.0).value is False


def test_not_a_number_is_a_failure() -> None:
    reading = decode(spec(PointType.F32), to_words(spec(PointType.F32), math.nan))
    assert (reading.value, reading.detail) == (None, Detail.FAILURE)


def test_text_that_is_not_utf_8_is_bad_and_shown_as_far_as_possible() -> None:
    reading = decode(spec(PointType.STRING, length=2), [0x41FF, 0x4200])
    assert (reading.quality, reading.detail, reading.value) == (
        Quality.BAD,
        Detail.FAILURE,
        "A\N{REPLACEMENT CHARACTER}B",
    )


@pytest.mark.parametrize("text", ["六个汉字太长", "nul\0inside"])
def test_text_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="16 bytes"):
        encode(spec(PointType.STRING, length=8), text)


def test_a_point_without_a_table_or_with_the_wrong_one_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="no Modbus table"):
        decode(PointSpec("p", PointType.U16), [1])
    with pytest.raises(ConfigError, match="only bool"):
        decode(spec(PointType.U16, Table.COIL), [1])


@given(
    st.sampled_from([point for point, _, _ in REGISTERS]),
    st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4),
)
def test_no_registers_whatever_crash_the_decoder(point: PointSpec, words: list[int]) -> None:
    reading = decode(point, words)
    if reading.good and reading.value is not None and not isinstance(reading.value, str):
        assert decode(point, to_words(point, reading.value)) == reading
