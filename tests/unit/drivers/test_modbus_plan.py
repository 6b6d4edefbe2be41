"""Reads: neighbours together, limits kept, no value split, nothing forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import ConfigError
from drivers.base import Binding
from drivers.modbus.plan import MAX_READ_BITS, MAX_READ_REGISTERS, plan
from drivers.profile import PointSpec, PointType, Poll, Table


def binding(*specs: PointSpec, **limits: int) -> Binding:
    return Binding("330106-LC-0001", {spec.name: spec for spec in specs}, **limits)  # type: ignore[arg-type] - limits are ints


def u16(address: int, table: Table = Table.HOLDING, poll: Poll = Poll.NORMAL) -> PointSpec:
    return PointSpec(f"{table}{address}", PointType.U16, table=table, address=address, poll=poll)


def shape(bound: Binding, polls: frozenset[Poll] | None = None) -> list[tuple[Table, int, int]]:
    return [(block.table, block.address, block.count) for block in plan(bound, polls)]


def test_neighbours_within_the_gap_share_a_read_and_others_do_not() -> None:
    bound = binding(u16(0), u16(1), u16(5), u16(9), max_gap=3)
    assert shape(bound) == [(Table.HOLDING, 0, 10)]
    assert shape(binding(u16(0), u16(1), u16(5), u16(9), max_gap=2)) == [
        (Table.HOLDING, 0, 2),
        (Table.HOLDING, 5, 1),
        (Table.HOLDING, 9, 1),
    ]


def test_tables_are_never_mixed_and_holding_comes_first() -> None:
    coil = PointSpec("c", PointType.BOOL, table=Table.COIL, address=0)
    assert shape(binding(coil, u16(0, Table.INPUT), u16(0))) == [
        (Table.HOLDING, 0, 1),
        (Table.INPUT, 0, 1),
        (Table.COIL, 0, 1),
    ]


def test_only_the_wanted_poll_classes_are_read() -> None:
    bound = binding(u16(0, poll=Poll.FAST), u16(1, poll=Poll.SLOW), u16(2, poll=Poll.FAST), max_gap=0)
    assert shape(bound, frozenset({Poll.FAST})) == [(Table.HOLDING, 0, 1), (Table.HOLDING, 2, 1)]
    assert shape(bound, frozenset()) == []


def test_a_value_of_several_registers_starts_a_new_read_rather_than_being_split() -> None:
    double = PointSpec("d", PointType.F64, table=Table.HOLDING, address=9)
    assert shape(binding(u16(0), double, max_gap=20, max_registers=10)) == [
        (Table.HOLDING, 0, 1),
        (Table.HOLDING, 9, 4),
    ]


def test_bits_of_one_word_are_read_once() -> None:
    bits = [PointSpec(f"b{bit}", PointType.BIT, table=Table.INPUT, address=3, bit=bit) for bit in range(16)]
    (block,) = plan(binding(*bits))
    assert (block.address, block.count, len(block.points)) == (3, 1, 16)


@pytest.mark.parametrize(
    "spec",
    [
        PointSpec("far", PointType.U32, table=Table.HOLDING, address=0xFFFF),
        PointSpec("negative", PointType.U16, table=Table.HOLDING, address=-1),
        PointSpec("long", PointType.STRING, table=Table.HOLDING, length=126),
        PointSpec("nowhere", PointType.U16),
    ],
)
def test_a_point_no_read_can_hold_is_a_config_error(spec: PointSpec) -> None:
    with pytest.raises(ConfigError, match=spec.name):
        plan(binding(spec))


_TYPES = st.sampled_from([PointType.BOOL, PointType.U16, PointType.U32, PointType.F64, PointType.STRING])


@given(
    st.lists(st.tuples(st.integers(0, 5000), _TYPES, st.integers(1, 40), st.sampled_from(Table)), max_size=60),
    st.integers(0, 200),
    st.integers(1, 400),
)
def test_every_point_is_read_exactly_once_and_whole_and_no_read_is_too_large(
    rows: list[tuple[int, PointType, int, Table]], max_gap: int, max_registers: int
) -> None:
    specs = [
        PointSpec(
            f"p{index}",
            PointType.BOOL if table in (Table.COIL, Table.DISCRETE) else type_,
            table=table,
            address=address,
            length=length,
        )
        for index, (address, type_, length, table) in enumerate(rows)
    ]
    blocks = plan(binding(*specs, max_gap=max_gap, max_registers=max_registers))
    found = [spec for block in blocks for spec in block.points]
    assert sorted(spec.name for spec in found) == sorted(spec.name for spec in specs)
    for block in blocks:
        bits = block.table in (Table.COIL, Table.DISCRETE)
        assert 1 <= block.count <= (MAX_READ_BITS if bits else MAX_READ_REGISTERS)
        for spec in block.points:
            assert spec.table is block.table
            assert block.address <= spec.address
            assert spec.address + spec.registers <= block.address + block.count
