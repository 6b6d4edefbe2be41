"""One row of a register map, understood or not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from controller.commissioning.addresses import AddressStyle, NotUnderstood, Place, parse_address
from controller.commissioning.cell_text import number_in, one_line, plain
from controller.commissioning.cell_words import (
    Functions,
    Remark,
    Scale,
    decimals,
    functions,
    only_written,
    remark,
    scale,
    span,
    table_named,
    unit_with_scale,
    writes,
)
from controller.commissioning.columns import Columns, Field
from controller.commissioning.naming import name_from
from controller.commissioning.sheets import Row
from controller.commissioning.wire_types import WireType, by_registers, fitted, wire_type, word_order
from drivers.check import INTEGER_RANGES
from drivers.profile import PointSpec, PointType, Table, WordOrder

BIT_TABLES = (Table.COIL, Table.DISCRETE)
MOST_STRING = 123
_PAIRS = (
    ("关", "开"),
    ("停", "启"),
    ("断", "合"),
    ("分", "合"),
    ("off", "on"),
    ("停止", "运行"),
    ("停止", "启动"),
    ("关闭", "打开"),
    ("关闭", "开启"),
    ("断开", "闭合"),
    ("分闸", "合闸"),
    ("正常", "故障"),
    ("正常", "报警"),
    ("正常", "告警"),
    ("stop", "run"),
    ("stop", "start"),
    ("closed", "open"),
    ("normal", "alarm"),
    ("否", "是"),
    ("no", "yes"),
    ("无", "有"),
    ("false", "true"),
)
SWITCHED = frozenset(frozenset(pair) for pair in _PAIRS)
"""Names of 0 and 1 that make a register a switch."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a row: the sheet's numbering, the section or sheet title's table, what was said."""

    columns: Columns
    style: AddressStyle
    section: Table | None = None
    order: WordOrder | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One point as it was understood. ``written``: the map says so. ``doubts`` need a human eye."""

    spec: PointSpec
    row: int
    title: str
    written: bool = False
    doubts: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(slots=True)
class _Reading:
    """A row on its way."""

    row: Row
    context: Context
    doubts: list[str] = field(default_factory=list)

    def cell(self, kind: Field) -> str:
        return self.context.columns.cell(self.row, kind)

    def doubt(self, words: str) -> None:
        if words and words not in self.doubts:
            self.doubts.append(words)


def drafts_of(row: Row, context: Context) -> tuple[Draft, ...]:
    """The points of a row: one, or one for each bit its remark names.

    Raises:
        NotUnderstood: why nothing can be made of it.
    """
    reading = _Reading(row, context)
    told = told_functions(row, context)
    table_told = told.table if told else context.section
    place = parse_address(reading.cell(Field.ADDRESS), context.style, table_told)
    table = _table(reading, place, told)
    said = remark(" ".join((reading.cell(Field.NOTE), reading.cell(Field.RANGE))))
    found = _type(reading, place, table, said)
    spec = _spec(reading, place, table, found, said)
    written = _written(reading, spec, told)
    title = one_line(reading.cell(Field.NAME) or reading.cell(Field.TAG))
    draft = Draft(spec, row.number, title, written, tuple(reading.doubts))
    return tuple(_by_bits(draft, said)) if found.type is PointType.BIT and found.bit is None else (draft,)


def told_functions(row: Row, context: Context) -> Functions | None:
    """What the row's own columns say of its table.

    Raises:
        NotUnderstood: contradictory function codes.
    """
    for kind in (Field.FUNCTION, Field.TABLE):
        found = functions(context.columns.cell(row, kind))
        if found is not None:
            return found
    named = table_named(context.columns.cell(row, Field.TYPE))
    return Functions(named, reads=True, writes=False) if named else None


def _table(reading: _Reading, place: Place, told: Functions | None) -> Table:
    if told is not None:
        if place.table not in (None, told.table):
            raise NotUnderstood(f"the address is of the {place.table} table and the function code of {told.table}")
        return told.table
    if place.table is not None:
        return place.table
    if reading.context.section is not None:
        return reading.context.section
    kind = plain(reading.cell(Field.TYPE))
    table = Table.COIL if kind in ("coil", "线圈", "do", "遥控") else Table.HOLDING
    reading.doubt(f"no function code and no 4xxxx: taken as {table}")
    return table


def _type(reading: _Reading, place: Place, table: Table, said: Remark) -> WireType:
    """What the type, length, bit and remark columns say together."""
    if table in BIT_TABLES:
        return WireType(PointType.BOOL)
    found = wire_type("" if table_named(reading.cell(Field.TYPE)) else reading.cell(Field.TYPE))
    bit = place.bit if place.bit is not None else _bit_column(reading)
    if bit is not None and (found is None or found.type in (PointType.BOOL, PointType.BIT) or bit > 0):
        return WireType(PointType.BIT, bit=bit)
    if len(said.bits) >= 1 and (found is None or found.type in (PointType.U16, PointType.BOOL, PointType.BIT)):
        return WireType(PointType.BIT, bit=found.bit if found else None)
    registers = _registers(reading, place)
    if found is None:
        found = WireType(PointType.ENUM) if said.labels and registers in (None, 1) else by_registers(registers or 1)
    elif registers is not None:
        found = fitted(found, registers)
    if found.type in (PointType.U16, PointType.I16, PointType.ENUM, PointType.BOOL) and said.labels:
        found = _labelled(reading, said)
    reading.doubt(found.doubt)
    return found


def _labelled(reading: _Reading, said: Remark) -> WireType:
    names = frozenset(label.lower() for label in said.labels.values())
    if set(said.labels) == {0, 1} and names in SWITCHED:
        reading.doubt("a register of 0 and 1 taken as bool: " + ", ".join(f"{n} {s}" for n, s in said.labels.items()))
        return WireType(PointType.BOOL)
    return WireType(PointType.ENUM)


def _bit_column(reading: _Reading) -> int | None:
    bit = number_in(reading.cell(Field.BIT).lower().replace("bit", ""))
    return int(bit) if bit is not None and 0 <= bit <= 15 else None


def _registers(reading: _Reading, place: Place) -> int | None:
    """How many registers the row says it takes; None when it does not say."""
    if place.last is not None:
        return place.last - place.address + 1
    count = number_in(reading.cell(Field.COUNT).rstrip("字节位个 "))
    if count is None or count < 1 or count != int(count):
        return None
    in_bytes = "字节" in reading.context.columns.header(Field.COUNT) or "byte" in plain(
        reading.context.columns.header(Field.COUNT)
    )
    return (int(count) + 1) // 2 if in_bytes else int(count)


def _spec(reading: _Reading, place: Place, table: Table, found: WireType, said: Remark) -> PointSpec:
    unit, in_unit = unit_with_scale(reading.cell(Field.UNIT))
    factor = _scale(reading, in_unit)
    numeric = found.type not in (PointType.BOOL, PointType.BIT, PointType.ENUM, PointType.STRING)
    if found.type is PointType.ENUM and not said.labels:
        raise NotUnderstood("an enumeration whose remark names no numbers (0:… 1:…)")
    length = found.length or 1
    if found.type is PointType.STRING and not 1 <= length <= MOST_STRING:
        raise NotUnderstood(f"a text of {length} registers; 1 to {MOST_STRING} can be read at once")
    low, high = _range(reading, found.type, factor) if numeric else (None, None)
    unit = unit or factor.unit
    tag = one_line(reading.cell(Field.TAG))
    title = one_line(reading.cell(Field.NAME))
    return PointSpec(
        name=name_from(tag, title, unit if numeric else ""),
        type=found.type,
        unit=unit if numeric else "",
        scale=factor.scale if numeric else 1.0,
        offset=factor.offset if numeric else 0.0,
        low=low,
        high=high,
        labels=dict(said.labels) if found.type is PointType.ENUM else {},
        table=table,
        address=place.address,
        bit=found.bit or 0,
        length=length if found.type is PointType.STRING else 1,
        word_order=_order(reading, found) if numeric else WordOrder.BIG,
    )


def _scale(reading: _Reading, in_unit: float) -> Scale:
    """From the column of scales, of decimals, or a number before the unit; an offset from its own column."""
    cell, places = reading.cell(Field.SCALE), reading.cell(Field.DECIMALS)
    factor = Scale()
    if cell:
        factor = scale(cell, reading.context.columns.header(Field.SCALE))
    elif places:
        factor = decimals(places)
    if factor.scale == 1.0 and in_unit != 1.0:
        factor = replace(factor, scale=in_unit)
        reading.doubt(f"scale {in_unit:g} taken from the unit column")
    reading.doubt(factor.doubt)
    own = number_in(reading.cell(Field.OFFSET))
    return replace(factor, offset=own) if own else factor


def _range(reading: _Reading, kind: PointType, factor: Scale) -> tuple[float | None, float | None]:
    """The valid range, taken as scaled values; what the register can hold anyway is no range."""
    low, high = number_in(reading.cell(Field.LOW)), number_in(reading.cell(Field.HIGH))
    cell = reading.cell(Field.RANGE)
    if low is None and high is None and cell and not remark(cell).labels:
        try:
            low, high = span(cell)
        except NotUnderstood as why:
            reading.doubt(str(why))
            return None, None
    if kind in INTEGER_RANGES and (low, high) == tuple(map(float, INTEGER_RANGES[kind])):
        return None, None
    if low is not None and high is not None and low >= high:
        reading.doubt(f"range {low:g} to {high:g} left out: it is empty")
        return None, None
    if (low is None and high is None) or factor.scale == 1.0:
        return low, high
    top = INTEGER_RANGES.get(kind, (0, 0))[1] * factor.scale + factor.offset
    if kind in INTEGER_RANGES and high is not None and high > top:
        reading.doubt("range taken as raw values: scaled it could not be reached")
        return _scaled(low, factor), _scaled(high, factor)
    reading.doubt("range taken as scaled values")
    return low, high


def _scaled(raw: float | None, factor: Scale) -> float | None:
    return None if raw is None else float(f"{raw * factor.scale + factor.offset:.12g}")


def _order(reading: _Reading, found: WireType) -> WordOrder:
    """The row's own order, else what was said or the device's order; only of values that have several words."""
    own, doubt = word_order(reading.cell(Field.ORDER) or _order_in(reading.cell(Field.NOTE)))
    order = own or found.order
    if found.type not in (PointType.U32, PointType.I32, PointType.F32, PointType.F64):
        return WordOrder.BIG
    reading.doubt(doubt)
    if order is None and reading.context.order is None:
        reading.doubt("order of words not said: taken as big (ABCD)")
    return order or reading.context.order or WordOrder.BIG


def _order_in(note: str) -> str:
    """The part of a remark that names an order of bytes in letters; other words there may mean anything."""
    match = re.search(r"abcd|cdab|badc|dcba", plain(note))
    return match[0] if match else ""


def _written(reading: _Reading, spec: PointSpec, told: Functions | None) -> bool:
    """Whether the map says that it can be written, and it can be."""
    cell = reading.cell(Field.ACCESS)
    said = writes(cell)
    if cell and said is None:
        reading.doubt(f"access {one_line(cell)!r} not understood: taken as read")
    wanted = said if said is not None else bool(told and told.writes)
    if wanted and spec.table in (Table.INPUT, Table.DISCRETE):
        reading.doubt(f"the map says write, but {spec.table} can't be written: taken as read")
        return False
    if wanted and spec.type is PointType.BIT:
        reading.doubt("the map says write; one bit of a word can't be written alone: taken as read")
        return False
    if wanted and only_written(cell):
        reading.doubt("write only by the map: reading it may be refused")
    return wanted


def _by_bits(draft: Draft, said: Remark) -> Iterator[Draft]:
    """One point for each bit the remark names."""
    for bit, label in sorted(said.bits.items()):
        name = name_from("", label, "") or (f"{draft.spec.name}_bit_{bit}" if draft.spec.name else "")
        spec = replace(draft.spec, name=name, bit=bit, unit="")
        yield replace(draft, spec=spec, title=f"{draft.title} {label}".strip())


def section_of(row: Row) -> str:
    """A row that says one thing over its whole width is a title; empty when it is none."""
    said = {cell for cell in row.cells if cell}
    return said.pop() if len(said) == 1 else ""
