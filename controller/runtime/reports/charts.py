"""Small charts as SVG text, drawn here: no scripts, no fonts, no files of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 720, 180
LEFT, BOTTOM, TOP = 46, 24, 12


class Bar(NamedTuple):
    """One bar: its label, its value (None: nothing known), and a part of it drawn apart at its foot."""

    label: str
    value: float | None
    part: float = 0.0


def bars(title: str, unit: str, values: Sequence[Bar]) -> str:
    """A bar for each value, from 0. What is not known is hatched over the whole height."""
    top = max((bar.value for bar in values if bar.value is not None), default=0.0) or 1.0
    step, drawn = _step(values), list[str]()
    for nth, bar in enumerate(values):
        x = LEFT + nth * step
        if bar.value is None:
            drawn.append(_rect(x, TOP, step, HEIGHT - TOP - BOTTOM, "gap", f"{bar.label}: 无记录 not recorded"))
            continue
        height = (HEIGHT - TOP - BOTTOM) * max(0.0, bar.value) / top
        y = HEIGHT - BOTTOM - height
        drawn.append(_rect(x, y, step, height, "bar", f"{bar.label}: {bar.value:,.1f} {unit}"))
        if bar.part > 0.0:
            part = min(height, height * bar.part / bar.value) if bar.value else 0.0
            said = f"{bar.label}: {bar.part:,.1f} {unit} 估算 estimated"
            drawn.append(_rect(x, HEIGHT - BOTTOM - part, step, part, "part", said))
    return _svg(title, drawn + _labels(values, step) + _scale(0.0, top, unit))


def line(title: str, values: Sequence[Bar], limits: Sequence[float]) -> str:
    """Percent over time with limit lines; the scale begins below the lowest of them. Gaps break the line."""
    known = [bar.value for bar in values if bar.value is not None]
    low = min([*known, *limits, 100.0])
    bottom = max(0.0, low - 1.0 - (low % 1.0))
    step = _step(values)

    def height(percent: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (percent - bottom) / (100.0 - bottom or 1.0)

    drawn: list[str] = []
    for limit in limits:
        y = height(limit)
        drawn.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
    run: list[str] = []
    for nth, bar in enumerate(values):
        x = LEFT + (nth + 0.5) * step
        if bar.value is None:
            drawn.append(_rect(LEFT + nth * step, TOP, step, HEIGHT - TOP - BOTTOM, "gap", f"{bar.label}: 无记录 none"))
            drawn.append(_run(run))
            run = []
            continue
        y = height(bar.value)
        run.append(f"{x:.1f},{y:.1f}")
        drawn.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"><title>'
            f"{escape(bar.label)}: {bar.value:.2f} %</title></circle>"
        )
    drawn.append(_run(run))
    return _svg(title, drawn + _labels(values, step) + _scale(bottom, 100.0, "%"))


def _step(values: Sequence[Bar]) -> float:
    return (WIDTH - LEFT) / max(1, len(values))


def _rect(x: float, y: float, width: float, height: float, kind: str, said: str) -> str:
    return (
        f'<rect class="{kind}" x="{x + 1:.1f}" y="{y:.1f}" width="{max(0.5, width - 2):.1f}" '
        f'height="{max(0.0, height):.1f}"><title>{escape(said)}</title></rect>'
    )


def _run(points: Sequence[str]) -> str:
    return f'<polyline class="line" points="{" ".join(points)}"/>' if len(points) > 1 else ""


def _labels(values: Sequence[Bar], step: float) -> list[str]:
    every = max(1, -(-len(values) // 16))
    return [
        f'<text x="{LEFT + (nth + 0.5) * step:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(bar.label)}</text>'
        for nth, bar in enumerate(values)
        if nth % every == 0
    ]


def _scale(bottom: float, top: float, unit: str) -> list[str]:
    middle = HEIGHT - BOTTOM
    return [
        f'<text x="{LEFT - 4}" y="{TOP + 8}" text-anchor="end">{top:,.0f}</text>',
        f'<text x="{LEFT - 4}" y="{middle}" text-anchor="end">{bottom:,.0f}</text>',
        f'<text x="2" y="{(TOP + middle) / 2:.0f}">{escape(unit)}</text>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{middle}" y2="{middle}"/>',
    ]


def _svg(title: str, drawn: Sequence[str]) -> str:
    body = "".join(drawn)
    said = escape(title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f"<title>{said}</title>{body}</svg>"
    )
