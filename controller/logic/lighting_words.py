"""What programs say, in Chinese: their causes are one line of English made of few forms.

A form nobody here knows is left as it is: a sentence with an English half is better than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ANCHORS = {"sunset": "日落", "sunrise": "日出", "dusk": "民用暮光终止", "dawn": "民用晨光始"}
_POINT = re.compile(r"(sunset|sunrise|dusk|dawn)(?:([+-])(\d+)m)?")


def level_zh(level: str) -> str:
    """``on`` 开灯, ``off`` 关灯, ``60%`` 调至60%."""
    return {"on": "开灯", "off": "关灯"}.get(level, f"调至{level}")


def state_zh(level: str) -> str:
    """A value as a state: 开, 关, 60%."""
    return {"on": "开", "off": "关", "0%": "关", "100%": "全亮"}.get(level, level)


def point_zh(point: str) -> str:
    """``sunset-5m`` 日落前5分钟; a clock time stays."""
    found = _POINT.fullmatch(point)
    if found is None:
        return "当晚结束" if point == "the end of the night" else point
    anchor, sign, minutes = _ANCHORS[found[1]], found[2], found[3]
    return anchor if minutes is None else f"{anchor}{'前' if sign == '-' else '后'}{minutes}分钟"


_LEVEL = r"(on|off|[\d.]+%)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"{_LEVEL} at (\S+)"), lambda m: f"{point_zh(m[2])}{level_zh(m[1])}"),
    (
        re.compile(rf"{_LEVEL} from (\S+) until (\S+|the end of the night)"),
        lambda m: f"{point_zh(m[2])}至{point_zh(m[3])}{level_zh(m[1])}（节能）",
    ),
    (re.compile(rf"{_LEVEL} at (\S+) \((\S+)(?: .*)?\)"), lambda m: f"{point_zh(m[2])}{level_zh(m[1])}（{m[3]}）"),
    (
        re.compile(rf"{_LEVEL} from (\S+) until (\S+) \((\S+)(?: .*)?\)"),
        lambda m: f"{point_zh(m[2])}至{point_zh(m[3])}{level_zh(m[1])}（{m[4]}）",
    ),
    (re.compile(r"off from (\S+) \((?:hard end|curfew) (\S+)\)"), lambda m: f"{point_zh(m[1])}起关灯（{m[2]}）"),
    (re.compile(r"off until the night's first switching"), lambda _: "当晚首次开灯前关闭"),
    (re.compile(r"off: a burn shorter than (\d+) min is left out"), lambda m: f"不足{m[1]}分钟的亮灯略去"),
)


def cause_zh(cause: str) -> str:
    """A program's cause in Chinese."""
    for form, said in _FORMS:
        found = form.fullmatch(cause)
        if found is not None:
            return said(found)
    return cause


def both(en: str, zh: str) -> str:
    """One reason in both languages; ``half`` takes it apart again."""
    return f"{en} / {zh}"


def half(reason: str, *, zh: bool) -> str:
    """A reason in one language, where it was said in both; else as it is."""
    en_half, slash, zh_half = reason.partition(" / ")
    if not slash:
        return reason
    return zh_half if zh else en_half
