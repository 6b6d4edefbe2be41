"""Rows of what was measured of the waters, one CSV file a day: what a calibration learns from, and anybody may read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from controller.domain.errors import StoreError
from controller.logic.hydraulics.rows import AT, Row

FOLDER = "waters"


def append(data: Path, columns: Sequence[str], row: Row) -> None:
    """Add a row to its day's file; a file with other columns is left as it is, and another begun beside it.

    Raises:
        StoreError: it could not be written.
    """
    try:
        folder = data / FOLDER
        folder.mkdir(exist_ok=True)
        file = _file(folder, row.at, columns)
        new = not file.exists()
        with file.open("a", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            if new:
                writer.writerow(columns)
            writer.writerow(_cells(columns, row))
    except OSError as error:
        raise StoreError(f"what was measured of the waters could not be written to {data / FOLDER}: {error}") from error


def _cells(columns: Sequence[str], row: Row) -> list[str]:
    values = (f"{row.values[name]:.4f}" if name in row.values else "" for name in columns[1:])
    return [row.at.astimezone(UTC).isoformat(timespec="seconds"), *values]


def _file(folder: Path, at: datetime, columns: Sequence[str]) -> Path:
    day = at.astimezone(UTC).date().isoformat()
    for number in range(100):
        file = folder / (f"{day}.csv" if not number else f"{day}-{number}.csv")
        if not file.exists() or _header(file) == list(columns):
            return file
    return folder / f"{day}-more.csv"


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])


def read_rows(files: Sequence[Path]) -> Iterator[Row]:
    """Every row of these files.

    Raises:
        StoreError: a file cannot be read, or a line of it is not understood; says which.
    """
    for file in files:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                yield from _rows(file, csv.reader(lines))
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{file} cannot be read: {error}") from error


def _rows(file: Path, lines: Iterator[list[str]]) -> Iterator[Row]:
    header = next(lines, [])
    if not header or header[0] != AT:
        raise StoreError(
            f"{file}:1: the first column is 'at' (the time), not {header[:1]}; see `zhadao network calibrate`"
        )
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        try:
            at = datetime.fromisoformat(cells[0])
            named = zip(header[1:], cells[1:], strict=False)
            yield Row(at if at.tzinfo else at.replace(tzinfo=UTC), {n: float(c) for n, c in named if c})
        except ValueError as error:
            raise StoreError(f"{file}:{number}: {error}; a time like 2026-06-22T10:00:00+08:00 and numbers") from error


def files_in(data: Path) -> list[Path]:
    """The day files of a data folder, oldest first."""
    return sorted((data / FOLDER).glob("*.csv"))


def prune(data: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` files.

    Raises:
        StoreError: one could not be removed.
    """
    try:
        for file in files_in(data)[:-keep]:
            file.unlink()
    except OSError as error:
        raise StoreError(f"old rows of the waters could not be removed: {error}") from error
