"""Lines of programs in words, in English and Chinese: why the level is what it is."""

from __future__ import annotations

from schedules.program import Anchor, Edge, End, Program, Saving, Show, TimePoint
from schedules.spans import Line

Because = Line | Saving | Program | None
"""What made a level (``Span.by``)."""

_ANCHOR_ZH = {
    Anchor.SUNSET: "日落",
    Anchor.SUNRISE: "日出",
    Anchor.DUSK: "天黑(民用昏影终)",
    Anchor.DAWN: "天亮(民用晨光始)",
}


def cause_en(line: Because) -> str:
    """A line of the program in words."""
    if line is None:
        return "off until the night's first switching"
    if isinstance(line, Edge):
        name = f" ({line.name.zh} {line.name.en})" if line.name else ""
        return f"{level_text(line.percent)} at {line.at}{name}"
    if isinstance(line, Show):
        return f"{level_text(line.percent)} from {line.start} until {line.until} ({line.name.zh} {line.name.en})"
    if isinstance(line, End):
        return f"off from {line.at} ({'hard end 最晚熄灯' if line.hard else 'curfew 熄灯'})"
    if isinstance(line, Saving):
        return f"{level_text(line.percent)} from {line.start} until {line.until or 'the end of the night'}"
    return f"off: a burn shorter than {line.min_burn_min} min is left out"


def cause_zh(line: Because) -> str:
    """The same in Chinese."""
    if line is None:
        return "当夜首次开灯前关灯"
    if isinstance(line, Edge):
        name = f" ({line.name.zh})" if line.name else ""
        return f"{point_zh(line.at)}{level_zh(line.percent)}{name}"
    if isinstance(line, Show):
        return f"{point_zh(line.start)}至{point_zh(line.until)}{level_zh(line.percent)} ({line.name.zh})"
    if isinstance(line, End):
        return f"{point_zh(line.at)}起关灯 ({'最晚熄灯' if line.hard else '熄灯'})"
    if isinstance(line, Saving):
        until = point_zh(line.until) if line.until else "当夜结束"
        return f"节能: {point_zh(line.start)}至{until}{level_zh(line.percent)}"
    return f"不足{line.min_burn_min}分钟的点亮省略"


def level_text(percent: float) -> str:
    """``on``, ``off`` or ``60%``."""
    return {0.0: "off", 100.0: "on"}.get(percent, f"{percent:g}%")


def level_zh(percent: float) -> str:
    """``开灯``, ``关灯`` or ``调至60%``."""
    return {0.0: "关灯", 100.0: "开灯"}.get(percent, f"调至{percent:g}%")


def point_zh(point: TimePoint) -> str:
    """``日落前5分``, ``22:30``."""
    if point.anchor is Anchor.CLOCK:
        return str(point)
    side = "前" if point.minutes < 0 else "后"
    return _ANCHOR_ZH[point.anchor] + (f"{side}{abs(point.minutes)}分" if point.minutes else "")
