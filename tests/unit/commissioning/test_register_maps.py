"""Whole register maps as vendors send them, from file to a profile the loader takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]  # the library ships no types

from controller.commissioning.columns import Field
from controller.commissioning.profile_files import LACKS_FEEDBACK, problems_of, read_profile
from controller.commissioning.profile_text import profile_yaml
from controller.commissioning.register_map import RegisterMap, Said, read_map
from controller.commissioning.sheets import read_sheets
from controller.domain.errors import ConfigError
from drivers.profile import PointSpec, PointType, Table, WordOrder

HEADER = ["序号", "名称", "寄存器地址", "功能码", "数据类型", "读写", "单位", "倍率", "备注"]


def xlsx(path: Path, sheets: Mapping[str, list[list[Any]]], merged: Mapping[str, list[str]] | None = None) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    book.save(path)
    return path


def csv(path: Path, lines: list[str], encoding: str) -> Path:
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def read(path: Path, said: Said | None = None) -> RegisterMap:
    """The map, after proving that what is made of it loads and that no row is missing."""
    found = read_map(read_sheets(path), said or Said())
    text = profile_yaml(found, "made", "title", path.name)
    assert [p for p in problems_of(text, "made") if p.message != LACKS_FEEDBACK] == [], text
    return found


def specs(found: RegisterMap) -> dict[str, PointSpec]:
    return {draft.spec.name: draft.spec for draft in found.drafts}


def test_a_chinese_workbook_with_a_title_above_merged_codes_and_sections_between(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["照明控制器通讯协议 V2.3"],
        [],
        HEADER,
        [1, "A相电压", 40001, "03H", "无符号16位", "R", "V", 0.1, ""],
        [2, "B相电压", 40002, None, "无符号16位", "R", "V", 0.1, ""],
        [3, "C相电压", 40003, None, "无符号16位", "R", "V", 0.1, ""],
        ["以下为输入寄存器（功能码04）"],
        [4, "水位", 30001, "04H", "浮点 CDAB", "R", "m", 1, ""],
        ["合计 4 点"],
    ]
    path = xlsx(tmp_path / "m.xlsx", {"点表": rows}, {"点表": ["A1:I1", "D4:D6", "A7:I7"]})
    found = read(path)
    made = specs(found)
    assert (made["voltage_b_v"].table, made["voltage_b_v"].address, made["voltage_b_v"].scale) == (
        Table.HOLDING,
        1,
        0.1,
    )
    assert (made["level_m"].table, made["level_m"].word_order) == (Table.INPUT, WordOrder.LITTLE)
    assert not found.refused
    assert len(found.drafts) == 4


def test_gbk_csv_with_semicolons(tmp_path: Path) -> None:
    lines = ["协议;;;", "名称;地址;类型;读写", "A相电流;0x0100;UINT16;只读", "回路1控制;0x0101;UINT16;读写"]
    found = read(csv(tmp_path / "m.csv", lines, "gbk"))
    assert {d.spec.name: (d.spec.address, d.written) for d in found.drafts} == {
        "current_a": (256, False),
        "circuit_command_1": (257, True),
    }
    assert "gb18030" in found.sheets[0].how


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_csv_in_unicode_with_and_without_its_mark(tmp_path: Path, encoding: str) -> None:
    found = read(
        csv(tmp_path / "m.csv", ["名称,寄存器地址,数据类型", "频率,100,uint16", '"电压,A",101,uint16'], encoding)
    )
    assert [draft.spec.address for draft in found.drafts] == [100, 101]
    assert found.drafts[1].title == "电压,A"


def test_two_sheets_two_tables_and_a_cover_page(tmp_path: Path) -> None:
    head = ["Name", "Address", "Type", "Unit"]
    path = xlsx(
        tmp_path / "m.xlsx",
        {
            "封面": [["修订记录"], ["V1", "2023"]],
            "输入寄存器": [head, ["Level", 0, "float", "m"], ["Flow", 2, "float", "m³/h"]],
            "线圈": [head, ["Run", 0, "bool", ""]],
        },
    )
    found = read(path)
    assert {(d.spec.table, d.spec.address) for d in found.drafts} == {
        (Table.INPUT, 0), (Table.INPUT, 2), (Table.COIL, 0)
    }  # fmt: skip
    assert found.sheets[0].skipped
    only = read(path, Said(sheets=("3",)))
    assert [draft.spec.table for draft in only.drafts] == [Table.COIL]
    with pytest.raises(ConfigError, match="there are 1 封面, 2 输入寄存器, 3 线圈"):
        read_map(read_sheets(path), Said(sheets=("9",)))


def test_coils_that_excel_keeps_as_numbers_with_a_format(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["名称", "Modbus地址", "读写"], ["1路合闸", 1, "R/W"], ["2路合闸", 2, "R/W"]):
        sheet.append(row)
    for row in (2, 3):
        sheet.cell(row, 2).number_format = "00000"
    book.save(tmp_path / "m.xlsx")
    found = read(tmp_path / "m.xlsx")
    assert [(d.spec.table, d.spec.address, d.spec.type) for d in found.drafts] == [
        (Table.COIL, 0, PointType.BOOL), (Table.COIL, 1, PointType.BOOL)
    ]  # fmt: skip


def test_nothing_is_dropped_every_row_is_a_point_or_listed_with_its_number(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, "好", 1, "03", "uint16", "R", "", "", ""],
        [2, "无地址", None, "03", "uint16", "R", "", "", ""],
        [3, "BCD", 2, "03", "BCD", "R", "", "", ""],
        [4, "重叠", 1, "03", "int16", "R", "", "", ""],
        [5, "坏码", 5, "03/04", "uint16", "R", "", "", ""],
        [6, "越界", 99999, "03", "uint16", "R", "", "", ""],
        [7, "字节交换", 8, "03", "float DCBA", "R", "", "", ""],
        [8, "公式", "=B2", "03", "uint16", "R", "", "", ""],
        [],
        ["备注：以上地址均为十进制"],
    ]
    found = read(xlsx(tmp_path / "m.xlsx", {"S": rows}))
    assert [draft.row for draft in found.drafts] == [2]
    assert [row.row for row in found.refused] == [3, 4, 5, 6, 7, 8, 9]
    assert all(row.sheet == "S" and row.why for row in found.refused)
    assert "row 11" in found.sheets[0].titles[0]
    text = profile_yaml(found, "made", "t", "m.xlsx")
    assert text.count("# Not taken: S row ") == 7


def test_a_wordy_english_map_with_lengths_and_limits(tmp_path: Path) -> None:
    head = ["No.", "Parameter", "Register No.", "Length", "Data Type", "R/W", "Scale", "Unit", "Min", "Max", "Remark"]
    rows: list[list[Any]] = [
        head,
        [1, "Line Frequency", "4x0001", 1, "INT", "R", 0.01, "Hz", 45, 65, ""],
        [2, "Active Energy", "4x0002", 2, "INT", "R", 0.01, "kWh", "", "", "word order CDAB"],
        [3, "Model", "4x0010", 8, "ASCII", "R", "", "", "", "", ""],
        [4, "Mode", "4x0020", 1, "", "RW", "", "", "", "", "0:Local 1:Remote 2:Off"],
    ]
    made = specs(found := read(xlsx(tmp_path / "m.xlsx", {"Map": rows})))
    assert (made["line_frequency_hz"].low, made["line_frequency_hz"].high) == (45, 65)
    assert (made["active_energy_kwh"].type, made["active_energy_kwh"].word_order) == (PointType.I32, WordOrder.LITTLE)
    assert (made["model"].type, made["model"].length) == (PointType.STRING, 8)
    assert dict(made["mode"].labels) == {0: "Local", 1: "Remote", 2: "Off"}
    assert [draft.spec.name for draft in found.written] == ["mode"]


def test_the_bits_of_a_word_become_points_and_are_never_outputs(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, "告警字", 10, "03", "WORD", "R/W", "", "", "bit0:过压 bit1:欠压 bit2:浸水"],
        [2, "门", "11.4", "03", "BOOL", "R", "", "", ""],
        [3, "运行", "12", "03", "BIT0", "R", "", "", ""],
    ]
    found = read(xlsx(tmp_path / "m.xlsx", {"S": rows}))
    assert [(d.spec.address, d.spec.bit, d.spec.type) for d in found.drafts] == [
        (10, 0, PointType.BIT),
        (10, 1, PointType.BIT),
        (10, 2, PointType.BIT),
        (11, 4, PointType.BIT),
        (12, 0, PointType.BIT),
    ]
    assert not found.written
    assert any("can't be written alone" in doubt for doubt in found.drafts[0].doubts)


def test_what_the_map_says_can_be_written_waits_for_its_feedback(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, "回路1控制", 0, "01/05", "BOOL", "R/W", "", "", ""],
        [2, "回路1反馈", 0, "02", "BOOL", "R/W", "", "", ""],
        [3, "定值", 7, "03/06", "UINT16", "", "", "", ""],
        [4, "电压", 8, "03", "UINT16", "可能", "", "", ""],
    ]
    path = xlsx(tmp_path / "m.xlsx", {"S": rows})
    found = read(path)
    assert {draft.spec.name for draft in found.written} == {"circuit_command_1", "setpoint"}
    file = tmp_path / "made.yaml"
    file.write_text(profile_yaml(found, "made", "t", "m.xlsx"), encoding="utf-8")
    loaded = read_profile(str(file))
    assert [problem.message for problem in loaded.open_points] == [LACKS_FEEDBACK, LACKS_FEEDBACK]
    assert not any(spec.writable for spec in loaded.profile.points.values()), "for looking, nothing is an output yet"
    assert "feedback:" not in file.read_text(encoding="utf-8").split("points:")[1].split("# ----")[0]


def test_columns_that_are_guessed_wrong_are_corrected_by_name_and_by_letter(tmp_path: Path) -> None:
    lines = ["甲,乙,起始位置,丙", "电压,u16,256,V", "电流,u16,257,A"]
    path = csv(tmp_path / "m.csv", lines, "utf-8")
    with pytest.raises(ConfigError, match="--column address"):
        read_map(read_sheets(path), Said())
    said = Said({Field.ADDRESS: "起始位置", Field.NAME: "A", Field.TYPE: "乙"}, header_row=1)
    assert list(specs(read(path, said))) == ["voltage", "current"]
    with pytest.raises(ConfigError, match="no such column; the header has 甲, 乙, 起始位置, 丙"):
        read_map(read_sheets(path), Said({Field.ADDRESS: "没有"}, header_row=1))


def test_base_order_and_hexadecimal_as_they_are_said(tmp_path: Path) -> None:
    path = csv(tmp_path / "m.csv", ["名称,地址,类型", "电压,10,float", "电流,12,float"], "utf-8")
    assert [d.spec.address for d in read(path).drafts] == [10, 12]
    said = Said(base=1, word_order=WordOrder.LITTLE)
    assert [(d.spec.address, d.spec.word_order) for d in read(path, said).drafts] == [
        (9, WordOrder.LITTLE), (11, WordOrder.LITTLE)
    ]  # fmt: skip
    assert [d.spec.address for d in read(path, Said(hexadecimal=True)).drafts] == [16, 18]
    assert not read(path).sheets[0].style.sure  # type: ignore[union-attr]  # the sheet was read


def test_a_header_of_two_rows_and_printed_again_for_the_next_page(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["名称", "寄存器地址", None, "数据类型"],
        [None, "十进制", "HEX", None],
        ["电压", 16, "0x10", "uint16"],
        ["名称", "寄存器地址", None, "数据类型"],
        ["电流", 17, "0x11", "uint16"],
    ]
    path = xlsx(tmp_path / "m.xlsx", {"S": rows}, {"S": ["A1:A2", "B1:C1", "D1:D2", "B4:C4"]})
    found = read(path)
    assert [draft.spec.address for draft in found.drafts] == [16, 17]
    assert not found.refused


def test_a_range_in_raw_units_is_scaled_and_one_in_real_units_is_kept(tmp_path: Path) -> None:
    head = ["名称", "地址", "类型", "系数", "范围"]
    rows: list[list[Any]] = [head, ["电压", 0, "uint16", 0.1, "0~300"], ["电流", 1, "uint16", 0.01, "0~65535"],
                             ["温度", 2, "int16", 0.1, "-400~32767"]]  # fmt: skip
    made = specs(read(xlsx(tmp_path / "m.xlsx", {"S": rows})))
    assert (made["voltage"].low, made["voltage"].high) == (0, 300)
    assert (made["current"].low, made["current"].high) == (None, None)
    assert (made["temperature"].low, made["temperature"].high) == (-40, 3276.7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old Excel"),
        (b"PK\x03\x04rubbish", "no readable"),
        (b"\0\x01\x02\xff\xfe" * 20, "neither"),
        (b"", "no header row"),
    ],
)
def test_files_that_are_no_register_map_are_refused_in_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "m.xlsx"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        read_map(read_sheets(path), Said())


def test_cells_with_newlines_quotes_and_colons_make_no_broken_profile(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, 'A"相\n电压: #1 {x}', 0, "03", "uint16", "R", "\"V': ", 0.1, "on: yes\n- no"],
        [2, "状态", 1, "03", "uint16", "R", "", "", "0:off 1:on 2:'null'"],
    ]
    found = read(xlsx(tmp_path / "m.xlsx", {"S # {": rows}))
    assert len(found.drafts) == 2
    assert dict(found.drafts[1].spec.labels) == {0: "off", 1: "on", 2: "'null'"}
