"""Types, access, scales, ranges and remarks, cell by cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commissioning.addresses import NotUnderstood
from controller.commissioning.cell_words import functions, remark, scale, span, unit_with_scale, writes
from controller.commissioning.naming import name_from
from controller.commissioning.wire_types import wire_type
from drivers.profile import PointType, Table, WordOrder


@pytest.mark.parametrize(
    ("text", "kind", "order", "bit"),
    [
        ("无符号16位", PointType.U16, None, None),
        ("UINT16", PointType.U16, None, None),
        ("unsigned short", PointType.U16, None, None),
        ("WORD", PointType.U16, None, None),
        ("int16", PointType.I16, None, None),
        ("有符号16位整数", PointType.I16, None, None),
        ("Unsigned int 32", PointType.U32, None, None),
        ("32位无符号整型", PointType.U32, None, None),
        ("DWORD", PointType.U32, None, None),
        ("long", PointType.I32, None, None),
        ("float", PointType.F32, None, None),
        ("浮点 ABCD", PointType.F32, WordOrder.BIG, None),
        ("浮点 CDAB", PointType.F32, WordOrder.LITTLE, None),
        ("FLOAT32(低字在前)", PointType.F32, WordOrder.LITTLE, None),
        ("双精度浮点", PointType.F64, None, None),
        ("BIT3", PointType.BIT, None, 3),
        ("开关量", PointType.BOOL, None, None),
        ("枚举", PointType.ENUM, None, None),
        ("ＵＩＮＴ１６", PointType.U16, None, None),
    ],
)
def test_types_by_their_words(text: str, kind: PointType, order: WordOrder | None, bit: int | None) -> None:
    found = wire_type(text)
    assert found is not None
    assert (found.type, found.order, found.bit) == (kind, order, bit)


@pytest.mark.parametrize("text", ["BCD", "uint64", "浮点 BADC", "float DCBA", "BIT16", "见说明", "结构体"])
def test_what_can_not_be_read_here_is_never_taken_for_something_else(text: str) -> None:
    with pytest.raises(NotUnderstood):
        wire_type(text)


@pytest.mark.parametrize("text", ["int", "32位", "byte", "float 小端"])
def test_an_ambiguous_type_is_marked(text: str) -> None:
    found = wire_type(text)
    assert found is not None
    assert found.doubt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03H", (Table.HOLDING, True, False)),
        ("0x04", (Table.INPUT, True, False)),
        ("FC3", (Table.HOLDING, True, False)),
        ("03/06/16", (Table.HOLDING, True, True)),
        ("03、10H", (Table.HOLDING, True, True)),
        ("03/10", (Table.HOLDING, True, True)),
        ("06", (Table.HOLDING, False, True)),
        ("01/05/0F", (Table.COIL, True, True)),
        ("05", (Table.COIL, False, True)),
        ("02", (Table.DISCRETE, True, False)),
        ("保持寄存器", (Table.HOLDING, True, False)),
        ("Input Register", (Table.INPUT, True, False)),
        ("4区", (Table.HOLDING, True, False)),
        ("16位保持寄存器", (Table.HOLDING, True, False)),
        ("输入寄存器(04)", (Table.INPUT, True, False)),
    ],
)
def test_function_codes(text: str, expected: tuple[Table, bool, bool]) -> None:
    found = functions(text)
    assert found is not None
    assert (found.table, found.reads, found.writes) == expected


@pytest.mark.parametrize("text", ["03/04", "99", "07", "输入寄存器(03)"])
def test_codes_of_two_tables_or_of_none_are_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        functions(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R", False), ("只读", False), ("RO", False), ("Read-Only", False), ("R/W", True), ("RW", True),
        ("读写", True), ("读/写", True), ("可读可写", True), ("W", True), ("只写", True), ("", None), ("保留", None),
    ],
)  # fmt: skip
def test_access_is_write_only_where_it_is_said(text: str, expected: bool | None) -> None:
    assert writes(text) is expected


@pytest.mark.parametrize(
    ("text", "header", "factor", "offset", "unit", "doubtful"),
    [
        ("0.1", "倍率", 0.1, 0, "", False), ("×0.01", "系数", 0.01, 0, "", False), ("/10", "", 0.1, 0, "", False),
        ("1/100", "", 0.01, 0, "", False), ("÷10", "", 0.1, 0, "", False), ("10", "倍率", 10, 0, "", True),
        ("10", "放大倍数", 0.1, 0, "", True), ("放大10倍", "", 0.1, 0, "", True), ("10^-2", "", 0.01, 0, "", False),
        ("0.1V", "精度", 0.1, 0, "V", False), ("0.1kWh", "分辨率", 0.1, 0, "kWh", False),
        ("0.1-40", "", 0.1, -40, "", False),
        ("1", "", 1, 0, "", False), ("", "", 1, 0, "", False), ("-", "", 1, 0, "", False),
        ("1E-3", "", 0.001, 0, "", False),
    ],
)  # fmt: skip
def test_scales(text: str, header: str, factor: float, offset: float, unit: str, doubtful: bool) -> None:
    found = scale(text, header)
    assert (found.scale, found.offset, found.unit, bool(found.doubt)) == (factor, offset, unit, doubtful)


@pytest.mark.parametrize("text", ["0", "见公式", "a*b+c"])
def test_a_scale_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        scale(text)


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [("V", "V", 1), ("0.1V", "V", 0.1), ("0.01 kWh", "kWh", 0.01), ("m³/h", "m³/h", 1), ("-", "", 1), ("", "", 1)],
)
def test_units_and_the_scale_that_hides_in_them(text: str, unit: str, factor: float) -> None:
    assert unit_with_scale(text) == (unit, factor)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0~100", (0, 100)), ("0-100%", (0, 100)), ("-40..85℃", (-40, 85)), ("-40~-10", (-40, -10)),
        ("[0,100]", (0, 100)),
        ("０～5000", (0, 5000)), ("0 to 50", (0, 50)), ("≤100", (None, 100)), ("", (None, None)),
    ],
)  # fmt: skip
def test_ranges(text: str, expected: tuple[float | None, float | None]) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("0:关 1:开", {0: "关", 1: "开"}),
        ("0：关闭；1：打开", {0: "关闭", 1: "打开"}),
        ("0-停止;1-运行;2-故障", {0: "停止", 1: "运行", 2: "故障"}),
        ("0=关,1=开,其他无效", {0: "关", 1: "开"}),
        ("0:手动\n1:自动\n2:时控", {0: "手动", 1: "自动", 2: "时控"}),
        ("0x55:合 0xAA:分", {0x55: "合", 0xAA: "分"}),
        ("0表示停止，1表示运行", {0: "停止", 1: "运行"}),
        ("范围 0-100", {}),
        ("单位 0.1V，量程 0~300", {}),
        ("2023-10-11 修订", {}),
    ],
)
def test_enumerations_in_remarks(text: str, labels: dict[int, str]) -> None:
    assert dict(remark(text).labels) == labels


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("bit0:过压 bit1:欠压；bit2:浸水", {0: "过压", 1: "欠压", 2: "浸水"}),
        ("Bit0=A相过流, Bit15=B相过流", {0: "A相过流", 15: "B相过流"}),
        ("第0位：门开，第1位：浸水", {0: "门开", 1: "浸水"}),
    ],
)
def test_bits_in_remarks(text: str, bits: dict[int, str]) -> None:
    assert dict(remark(text).bits) == bits


@given(st.text(max_size=60))
def test_no_cell_ends_in_a_defect(text: str) -> None:
    for read in (wire_type, functions, scale, span, remark, writes, unit_with_scale):
        try:
            read(text)
        except NotUnderstood as why:
            assert str(why)  # noqa: PT017 - that it is refused is as right as that it is read


@pytest.mark.parametrize(
    ("tag", "title", "unit", "name"),
    [
        ("", "A相电压", "V", "voltage_a_v"),
        ("", "总有功功率", "kW", "total_power_kw"),
        ("", "1#泵运行状态", "", "pump_running_state_1"),
        ("Ua", "A相电压", "V", "ua_v"),
        ("", "Phase A Voltage", "V", "phase_a_voltage_v"),
        ("", "预留", "", ""),
        ("", "内河水位", "m", "inner_level_m"),
    ],
)
def test_names(tag: str, title: str, unit: str, name: str) -> None:
    assert name_from(tag, title, unit) == name
