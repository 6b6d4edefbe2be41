"""What makes a forecast or a tide table unusable: looked for before anything of it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite

from controller.logic.forecasts.series import Forecast, ForecastKind, TideTable

SKEW = timedelta(minutes=5)
"""Another machine's clock may run ahead by this much: an issue time that little in the future is no mistake."""
EARLIEST = timedelta(hours=24)
"""A forecast may begin this much before its issue (the day it belongs to), not more."""
SHORTEST_STEP, LONGEST_STEP = timedelta(minutes=1), timedelta(hours=24)
MOST_STEPS = 2_000
MOST_EXTREMES = 3_000
"""Two years of high and low waters."""
SHORTEST_TIDE, LONGEST_TIDE = timedelta(hours=1), timedelta(hours=26)
"""Between one extreme and the next; a longer pause means that one is missing."""
MOST_BORE_M = 10.0


@dataclass(frozen=True, slots=True)
class ForecastLimits:
    """What is plausible here: rain in mm/h (records over an hour lie near 300), tide in m of the network's datum."""

    most_rain_mm_h: float = 300.0
    lowest_tide_m: float = -10.0
    highest_tide_m: float = 20.0
    longest_horizon: timedelta = timedelta(days=10)
    oldest_issue: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong. ``position``: which step or extreme (from 0); None: the whole."""

    position: int | None
    en: str
    zh: str


def complaints(forecast: Forecast, now: datetime, limits: ForecastLimits) -> Iterator[Complaint]:
    """Everything wrong with a forecast; nothing when it can be taken."""
    unusable = list(_issue(forecast.issued, now, limits))
    yield from unusable
    if unusable:
        return
    if not forecast.steps:
        yield Complaint(None, "it has no steps", "没有预报时段")
        return
    if len(forecast.steps) > MOST_STEPS:
        yield Complaint(None, f"{len(forecast.steps)} steps, at most {MOST_STEPS}", f"时段多于 {MOST_STEPS} 个")
        return
    for position, step in enumerate(forecast.steps):
        length = step.ends - step.begins
        if not SHORTEST_STEP <= length <= LONGEST_STEP:
            yield Complaint(
                position,
                f"a step of {length.total_seconds() / 60:g} min: 1 min to 24 h, and it ends after it begins",
                "时段长度应为1分钟至24小时，且结束晚于开始",
            )
        yield from _value(forecast.kind, step.value, position, limits)
    for position, (before, after) in enumerate(pairwise(forecast.steps), 1):
        if after.begins < before.ends:
            yield Complaint(position, "begins before the step above it ends", "与上一时段重叠或顺序错误")
    if forecast.steps[0].begins < forecast.issued - EARLIEST:
        yield Complaint(0, "begins more than 24 h before its issue", "开始时间早于发布时间24小时以上")
    if forecast.ends > forecast.issued + limits.longest_horizon:
        hours = limits.longest_horizon.total_seconds() / 3600
        yield Complaint(len(forecast.steps) - 1, f"more than {hours:g} h after its issue", f"预见期超过 {hours:g} 小时")


def table_complaints(table: TideTable, now: datetime, limits: ForecastLimits) -> Iterator[Complaint]:
    """Everything wrong with a tide table. It may be issued long ago: what counts is the time it speaks of."""
    if table.issued > now + SKEW:
        yield _in_the_future(table.issued)
    extremes = table.extremes
    if not 2 <= len(extremes) <= MOST_EXTREMES:
        yield Complaint(
            None, f"{len(extremes)} high and low waters; 2 to {MOST_EXTREMES} are possible", "高低潮数量不对"
        )
        return
    for position, one in enumerate(extremes):
        yield from _value(ForecastKind.TIDE, one.level_m, position, limits)
    for position, (before, after) in enumerate(pairwise(extremes), 1):
        pause = after.at - before.at
        if pause <= timedelta(0):
            yield Complaint(position, "not after the one above it", "时间未递增")
        elif not SHORTEST_TIDE <= pause <= LONGEST_TIDE:
            hours = pause.total_seconds() / 3600
            yield Complaint(position, f"{hours:.1f} h after the one above it: is one missing?", "高低潮间隔异常")
        if before.high is after.high:
            word = ("high", "高") if after.high else ("low", "低")
            yield Complaint(position, f"two {word[0]} waters in a row", f"连续两次{word[1]}潮")
        elif (after.level_m > before.level_m) is not after.high:
            yield Complaint(position, "a high water that is not above the low water beside it", "高潮位不高于低潮位")
    yield from _bores(table)


def _bores(table: TideTable) -> Iterator[Complaint]:
    first, last = table.extremes[0].at, table.extremes[-1].at
    for bore in table.bores:
        if not first <= bore.at <= last:
            yield Complaint(
                None, f"a bore at {bore.at:%Y-%m-%d %H:%M} UTC, outside the table", "涌潮时间超出潮汐表范围"
            )
        if bore.height_m is not None and not 0.0 < bore.height_m <= MOST_BORE_M:
            yield Complaint(None, f"a bore of {bore.height_m:g} m", "涌潮高度不合理")
    for before, after in pairwise(table.bores):
        if after.at <= before.at:
            yield Complaint(None, "bores are not in order of time", "涌潮时间未递增")


def _issue(issued: datetime, now: datetime, limits: ForecastLimits) -> Iterator[Complaint]:
    if issued > now + SKEW:
        yield _in_the_future(issued)
    if issued < now - limits.oldest_issue:
        hours = limits.oldest_issue.total_seconds() / 3600
        yield Complaint(None, f"issued more than {hours:g} h ago: of no use any more", f"发布已超过 {hours:g} 小时")


def _in_the_future(issued: datetime) -> Complaint:
    text = f"issued at {issued:%Y-%m-%d %H:%M} {issued.tzname() or ''}".rstrip()
    return Complaint(
        None, f"{text}, which lies in the future: check its time zone and clock", "发布时间在将来，请核对时区"
    )


def _value(kind: ForecastKind, value: float, position: int, limits: ForecastLimits) -> Iterator[Complaint]:
    if kind is ForecastKind.RAIN:
        low, high, unit = 0.0, limits.most_rain_mm_h, "mm/h"
    else:
        low, high, unit = limits.lowest_tide_m, limits.highest_tide_m, "m"
    if not (isfinite(value) and low <= value <= high):
        yield Complaint(
            position, f"{value:g} {unit}; {low:g} to {high:g} is plausible here", f"数值 {value:g} {unit} 不合理"
        )
