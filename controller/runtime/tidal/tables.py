"""Which tide table holds for a water now: the newest valid one, from the folder or as it came in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from controller.logic.forecasts.series import BoreArrival, TideExtreme, TideTable
from controller.logic.tidal.rules import TidalRules, TidalWater
from controller.logic.tidal.table import unusable

T = TypeVar("T", TideExtreme, BoreArrival)
CameIn = Callable[[str], TideTable | None]
"""The table that came in for a water (by API, file or command line), if any."""
NEAR = timedelta(hours=36)
"""What a look needs of a table lies this near; a year's is not searched every few seconds."""
KEPT_S = 60.0
"""So long one choice is kept."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A water's table: the whole, what of it is near now, why it cannot be used (empty: it can), and how far the
    tables together reach."""

    table: TideTable | None
    near: TideTable | None
    refused: str
    covered_until: datetime | None


class TideTables:
    """Chooses for each water, anew every minute or when asked to."""

    def __init__(self, rules: TidalRules, came_in: CameIn) -> None:
        self._came_in = came_in
        self._chosen: dict[str, tuple[float, Chosen]] = {}
        self.adopt(rules)

    def adopt(self, rules: TidalRules) -> None:
        """Take a site's tables over (reload)."""
        self._tables = rules.tables
        self._chosen.clear()

    def of(self, water: TidalWater, now: datetime, now_s: float) -> Chosen:
        """The table that holds now."""
        kept = self._chosen.get(water.id)
        if kept is None or not 0.0 <= now_s - kept[0] < KEPT_S:
            kept = now_s, self._choose(water, now)
            self._chosen[water.id] = kept
        return kept[1]

    def all_of(self, water: TidalWater) -> list[TideTable]:
        """Every table there is for a water, the newest issue first."""
        found = [table for table in self._tables if table.of == water.id]
        came = self._came_in(water.id)
        return sorted([*found, *([came] if came is not None else [])], key=lambda one: one.issued, reverse=True)

    def _choose(self, water: TidalWater, now: datetime) -> Chosen:
        tables = self.all_of(water)
        best = min(tables, key=lambda one: unusable(water, one, now) != "", default=None)
        refused = unusable(water, best, now)
        near = None if best is None else _near(best, now)
        usable = best is not None and not refused
        return Chosen(best, near, refused, _covered_until(best, tables) if best is not None and usable else None)


def _near(table: TideTable, now: datetime) -> TideTable:
    extremes, bores = _between(table.extremes, now), _between(table.bores, now)
    return replace(table, extremes=extremes, bores=bores)


def _between(listed: tuple[T, ...], now: datetime) -> tuple[T, ...]:
    """Those near now, of a list in order of time."""
    first = bisect_left(listed, now - NEAR, key=_when)
    return listed[first : bisect_right(listed, now + NEAR, key=_when)]


def _when(one: TideExtreme | BoreArrival) -> datetime:
    return one.at


def _covered_until(begun: TideTable, tables: Iterable[TideTable]) -> datetime:
    """Where the first gap comes: one table may go on where another ends."""
    until = begun.extremes[-1].at
    for table in sorted((one for one in tables if one.extremes), key=lambda one: one.extremes[0].at):
        if table.extremes[0].at <= until:
            until = max(until, table.extremes[-1].at)
    return until
