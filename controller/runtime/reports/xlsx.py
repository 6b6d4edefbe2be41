"""The report as a workbook: real numbers with formats, and texts that no spreadsheet takes for formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook  # type: ignore[import-untyped]  # the library ships no types
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell  # type: ignore[import-untyped]  # the library ships no types
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]  # the library ships no types
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # the library ships no types
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]  # the library ships no types

from controller.runtime.light_history.periods import in_spans

if TYPE_CHECKING:
    from controller.runtime.light_history.views import EnergyView, RateView
    from controller.runtime.reports.month import Report

Value = str | int | float | date | datetime | bool | None
PERCENT, COUNT, KWH, DAY, MOMENT = "0.00%", "#,##0", "#,##0.0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a text may begin with for a spreadsheet to reckon it, now or after it was saved as CSV and opened again."""
_WIDEST = 60


def workbook(report: Report) -> bytes:
    """The workbook: summary, by division, by road, nights, faults, method."""
    book = Workbook()
    first = book.active
    if isinstance(first, Worksheet):
        book.remove(first)
    _summary(book.create_sheet("摘要 summary"), report)
    _division(book.create_sheet("区县 by division"), report)
    _road(book.create_sheet("道路 by road"), report)
    _nights(book.create_sheet("每夜 nights"), report)
    _faults(book.create_sheet("故障 faults"), report)
    _method(book.create_sheet("方法 method"), report)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def safe_text(text: str) -> str:
    """A text no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front.

    What a workbook cannot hold (control characters) is left out.
    """
    plain = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{plain}" if plain.lstrip(" ").startswith(_SIGNS) or plain.startswith(_SIGNS) else plain


def _put(cell: Cell, value: Value, form: str = "") -> None:
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=len(value) > _WIDEST, vertical="top")
        return
    cell.value = value.replace(tzinfo=None) if isinstance(value, datetime) else value
    if form:
        cell.number_format = form


def _table(
    sheet: Worksheet, heads: Sequence[str], forms: Sequence[str], rows: Iterable[Sequence[Value]], top: int = 1
) -> int:
    """A table with a head that stays in sight; the row after it."""
    for column, head in enumerate(heads, 1):
        cell = sheet.cell(top, column, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color="FFE3E7EB")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    row = top + 1
    for values in rows:
        for column, (value, form) in enumerate(zip(values, forms, strict=True), 1):
            _put(sheet.cell(row, column), value, form)
        row += 1
    for column in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16 if column > 1 else 28
    if top == 1:
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{max(1, row - 1)}"
    return row


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100.0


def _summary(sheet: Worksheet, report: Report) -> None:
    rates, energy = report.rates.total, report.energy.total
    rows: list[tuple[str, Value, str]] = [
        ("月份 month", report.month, ""),
        ("站点 site", report.site, ""),
        ("范围 scope", report.scope, ""),
        ("生成时间 made", report.made, MOMENT),
        ("本月已结束 month complete", "是 yes" if report.complete else "否 no", ""),
        ("亮灯率 lights-on rate", _share(rates.rate_percent), PERCENT),
        ("保守亮灯率 pessimistic rate", _share(rates.pessimistic_percent), PERCENT),
        *((f"{one.name} 亮灯率 rate", _share(one.rate_percent), PERCENT) for one in report.rates.figures),
        *((f"{one.name} 指标 limit", _share(one.limit_percent), PERCENT) for one in report.rates.figures),
        ("设施完好率 facilities intact", _share(rates.intact_percent), PERCENT),
        ("日间亮灯率 day burning", _share(rates.day_burning_percent), PERCENT),
        ("灯数 lamps", rates.lamps, COUNT),
        ("应亮灯时 lamp-hours due", rates.lamps_due, KWH),
        ("未知灯时 lamp-hours unknown", rates.lamps_unknown, KWH),
        ("计量电量 measured kWh", energy.measured_kwh, KWH),
        ("估算电量 estimated kWh", energy.estimated_kwh, KWH),
        ("其中未记录时段（不计入节电）of measured, unrecorded and in no saving kWh", energy.unseen_kwh, KWH),
        ("较 LED 改造前节电 saved, before LED kWh", energy.saved_led_kwh, KWH),
        ("较调光前节电 saved, before dimming kWh", energy.saved_dimming_kwh, KWH),
        ("碳排放 carbon kgCO2", energy.carbon_kg, KWH),
        ("有记录的夜数 nights recorded", report.rates.nights, COUNT),
        ("夜间未记录分钟 dark minutes not recorded", report.rates.gap_minutes, COUNT),
        ("有缺口的夜 nights with gaps", in_spans(report.rates.gap_nights) or "无 none", ""),
    ]
    for row, (name, value, form) in enumerate(rows, 1):
        _put(sheet.cell(row, 1), name)
        sheet.cell(row, 1).font = Font(bold=True)
        _put(sheet.cell(row, 2), value, form)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 40


_RATE_HEADS = (
    "名称 name",
    "编码 code",
    "回路 lights",
    "灯数 lamps",
    "应亮灯时 lamp-hours due",
    "未知灯时 unknown",
    "亮灯灯时 lit",
    "亮灯率 rate",
    "保守 pessimistic",
    "指标 limit",
    "日间亮灯率 day burning",
    "故障回路 with faults",
    "完好率 intact",
)
_RATE_FORMS = ("", "", COUNT, COUNT, KWH, KWH, KWH, PERCENT, PERCENT, PERCENT, PERCENT, COUNT, PERCENT)
_ENERGY_HEADS = (
    "计量 measured kWh",
    "估算 estimated kWh",
    "LED 前 before LED kWh",
    "100 % 基线 undimmed kWh",
    "节电 saved, LED kWh",
    "节电 saved, dimming kWh",
    "碳 kgCO2",
    "其中未记录时段 of measured, unrecorded kWh",
)
_ENERGY_FORMS = (KWH,) * len(_ENERGY_HEADS)


def _rate_row(one: RateView) -> tuple[Value, ...]:
    return (
        one.name or "合计 total",
        one.key,
        one.lights,
        one.lamps,
        one.lamps_due,
        one.lamps_unknown,
        one.lamps_lit,
        _share(one.rate_percent),
        _share(one.pessimistic_percent),
        _share(one.limit_percent),
        _share(one.day_burning_percent),
        one.lights_faulted,
        _share(one.intact_percent),
    )


def _energy_row(one: EnergyView | None) -> tuple[Value, ...]:
    if one is None:
        return (None,) * len(_ENERGY_HEADS)
    return (
        one.measured_kwh,
        one.estimated_kwh,
        one.before_led_kwh,
        one.undimmed_kwh,
        one.saved_led_kwh,
        one.saved_dimming_kwh,
        one.carbon_kg,
        one.unseen_kwh,
    )


def _parts(sheet: Worksheet, rates: Sequence[RateView], energy: Sequence[EnergyView]) -> None:
    used = {one.key: one for one in energy}
    rows = [(*_rate_row(one), *_energy_row(used.get(one.key))) for one in rates]
    _table(sheet, (*_RATE_HEADS, *_ENERGY_HEADS), (*_RATE_FORMS, *_ENERGY_FORMS), rows)


def _division(sheet: Worksheet, report: Report) -> None:
    _parts(sheet, (*report.rates.rows, report.rates.total), (*report.energy.rows, report.energy.total))


def _road(sheet: Worksheet, report: Report) -> None:
    _parts(sheet, report.by_road.rows, report.energy_by_road.rows)


def _nights(sheet: Worksheet, report: Report) -> None:
    heads = ("夜 night", "记录 recorded", "缺口 gap", "亮灯率 rate", "保守 pessimistic", "应亮灯时 due", "未知 unknown")
    forms = (DAY, "", "", PERCENT, PERCENT, KWH, KWH)
    rows = [
        (
            one.night,
            "有 yes" if one.recorded else "无 no",
            "有 yes" if one.gap else "",
            _share(one.rate_percent),
            _share(one.pessimistic_percent),
            one.lamp_hours_due,
            one.lamp_hours_unknown,
            *_energy_row(one.energy),
        )
        for one in report.nights
    ]
    _table(sheet, (*heads, *_ENERGY_HEADS), (*forms, *_ENERGY_FORMS), rows)


def _faults(sheet: Worksheet, report: Report) -> None:
    heads = ("对象 about", "名称 name", "区县 division", "道路 road", "种类 kind", "始 from", "止 until", "小时 hours")
    forms = ("", "", "", "", "", MOMENT, MOMENT, KWH)
    rows: list[tuple[Value, ...]] = []
    for one in report.faults:
        began = one.began.astimezone(report.zone)
        ended = one.ended.astimezone(report.zone) if one.ended else None
        hours = ((ended or report.made) - began).total_seconds() / 3600.0
        rows.append((one.source, one.name, one.division, one.road, report.kind_names[one.kind], began, ended, hours))
    after = _table(sheet, heads, forms, rows)
    if report.faults_left_out:
        _put(sheet.cell(after, 1), f"另有 {report.faults_left_out} 条未列出 more are not listed")


def _method(sheet: Worksheet, report: Report) -> None:
    _table(sheet, ("指标 figure", "方法 how it is made"), ("", ""), report.method)
    sheet.column_dimensions["B"].width = 120
    for row in sheet.iter_rows(min_row=2, min_col=2, max_col=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
