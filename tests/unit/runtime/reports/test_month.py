"""The monthly report, opened again: real numbers in the workbook, every name escaped, gaps named."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # the library ships no types

from controller.domain.errors import InvalidValue
from controller.runtime.reports.charts import Bar, bars, line
from controller.runtime.reports.xlsx import safe_text
from tests.unit.runtime.light_history.night_city import A, night_city

EVENING = datetime(2026, 6, 21, 11, 30, tzinfo=UTC)


class Page(HTMLParser):
    """What a reader sees of a page, and what it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "line", "rect", "circle", "polyline", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect", "circle", "polyline") or self.open[-1:] == [tag]:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+86 571", "'+86 571"),
        ("-2号箱", "'-2号箱"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("文一路1号箱", "文一路1号箱"),
        ("a\x00b\x1b", "ab"),
    ],
)
def test_no_text_is_taken_for_a_formula(text: str, kept: str) -> None:
    assert safe_text(text) == kept


async def test_a_month_is_reported_in_both_forms_with_the_numbers_of_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with night_city(tmp_path, monkeypatch, EVENING) as (city, field):
        await city.clock.sleep(1800.0)
        field.breaks(f"{A}/K1", 2)
        field.drivers["gw-2"].go_silent()
        await city.clock.sleep(1800.0)
        reports, desk = city.controller.desks.lighting_reports, city.controller.desks.light_figures
        report = await reports.month("2026-06", "city", None)
        energy = await desk.energy("city", "division", "2026-06", None)
        rates = await desk.rates("city", "division", "2026-06", None)
        html, xlsx = await report.html(), await report.xlsx()
        district = await reports.month("2026-06", "division:330108", None)
        for wrong in ("2026-07", "June", "2026-6-1"):
            with pytest.raises(InvalidValue):
                await reports.month(wrong, "city", None)
    page = Page()
    page.feed(html.decode("utf-8"))
    text = " ".join(page.text)
    assert page.open == []
    assert page.tags >= {"html", "svg", "table", "style"}
    assert not page.tags & {"script", "link", "img", "b-evil", "iframe"}
    assert page.loads == []
    assert "<b>支路</b>" in text
    assert "2026-06-01 … 2026-06-2" in text
    assert "本月未结束" in text
    assert f"{int((rates.total.rate_percent or 0) * 100) / 100:.2f} %" in text
    book = load_workbook(io.BytesIO(xlsx))
    assert [sheet.title.split()[-1] for sheet in book] == ["summary", "division", "road", "nights", "faults", "method"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    summary = {row[0].value: row[1] for row in book.worksheets[0].iter_rows()}
    measured = summary["计量电量 measured kWh"]
    assert measured.value == pytest.approx(energy.total.measured_kwh)
    assert measured.number_format == "#,##0.0"
    assert summary["亮灯率 lights-on rate"].value == pytest.approx((rates.total.rate_percent or 0) / 100)
    divisions = {row[1]: row for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)}
    assert divisions["330106"][4] + divisions["330108"][4] == pytest.approx(rates.total.lamps_due)
    assert divisions["330108"][7] == pytest.approx(1.0)
    nights = list(book.worksheets[3].iter_rows(min_row=2, values_only=True))
    assert (len(nights), nights[20][0].date(), nights[20][1][0], nights[0][1][0]) == (21, date(2026, 6, 21), "有", "无")
    faults = list(book.worksheets[4].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[4], row[6]) for row in faults] == [("330106-LC-0002", "失联 out of reach", None)]
    assert "失联 out of reach 1" in text
    assert isinstance(faults[0][5], datetime)
    assert {row[0] for row in book.worksheets[5].iter_rows(min_row=2, values_only=True)} >= {"缺口 gaps", "电量 energy"}
    assert [row.key for row in district.rates.rows] == ["330108"]
    assert district.faults == ()


def test_charts_escape_their_labels_and_leave_gaps_where_nothing_is_known() -> None:
    labels = [Bar("<1>", 97.5), Bar("2", None), Bar("3", 99.0), Bar("4", 98.0)]
    drawn = line("a & b", labels, [98.0])
    assert "&lt;1&gt;" in drawn
    assert "a &amp; b" in drawn
    assert drawn.count('class="gap"') == 1
    assert drawn.count("<polyline") == 1
    assert bars("t", "kWh", [Bar("1", 10.0, 2.0), Bar("2", 0.0)]).count('class="part"') == 1
    assert bars("t", "kWh", []).startswith("<svg")
