"""Words and numbers as people and weather offices write them into tables: headers, times, high and low water."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from types import MappingProxyType

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "of": ("of", "place", "gauge", "station", "catchment", "站点", "站名", "站号", "站码", "雨量站", "测站", "片区",
           "潮位站", "地点"),
    "issued": ("issued", "issue", "issued_at", "issue_time", "发布时间", "起报时间", "预报发布时间", "编制时间"),
    "source": ("source", "issuer", "来源", "发布单位", "编制单位"),
    "begins": ("begins", "begin", "start", "from", "开始时间", "起始时间", "时段开始", "预报开始"),
    "ends": ("ends", "end", "to", "until", "结束时间", "终止时间", "时段结束", "预报结束"),
    "at": ("at", "time", "valid", "时间", "潮时", "时刻", "日期时间"),
    "mm_h": ("mm_h", "mm/h", "rain_mm_h", "intensity", "雨强", "降雨强度", "雨强mm/h"),
    "mm": ("mm", "rain_mm", "rain", "rainfall", "雨量", "降雨量", "降水量", "面雨量", "雨量mm", "降水量mm"),
    "level_m": ("level_m", "level", "height", "height_m", "潮位", "潮高", "水位", "潮位m", "潮高m", "水位m"),
    "high_low": ("high_low", "high/low", "type", "高低潮", "潮别", "潮型", "高潮低潮", "高/低潮"),
    "bore": ("bore", "bore_at", "涌潮", "涌潮时间", "涌潮到达", "到潮时间"),
    "bore_m": ("bore_m", "bore_height", "涌潮高", "涌潮高度", "涌潮高度m"),
}  # fmt: skip
_HIGH = frozenset({"high", "h", "hw", "高", "高潮", "满潮"})
_LOW = frozenset({"low", "l", "lw", "低", "低潮", "干潮"})
_STAMP = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"[T\s]*(?P<hour>\d{1,2})\s*(?:[:时点]\s*(?:(?P<minute>\d{1,2})\s*分?)?(?::(?P<second>\d{1,2})(?:\.0+)?)?)"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\Z"
)
_CLOCK = re.compile(r"(\d{1,2})\s*[:时]\s*(\d{2})\s*分?\Z")
NOTHING = frozenset({"", "-", "--", "—", "/", "无", "缺测", "none", "null", "nan"})
"""What people write where there is nothing."""


def plain(text: str) -> str:
    """The text in its plain width, without the spaces round it: ``２０２６`` is 2026, ``（`` is (."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def _bare(text: str) -> str:
    """A header without units in brackets, without spaces, in small letters."""
    return re.sub(r"[\s_]+", "_", re.sub(r"[(\[].*?[)\]]", "", plain(text))).strip("_").lower()


_FIELD: Mapping[str, str] = MappingProxyType({_bare(word): name for name, words in _HEADERS.items() for word in words})


def field_of(header: str) -> str | None:
    """Which field a column's header names; None for one nobody knows."""
    unit = plain(header).lower()
    found = _FIELD.get(_bare(header))
    if found == "mm" and ("mm/h" in unit or "毫米/小时" in unit or "毫米/时" in unit):
        return "mm_h"
    return found


def known_headers() -> Mapping[str, tuple[str, ...]]:
    """Every field with the headers it goes by."""
    return _HEADERS


def stamp(text: str, zone: tzinfo) -> datetime | None:
    """A moment: ``2026-06-22 18:30``, ``2026/6/22 18:30``, ``2026年6月22日18时``, with or without an offset.

    Without one it is the site's local time. 24:00 is the next day's midnight. None for what is no moment.
    """
    found = _STAMP.match(plain(text))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:-1])
    if hour > 24 or (hour == 24 and (minute or second)):
        return None
    if not 2000 <= year <= 2200:
        return None
    try:
        clock = datetime(year, month, day, hour % 24, minute, second, tzinfo=_zone(found["zone"]) or zone)
        return clock + timedelta(days=1) if hour == 24 else clock
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    return datetime.fromisoformat(f"2000-01-01T00:00:00{'+00:00' if text == 'Z' else text}").tzinfo


def clock_near(text: str, near: datetime) -> datetime | None:
    """``14:05`` on the day that brings it nearest to a moment; None for what is no time of day."""
    found = _CLOCK.match(plain(text))
    if found is None:
        return None
    try:
        of_day = time(int(found[1]), int(found[2]))
    except ValueError:
        return None
    days = (near + timedelta(days=shift) for shift in (-1, 0, 1))
    return min((day.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0) for day in days),
               key=lambda moment: abs(moment - near))  # fmt: skip


def number(text: str) -> float | None:
    """A finite number as a table has it; None for what is none."""
    try:
        value = float(plain(text).replace(",", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def high_or_low(text: str) -> bool | None:
    """True for high water, False for low; None for another word."""
    word = plain(text).lower()
    return True if word in _HIGH else False if word in _LOW else None
