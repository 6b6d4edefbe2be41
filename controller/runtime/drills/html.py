"""A drill's report as one HTML page: no scripts, nothing loaded from elsewhere, made to be printed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from controller.runtime.drills.views import Curve, DrillReport

TEMPLATE = "drill_report.html.j2"
WIDTH, HEIGHT, LEFT, FOOT, TOP = 720, 200, 46, 24, 12
RESULTS = {"pass": "达到 PASS", "fail": "未达到 FAIL", "not_judged": "不评 NOT JUDGED"}
KINDS = {"act": "人员 act", "trouble": "情况注入 trouble", "move": "机组 unit", "trip": "保护 trip"}
ORIGINS = {"public": "公开资料 public", "computed": "推算 computed", "illustrative": "示意 illustrative"}


def page(report: DrillReport) -> bytes:
    """The whole page, UTF-8. Every value is escaped; only our own curves are markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"moment": _moment, "waited": _waited}
    text = environment.get_template(TEMPLATE).render(
        report=report, results=RESULTS, kinds=KINDS, origins=ORIGINS, curves=[_drawn(one) for one in report.curves]
    )
    return text.encode("utf-8")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _waited(seconds: float | None) -> str:
    return "无人确认 nobody" if seconds is None else f"{seconds / 60.0:.1f} min"


def _drawn(curve: Curve) -> Markup:
    """Levels over time with their limits."""
    levels = [one.level_m for one in curve.points]
    limits = [one for one in (curve.warning_m, curve.guarantee_m) if one is not None]
    low, high = min([*levels, *limits]) - 0.05, max([*levels, *limits]) + 0.05
    first, last = curve.points[0].at, curve.points[-1].at
    span_s = max(1.0, (last - first).total_seconds())

    def y(level_m: float) -> float:
        return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * (level_m - low) / (high - low)

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT) * (at - first).total_seconds() / span_s

    drawn = [
        f'<line class="limit" x1="{LEFT}" x2="{WIDTH}" y1="{y(limit):.1f}" y2="{y(limit):.1f}"/>'
        f'<text x="2" y="{y(limit) + 4:.1f}">{limit:.2f}</text>'
        for limit in limits
    ]
    points = " ".join(f"{x(one.at):.1f},{y(one.level_m):.1f}" for one in curve.points)
    drawn.append(f'<polyline class="line" points="{points}"/>')
    drawn += [
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{first:%m-%d %H:%M}</text>',
        f'<text x="{WIDTH}" y="{HEIGHT - 8}" text-anchor="end">{last:%m-%d %H:%M}</text>',
    ]
    said = escape(f"{curve.reach} m")
    # Only numbers, times and the escaped name of the reach stand in it.
    return Markup(f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">{"".join(drawn)}</svg>')  # noqa: S704 - see above
