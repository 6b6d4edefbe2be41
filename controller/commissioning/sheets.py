"""A vendor's register map as sheets of text: ``.xlsx`` with merged cells, or CSV in whatever encoding it came."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from controller.domain.errors import ConfigError

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 100
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SIGNS_OF_CSV = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` as the spreadsheet program shows it, from 1."""

    number: int
    cells: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``position`` counts from 1; ``how`` says how it was read: encoding, delimiter, hidden."""

    name: str
    position: int
    rows: tuple[Row, ...]
    how: str = ""


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of the file, hidden ones too. A merged cell's text stands in every cell it covers.

    Raises:
        ConfigError: not there, too large, or not a spreadsheet that can be read here.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as cause:
        raise ConfigError(f"{path} can't be read ({cause.strerror}): check its name and permissions") from cause
    if size > MOST_BYTES:
        raise ConfigError(f"{path} has {size:,} bytes; a register map of at most {MOST_BYTES:,} is read here")
    if content[:2] == b"PK":
        return _workbook(path, content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise ConfigError(f"{path} is an old Excel file (.xls): open it and save it as .xlsx or CSV")
    return (_csv(path, content),)


def _workbook(path: Path, content: bytes) -> tuple[Sheet, ...]:
    # Imported here: only this command needs it, and it takes a while to load.
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # the library ships no types

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-down lists and styles it does not keep; nothing of the values
            values = load_workbook(io.BytesIO(content), data_only=True)
            formulas = load_workbook(io.BytesIO(content))
    except (BadZipFile, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError) as cause:
        raise ConfigError(f"{path} is no readable .xlsx ({cause}): open it and save it again, or as CSV") from cause
    return tuple(
        Sheet(sheet.title, position, tuple(_rows(sheet, formulas[sheet.title])), _hidden(sheet))
        for position, sheet in enumerate(values.worksheets, 1)
    )


def _hidden(sheet: Any) -> str:
    return "" if sheet.sheet_state == "visible" else "a hidden sheet"


def _rows(sheet: Any, formulas: Any) -> Iterator[Row]:
    covered = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, min(area.max_row, MOST_ROWS) + 1)
        for column in range(area.min_col, min(area.max_col, MOST_COLUMNS) + 1)
    }
    width = min(sheet.max_column or 0, MOST_COLUMNS)
    for number in range(1, min(sheet.max_row or 0, MOST_ROWS) + 1):
        places = [covered.get((number, column), (number, column)) for column in range(1, width + 1)]
        yield Row(number, tuple(_text(sheet.cell(*at), formulas.cell(*at)) for at in places))


def _text(cell: Any, formula: Any) -> str:
    """A cell as it is meant: ``1`` formatted ``00000`` is the coil 00001; a date is what Excel made of ``1-8``."""
    value = cell.value
    if value is None:
        return f"{formula.value}" if isinstance(formula.value, str) and formula.value.startswith("=") else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime, date, time)):
        return f"{value} (Excel holds a date here)"
    if isinstance(value, (int, float)):
        return _number(value, str(cell.number_format))
    return str(value).strip()


def _number(value: float, form: str) -> str:
    text = f"{value:.12g}"
    if form and set(form) == {"0"} and text.isdigit():
        return text.zfill(len(form))
    return text


def _csv(path: Path, content: bytes) -> Sheet:
    text, encoding = _decoded(path, content)
    head = text[:20_000]
    delimiter = max(_SIGNS_OF_CSV, key=lambda sign: _columns(head, sign))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[:MOST_ROWS]
    except csv.Error as cause:
        raise ConfigError(f"{path} is no CSV ({cause}): save it again as CSV or .xlsx") from cause
    rows = tuple(Row(n, tuple(cell.strip() for cell in cells[:MOST_COLUMNS])) for n, cells in enumerate(lines, 1))
    shown = {"\t": "tab"}.get(delimiter, delimiter)
    return Sheet(path.stem, 1, rows, f"CSV in {encoding}, columns parted by {shown}")


def _columns(head: str, delimiter: str) -> int:
    """How many lines this delimiter parts into the same, largest number of columns, weighted by that number."""
    widths = [line.count(delimiter) for line in head.splitlines() if line.strip()]
    most = max(widths, default=0)
    return most * _count(widths, most)


def _count(widths: Iterable[int], wanted: int) -> int:
    return sum(width == wanted for width in widths)


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    if content[:2] in _UTF16_MARKS:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise ConfigError(f"{path} is neither .xlsx nor text in UTF-8, UTF-16 or GBK: save it as .xlsx or CSV")
