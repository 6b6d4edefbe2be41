"""Reading a tide table: the level between high and low water, what it covers, and when the bore comes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, pi

from controller.logic.forecasts.series import BoreArrival, TideExtreme, TideTable
from controller.logic.tidal.rules import BoreRule, TidalWater


def level_at(table: TideTable, at: datetime, apart_s: float) -> float | None:
    """The level (m) by the cosine rule between the extremes around a moment.

    None outside the table, and between two extremes more than ``apart_s`` apart: something is missing there.
    """
    found = _around(table, at)
    if found is None:
        return None
    before, after = found
    length_s = (after.at - before.at).total_seconds()
    if length_s > apart_s:
        return None
    share = (at - before.at).total_seconds() / length_s if length_s > 0.0 else 0.0
    middle_m, half_m = (before.level_m + after.level_m) / 2.0, (before.level_m - after.level_m) / 2.0
    return middle_m + half_m * cos(pi * share)


def range_m(table: TideTable, begins: datetime, ends: datetime, apart_s: float) -> tuple[float, float] | None:
    """Lowest and highest level (m) of the table between two moments; None where it does not cover them."""
    edges = [level_at(table, at, apart_s) for at in (begins, ends)]
    found = [level for level in edges if level is not None]
    if len(found) < len(edges):
        return None
    found += [one.level_m for one in table.extremes if begins <= one.at <= ends]
    return min(found), max(found)


def deviation_m(water: TidalWater, table: TideTable, level_m: float, at: datetime) -> float | None:
    """How far (m) a level lies from what the table says of the moments around now; None where it says nothing.

    Moments up to ``shift_s`` away count, as far as the table reaches.
    """
    shift = timedelta(seconds=water.shift_s)
    begins, ends = max(at - shift, table.extremes[0].at), min(at + shift, table.extremes[-1].at)
    if begins > ends or level_at(table, at, water.apart_s) is None:
        return None
    within = range_m(table, begins, ends, water.apart_s) or range_m(table, at, at, water.apart_s)
    if within is None:
        return None
    return max(0.0, within[0] - level_m, level_m - within[1])


def unusable(water: TidalWater, table: TideTable | None, at: datetime) -> str:
    """Why the table cannot be used now, in English and Chinese (``en / zh``); empty when it can."""
    if table is None:
        return "no tide table / 无潮汐表"
    if not table.extremes or at < table.extremes[0].at:
        return f"the tide table of {table.source} has not begun / 潮汐表尚未开始"
    if at > table.extremes[-1].at:
        return f"the tide table of {table.source} ended {table.extremes[-1].at:%Y-%m-%d %H:%M} / 潮汐表已过期"
    age = at - table.issued
    if age.total_seconds() > water.table_age_s:
        return f"the tide table of {table.source} is {age.days} days old / 潮汐表已过旧"
    if level_at(table, at, water.apart_s) is None:
        return f"the tide table of {table.source} has a hole here / 潮汐表此处缺数"
    if water.bore is not None and not _names_bores(water.bore, table, at):
        return f"the tide table of {table.source} names no bore / 潮汐表未列涌潮时刻"
    return ""


def ends_in_s(table: TideTable, at: datetime) -> float:
    """Seconds until the table says nothing more."""
    return (table.extremes[-1].at - at).total_seconds() if table.extremes else 0.0


def bores_near(table: TideTable, rule: BoreRule, at: datetime, ahead_s: float) -> tuple[BoreArrival, ...]:
    """The bores whose window may touch the time from now to ``ahead_s`` later, in order."""
    past, future = timedelta(seconds=rule.longest_s), timedelta(seconds=ahead_s)
    return tuple(sorted((one for one in table.bores if at - past < one.at <= at + future), key=_when))


def following(table: TideTable, at: datetime) -> TideExtreme | None:
    """The next high or low water."""
    return next((one for one in table.extremes if one.at > at), None)


def falling(table: TideTable, at: datetime) -> bool | None:
    """Whether the table says the tide falls now; None where it says nothing."""
    found = _around(table, at)
    return None if found is None else found[1].level_m < found[0].level_m


def in_order(extremes: Iterable[TideExtreme]) -> bool:
    """Whether times rise and high and low water take turns."""
    return all(one.at < two.at and one.high != two.high for one, two in pairwise(extremes))


def _when(bore: BoreArrival) -> datetime:
    return bore.at


def _names_bores(rule: BoreRule, table: TideTable, at: datetime) -> bool:
    first = bisect_left(table.bores, at - timedelta(seconds=rule.named_every_s), key=_when)
    return first < len(table.bores) and table.bores[first].at <= at + timedelta(seconds=rule.named_every_s)


def _around(table: TideTable, at: datetime) -> tuple[TideExtreme, TideExtreme] | None:
    extremes = table.extremes
    after = bisect_right(extremes, at, key=lambda one: one.at)
    if len(extremes) < 2 or after == 0 or at > extremes[-1].at:
        return None
    after = min(after, len(extremes) - 1)
    return extremes[after - 1], extremes[after]
