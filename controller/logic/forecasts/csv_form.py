"""Forecasts and tide tables from CSV: everything wrong is told with its line and column, and then nothing is taken.

A file of rain has one row per step; a tide table one row per high or low water. Which of the two it is, its columns
tell. What holds for all rows may stand above them: ``# issued: 2026-06-22 18:00``, ``# source: meteo``, ``# of: …``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from io import StringIO

from controller.logic.forecasts.csv_words import NOTHING, field_of, number, plain, stamp

MOST_ROWS = 20_000
MOST_PROBLEMS = 20
"""People repair a file's first mistakes; the rest are often the same."""
LONGEST_CELL = 200
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class CsvProblem:
    """One thing wrong in a file: its line (from 1), the column's header as the file has it (empty: the whole line)."""

    line: int
    column: str
    en: str
    zh: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column!r}" if self.column else "")
        return f"{where}: {self.en} {self.zh}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line's cells by field, and the headers people know the fields by."""

    line: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def text(self, name: str) -> str:
        """A cell; empty where there is nothing in it, or no such column."""
        text = plain(self.cells.get(name, ""))
        return "" if text.lower() in NOTHING else text

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.headers


@dataclass(slots=True)
class Sheet:
    """A file taken apart; problems are noted as they are found."""

    zone: tzinfo
    said: dict[str, str] = field(default_factory=dict)
    """What the lines above the table say for all of it."""
    headers: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    """The field of each column, empty for one without a header."""
    rows: list[Row] = field(default_factory=list)
    problems: list[CsvProblem] = field(default_factory=list)
    moments: dict[str, datetime | None] = field(default_factory=dict)
    """What a text means as a time: every row of a file says when it was issued, and says the same."""

    def wrong(self, line: int, column: str, en: str, zh: str) -> None:
        """Note a problem."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(CsvProblem(line, self.headers.get(column, column), en, zh))

    def text(self, row: Row, name: str, otherwise: str = "") -> str:
        """A cell, else what the lines above the table say, else ``otherwise``."""
        return row.text(name) or self.said.get(name, "") or otherwise

    def moment(self, row: Row, name: str) -> datetime | None:
        """A cell's moment; what is none is noted."""
        text = self.text(row, name)
        if text not in self.moments:
            self.moments[text] = stamp(text, self.zone) if text else None
        found = self.moments[text]
        if found is None:
            said = f"{text[:40]!r} is no time" if text else "no time"
            self.wrong(row.line, name, f"{said}; write 2026-06-22 18:30", "不是时间")
        return found

    def number(self, row: Row, name: str) -> float | None:
        """A cell's number; what is none is noted."""
        text = row.text(name)
        found = number(text) if text else None
        if found is None:
            self.wrong(row.line, name, f"{text[:40]!r} is no number" if text else "no number", "不是数字")
        return found


def sheet_of(text: str, zone: tzinfo) -> Sheet:
    """The file's rows by field. ``zone``: the site's, for times without an offset."""
    sheet = Sheet(zone)
    lines = text.removeprefix("\ufeff").splitlines()
    top = _above(lines, sheet)
    if top >= len(lines):
        sheet.wrong(max(1, len(lines)), "", "no table in this file", "文件中没有表格")
        return sheet
    cells = list(_cells(lines[top:], top, sheet))
    if sheet.problems or not cells:
        if not sheet.problems:
            sheet.wrong(top + 1, "", "no table in this file", "文件中没有表格")
        return sheet
    _headers(*cells[0], sheet)
    if not sheet.problems:
        sheet.rows = list(_rows(cells[1:], sheet))
        if not sheet.rows and not sheet.problems:
            sheet.wrong(cells[0][0], "", "the table has no rows", "表格没有数据行")
    return sheet


def _above(lines: Sequence[str], sheet: Sheet) -> int:
    """What the lines above the table say; the number of the first line of the table (from 0)."""
    for position, line in enumerate(lines):
        bare = plain(line)
        if bare.startswith("#"):
            word, _, value = bare.lstrip("# ").partition(":")
            name = field_of(word)
            if name in ("issued", "source", "of") and value.strip():
                sheet.said[name] = value.strip()[:LONGEST_CELL]
        elif bare.strip(",;\t "):
            return position
    return len(lines)


def _cells(lines: Sequence[str], top: int, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that has any, with its number."""
    head = lines[0].replace("，", ",")
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(StringIO("\n".join(lines).replace("，", ",")), delimiter=delimiter)
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS:
                sheet.wrong(top + reader.line_num, "", f"more than {MOST_ROWS} rows", f"超过 {MOST_ROWS} 行")
                return
            if any(plain(cell) for cell in cells) and not plain(cells[0]).startswith("#"):
                yield top + reader.line_num, cells
    except csv.Error as error:
        sheet.wrong(top + reader.line_num, "", f"cannot be read as CSV ({error})", "无法按 CSV 读取")


def _headers(line: int, cells: Sequence[str], sheet: Sheet) -> None:
    for cell in cells:
        name, shown = field_of(cell), plain(cell)[:60]
        sheet.columns.append(name or "")
        if name is None:
            if shown:
                sheet.wrong(line, shown, "nobody knows this column; leave it out", "未知列")
        elif name in sheet.headers:
            sheet.wrong(line, shown, f"the same as {sheet.headers[name]!r}", "列重复")
        else:
            sheet.headers[name] = shown


def _rows(cells: Sequence[tuple[int, list[str]]], sheet: Sheet) -> Iterator[Row]:
    names = sheet.columns
    for line, row in cells:
        if len(row) > len(names) and any(plain(cell) for cell in row[len(names) :]):
            sheet.wrong(line, "", f"{len(row)} cells, the header has {len(names)}", "单元格多于表头")
        elif any(plain(cell) and not name for cell, name in zip(row, names, strict=False)):
            sheet.wrong(line, "", "a cell in a column without a header", "该列没有表头")
        elif any(len(cell) > LONGEST_CELL for cell in row):
            sheet.wrong(line, "", f"a cell of more than {LONGEST_CELL} characters", "单元格过长")
        else:
            cells_by_name = {name: cell for name, cell in zip(names, row, strict=False) if name}
            yield Row(line, cells_by_name, sheet.headers)
