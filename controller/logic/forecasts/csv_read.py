"""Rain forecasts and tide tables out of a sheet, checked as everything that comes in is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from controller.logic.forecasts.csv_form import CsvProblem, Row, Sheet, sheet_of
from controller.logic.forecasts.csv_words import clock_near, high_or_low, stamp
from controller.logic.forecasts.series import (
    BoreArrival,
    Forecast,
    ForecastKind,
    ForecastStep,
    TideExtreme,
    TideTable,
)
from controller.logic.forecasts.soundness import Complaint, ForecastLimits, complaints, table_complaints

LONGEST_SOURCE = 40
Canonical = Callable[[ForecastKind, str], str | None]
"""The name a place is kept under, for the name a file uses; None where there is no such place."""


@dataclass(frozen=True, slots=True)
class Reading:
    """With what eyes a file is read. ``source`` and ``of``: where the file says nothing."""

    zone: tzinfo
    now: datetime
    limits: ForecastLimits
    canonical: Canonical
    source: str = "file"
    of: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds, or everything that is wrong with it: never both."""

    forecasts: tuple[Forecast, ...] = ()
    tables: tuple[TideTable, ...] = ()
    problems: tuple[CsvProblem, ...] = ()


def read_csv(text: str, eyes: Reading) -> Read:
    """The forecasts, or the tide tables, of a file. Never raises, whatever the text."""
    sheet = sheet_of(text, eyes.zone)
    found = Read()
    if not sheet.problems:
        found = _read(sheet, eyes)
    return Read(problems=tuple(sheet.problems)) if sheet.problems else found


def _read(sheet: Sheet, eyes: Reading) -> Read:
    has, top = sheet.headers, sheet.rows[0].line - 1
    if "level_m" in has and "mm" not in has and "mm_h" not in has:
        if not {"at", "begins"} & set(has):
            sheet.wrong(top, "", "a tide table needs a column time 潮时", "缺少潮时列")
            return Read()
        return Read(tables=_tables(sheet, eyes))
    if "mm" in has and "mm_h" in has:
        sheet.wrong(top, "", "both mm and mm/h; leave one of them out", "雨量与雨强只能保留一列")
    elif "mm" not in has and "mm_h" not in has:
        said = "neither rain (mm_h 雨强 or mm 雨量) nor a tide table (level_m 潮位)"
        sheet.wrong(top, "", said, "既无雨量列也无潮位列")
    elif not {"at", "begins"} & set(has):
        sheet.wrong(top, "", "rain needs a column begins 开始时间", "缺少开始时间列")
    else:
        return Read(forecasts=_forecasts(sheet, eyes))
    return Read()


# -- what is said of every row ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """What rows of one forecast have in common."""

    of: str
    issued: datetime
    source: str


def _head(row: Row, kind: ForecastKind, sheet: Sheet, eyes: Reading) -> _Head | None:
    name = sheet.text(row, "of", eyes.of)
    of = eyes.canonical(kind, name) if name else None
    if of is None:
        word = "rain gauge or catchment" if kind is ForecastKind.RAIN else "tide gauge or water outside"
        said = f"{name[:40]!r} is no {word} of this site" if name else f"no {word} is named"
        sheet.wrong(row.line, "of", said, "没有这个站点")
    issued = sheet.moment(row, "issued")
    source = sheet.text(row, "source", eyes.source)
    if not source or len(source) > LONGEST_SOURCE or not source.isprintable():
        sheet.wrong(row.line, "source", f"a source has 1 to {LONGEST_SOURCE} characters", "来源名称不合适")
        return None
    return None if of is None or issued is None else _Head(of, issued, source)


def _complain(found: Sequence[Complaint], lines: Sequence[int], column: str, sheet: Sheet) -> None:
    for one in found:
        whole = one.position is None
        line = lines[0] if one.position is None else lines[min(one.position, len(lines) - 1)]
        sheet.wrong(line, "" if whole else column, one.en, one.zh)


# -- rain ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Steps:
    begins: list[datetime] = field(default_factory=list)
    ends: list[datetime | None] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def _forecasts(sheet: Sheet, eyes: Reading) -> tuple[Forecast, ...]:
    gathered: dict[_Head, _Steps] = {}
    for row in sheet.rows:
        head = _head(row, ForecastKind.RAIN, sheet, eyes)
        begins = sheet.moment(row, "begins" if row.has("begins") else "at")
        ends = sheet.moment(row, "ends") if row.text("ends") else None
        column = "mm_h" if row.has("mm_h") else "mm"
        value = sheet.number(row, column) if row.text(column) else None
        if head is not None and begins is not None:
            steps = gathered.setdefault(head, _Steps())
            steps.begins.append(begins)
            steps.ends.append(ends)
            steps.values.append(value)
            steps.lines.append(row.line)
    return tuple(_forecast(head, steps, sheet, eyes) for head, steps in gathered.items())


def _forecast(head: _Head, steps: _Steps, sheet: Sheet, eyes: Reading) -> Forecast:
    """The forecast of these rows. A row without a value is an hour nobody foresaw: it only ends the one before."""
    ends = _ends(steps, sheet)
    amounts = "mm_h" not in sheet.headers
    made, lines = [], []
    for begin, end, value, line in zip(steps.begins, ends, steps.values, steps.lines, strict=True):
        if value is not None and end is not None:
            hours = (end - begin).total_seconds() / 3600
            made.append(ForecastStep(begin, end, value / hours if amounts and hours > 0.0 else value))
            lines.append(line)
    forecast = Forecast(ForecastKind.RAIN, head.of, head.issued, head.source, tuple(made))
    found = list(complaints(forecast, eyes.now, eyes.limits))
    _complain(found, lines or steps.lines, "mm_h" if not amounts else "mm", sheet)
    return forecast


def _ends(steps: _Steps, sheet: Sheet) -> list[datetime | None]:
    """Where no end is said, a step ends where the next begins; the last is as long as the one before."""
    ends = list(steps.ends)
    for position, end in enumerate(ends):
        if end is not None:
            continue
        if position + 1 < len(ends):
            ends[position] = steps.begins[position + 1]
        elif position and (before := ends[position - 1]) is not None:
            ends[position] = _later(steps.begins[position], before - steps.begins[position - 1])
        else:
            sheet.wrong(steps.lines[position], "ends", "a single step needs its end", "缺少结束时间")
    return ends


def _later(moment: datetime, by: timedelta) -> datetime | None:
    try:
        return moment + by
    except OverflowError:
        return None


# -- tide ------------------------------------------------------------------------------------------------------------


def _tables(sheet: Sheet, eyes: Reading) -> tuple[TideTable, ...]:
    rows: dict[_Head, list[tuple[Row, TideExtreme, BoreArrival | None]]] = {}
    for row in sheet.rows:
        head = _head(row, ForecastKind.TIDE, sheet, eyes)
        at = sheet.moment(row, "at" if row.has("at") else "begins")
        level_m = sheet.number(row, "level_m")
        high = _high(row, sheet)
        if head is not None and at is not None and level_m is not None:
            bore = _bore(row, at, head, sheet)
            rows.setdefault(head, []).append((row, TideExtreme(at, level_m, high is True), bore))
    return tuple(_table(head, told, sheet, eyes) for head, told in rows.items())


def _high(row: Row, sheet: Sheet) -> bool | None:
    if not row.has("high_low"):
        return None
    found = high_or_low(row.text("high_low"))
    if found is None:
        said = f"{row.text('high_low')[:20]!r} is neither high 高潮 nor low 低潮"
        sheet.wrong(row.line, "high_low", said, "应为高潮或低潮")
    return found


def _bore(row: Row, near: datetime, head: _Head, sheet: Sheet) -> BoreArrival | None:
    text = row.text("bore")
    if not text:
        return None
    at = stamp(text, sheet.zone) or _near(text, near)
    if at is None:
        sheet.wrong(row.line, "bore", f"{text[:40]!r} is no time; write 14:05, or the whole date", "不是时间")
        return None
    height_m = sheet.number(row, "bore_m") if row.text("bore_m") else None
    return BoreArrival(head.of, at, height_m, head.issued, head.source)


def _near(text: str, near: datetime) -> datetime | None:
    try:
        return clock_near(text, near)
    except OverflowError:
        return None


def _table(
    head: _Head, told: list[tuple[Row, TideExtreme, BoreArrival | None]], sheet: Sheet, eyes: Reading
) -> TideTable:
    extremes = [one for _, one, _ in told]
    if "high_low" not in sheet.headers:
        extremes = _judged(extremes)
    bores = tuple(sorted((bore for *_, bore in told if bore is not None), key=lambda one: one.at))
    table = TideTable(head.of, head.issued, head.source, tuple(extremes), bores)
    lines = [row.line for row, *_ in told]
    _complain(list(table_complaints(table, eyes.now, eyes.limits)), lines, "level_m", sheet)
    return table


def _judged(extremes: list[TideExtreme]) -> list[TideExtreme]:
    """Without a column that says it, a high water is one above its neighbour."""
    found = []
    for position, one in enumerate(extremes):
        beside = extremes[position - 1] if position else extremes[min(1, len(extremes) - 1)]
        found.append(replace(one, high=one.level_m > beside.level_m))
    return found
