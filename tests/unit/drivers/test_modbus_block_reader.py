"""A block's readings, remembered points and all, are what decoding every point by itself gives."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import bad, good
from controller.domain.quality import Detail
from drivers.modbus.block_reader import BlockReader, compiled
from drivers.modbus.codec import decoder
from drivers.modbus.plan import Block
from drivers.profile import PointSpec, PointType, Table, WordOrder

FIRST = 100
WORDS = 16


def register(name: str, type_: PointType, offset: int, **fields: object) -> PointSpec:
    return PointSpec(name, type_, table=Table.HOLDING, address=FIRST + offset, **fields)  # type: ignore[arg-type] - fields of PointSpec


REGISTERS = Block(
    Table.HOLDING,
    FIRST,
    WORDS,
    (
        register("u16", PointType.U16, 0, low=0, high=1000, scale=0.1),
        register("bit_3", PointType.BIT, 1, bit=3),
        register("bit_11", PointType.BIT, 1, bit=11),
        register("switch", PointType.ENUM, 2, labels={0: "LOCAL", 1: "REMOTE"}),
        register("f32", PointType.F32, 3),
        register("overlapping", PointType.U16, 4),
        register("swapped", PointType.I32, 5, word_order=WordOrder.LITTLE),
        register("f64", PointType.F64, 8),
        register("text", PointType.STRING, 12, length=3),
        register("on", PointType.BOOL, 15),
    ),
)
COILS = Block(
    Table.COIL,
    FIRST,
    21,
    tuple(PointSpec(f"c{n}", PointType.BOOL, table=Table.COIL, address=FIRST + n) for n in (0, 1, 7, 8, 20)),
)


def one_by_one(block: Block, data: bytes, received_s: float) -> str:
    """As text, so that one not-a-number is like another."""
    return str({spec.name: decoder(spec, block.address)(data, received_s) for spec in block.points})


@given(
    st.lists(st.lists(st.sampled_from([0, 1, 0x0808, 0x4248, 0x7FC0, 0xFFFF]), min_size=16, max_size=16), min_size=1)
)
def test_every_reply_reads_as_if_it_were_the_first(replies: list[list[int]]) -> None:
    reader = BlockReader(REGISTERS)
    for second, words in enumerate(replies):
        data = struct.pack(f">{WORDS}H", *words)
        assert str(reader.read(data, float(second))) == one_by_one(REGISTERS, data, float(second))


@given(st.lists(st.binary(min_size=3, max_size=3), min_size=1))
def test_every_reply_of_coils_reads_as_if_it_were_the_first(replies: list[bytes]) -> None:
    reader = BlockReader(COILS)
    for second, data in enumerate(replies):
        assert str(reader.read(data, float(second))) == one_by_one(COILS, data, float(second))


def test_what_did_not_change_is_as_new_as_the_reply() -> None:
    reader = BlockReader(REGISTERS)
    data = struct.pack(">16H", 5, *[0] * 15)
    first = reader.read(data, 1.0)
    assert reader.read(data, 2.0)["u16"] == good(0.5, 2.0)
    assert first["u16"] == good(0.5, 1.0)


def test_what_was_bad_stays_bad_until_its_own_register_changes() -> None:
    reader = BlockReader(REGISTERS)
    assert reader.read(struct.pack(">16H", 20_000, *[0] * 15), 1.0)["u16"] == bad(Detail.OUT_OF_RANGE, 1.0, 2000.0)
    assert reader.read(struct.pack(">16H", 20_000, *[1] * 15), 2.0)["u16"] == bad(Detail.OUT_OF_RANGE, 2.0, 2000.0)
    assert reader.read(struct.pack(">16H", 5, *[1] * 15), 3.0)["u16"] == good(0.5, 3.0)


def test_devices_of_a_kind_share_the_compiled_block_and_not_what_they_read() -> None:
    again = Block(REGISTERS.table, REGISTERS.address, REGISTERS.count, tuple(REGISTERS.points))
    one, other = BlockReader(REGISTERS), BlockReader(again)
    assert compiled(REGISTERS) is compiled(again)
    one.read(struct.pack(">16H", 5, *[0] * 15), 1.0)
    assert other.read(struct.pack(">16H", 7, *[0] * 15), 1.0)["u16"] == good(0.7, 1.0)
