"""The report as one HTML page: no scripts, nothing loaded from elsewhere, made to be printed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from controller.runtime.light_history.grouping import LANDSCAPE
from controller.runtime.light_history.periods import in_spans
from controller.runtime.reports.charts import Bar, bars, line

if TYPE_CHECKING:
    from controller.runtime.light_history.views import RateView
    from controller.runtime.reports.month import NightLine, Report

TEMPLATE = "lighting_month.html.j2"
MOST_ROADS = 200
"""Roads listed on the page, the lowest rates first; the workbook has all."""
MOST_FAULTS = 200


def page(report: Report) -> bytes:
    """The whole page, UTF-8. Every value is escaped; only our own charts are markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["low"] = _low
    environment.filters |= {
        "percent": _percent,
        "number": _number,
        "moment": lambda at: _moment(report, at),
        "spans": in_spans,
    }
    roads = sorted(report.by_road.rows, key=_lowest_first)
    text = environment.get_template(TEMPLATE).render(
        report=report,
        roads=roads[:MOST_ROADS],
        roads_left_out=max(0, len(roads) - MOST_ROADS),
        faults=report.faults[:MOST_FAULTS],
        faults_left_out=max(0, len(report.faults) - MOST_FAULTS) + report.faults_left_out,
        rate_chart=_rate_chart(report),
        energy_chart=_energy_chart(report.nights),
    )
    return text.encode("utf-8")


def _lowest_first(row: RateView) -> tuple[bool, bool, float, str]:
    """Roads before landscape, those without any rate last."""
    return row.key.endswith(LANDSCAPE), row.rate_percent is None, row.rate_percent or 0.0, row.key


_LOW = {
    "rate": "",
    "intact": "",
    "main_roads": " 主要 main",
    "other_roads": " 其他 other",
    "roads_intact": " 道路 roads",
    "landscape_intact": " 景观 landscape",
}


def _low(below: tuple[str, ...], *words: str) -> str:
    """A mark that is also seen in black and white: under its limit, or which kinds among these lights are."""
    found = [_LOW[word] for word in words if word in below]
    return f" ↓ 低{''.join(found)}" if found else ""


def _rate_chart(report: Report) -> Markup:
    limits = [one.limit_percent for one in report.rates.figures if one.limit_percent is not None]
    values = [Bar(f"{one.night.day}", one.rate_percent) for one in report.nights]
    return Markup(line("每夜亮灯率 lights-on rate by night", values, limits))  # noqa: S704 - charts escape their texts


def _energy_chart(nights: tuple[NightLine, ...]) -> Markup:
    values = [
        Bar(
            f"{one.night.day}",
            one.energy.measured_kwh + one.energy.estimated_kwh if one.energy else None,
            one.energy.estimated_kwh if one.energy else 0.0,
        )
        for one in nights
    ]
    return Markup(bars("每夜电量 energy by night", "kWh", values))  # noqa: S704 - charts escape their texts


def _percent(value: float | None) -> str:
    """Two digits, rounded down: 97.999 is not 98."""
    return "—" if value is None else f"{int(value * 100 + 1e-9) / 100:.2f} %"


def _number(value: float | None, digits: int = 0) -> str:
    return "—" if value is None else f"{value:,.{digits}f}"


def _moment(report: Report, at: datetime | None) -> str:
    return "未消除 stands" if at is None else f"{at.astimezone(report.zone):%Y-%m-%d %H:%M}"
