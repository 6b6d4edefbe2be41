"""What a cabinet or pole does when nobody tells it: a downloaded table, or its built-in astronomical one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import floor, inf
from typing import Protocol

from hil.plants.sun import DAY_S, night_of_day, solar_day


class Timetable(Protocol):
    """On and off over time (Unix seconds)."""

    def on_at(self, t_s: float) -> bool:
        """Whether it wants the circuit on at this moment."""
        ...

    def next_edge_s(self, t_s: float) -> float:
        """The first moment after ``t_s`` at which that changes; infinity when it never does."""
        ...


class DownloadedTable:
    """A list of windows (on, off) a controller has put into the device; off outside them."""

    def __init__(self, windows: Sequence[tuple[float, float]]) -> None:
        self.windows = tuple(sorted(windows))
        self._edges = [edge for window in self.windows for edge in window]
        if any(later <= earlier for earlier, later in pairwise(self._edges)):
            raise ValueError(f"windows of a timetable follow each other and do not overlap: {self.windows}")

    def on_at(self, t_s: float) -> bool:
        """Inside a window: after an odd number of edges."""
        return bisect_right(self._edges, t_s) % 2 == 1

    def next_edge_s(self, t_s: float) -> float:
        """The next window edge."""
        index = bisect_right(self._edges, t_s)
        return self._edges[index] if index < len(self._edges) else inf


class AstronomicalTable:
    """From local sunset to sunrise, or to a fixed local hour of the evening (``until_h``, for landscape light)."""

    def __init__(self, lat: float, lon: float, *, utc_offset_s: float, until_h: float | None = None) -> None:
        self._lat = lat
        self._lon = lon
        self._utc_offset_s = utc_offset_s
        self._until_h = until_h
        self._window = (inf, -inf)
        self._asked_from_s = inf

    def on_at(self, t_s: float) -> bool:
        """Inside tonight's window."""
        return t_s >= self._window_ending_after(t_s)[0]

    def next_edge_s(self, t_s: float) -> float:
        """Tonight's start, or its end once started."""
        start_s, end_s = self._window_ending_after(t_s)
        return start_s if t_s < start_s else end_s

    def _window_ending_after(self, t_s: float) -> tuple[float, float]:
        if self._asked_from_s <= t_s < self._window[1]:
            return self._window
        today = solar_day(self._lon, t_s)
        candidates = (self._night(day) for day in range(today - 1, today + 3))
        self._window = next(window for window in candidates if window[1] > t_s)
        self._asked_from_s = t_s
        return self._window

    def _night(self, day: int) -> tuple[float, float]:
        night = night_of_day(self._lat, self._lon, day)
        if self._until_h is None:
            return night.sunset_s, night.sunrise_s
        midnight_s = floor((night.sunset_s + self._utc_offset_s) / DAY_S) * DAY_S - self._utc_offset_s
        return night.sunset_s, midnight_s + self._until_h * 3600.0
