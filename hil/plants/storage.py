"""Bodies of water: reaches that fill and empty, and catchments that hand rain on with a delay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import exp


class Reach:
    """Water standing at one level over a storage curve.

    ``curve`` lists (level m, surface m²), lowest first; below it the reach is empty, above it the last surface goes
    on. Volumes in m³; level and volume follow each other exactly (linear between the volumes of the curve's points).
    """

    __slots__ = ("_levels", "_volumes", "name", "volume_m3")

    def __init__(self, name: str, curve: Sequence[tuple[float, float]], level_m: float) -> None:
        self.name = name
        self._levels = [level for level, _ in curve]
        self._volumes = [0.0]
        for (low, narrow), (high, wide) in pairwise(curve):
            self._volumes.append(self._volumes[-1] + (high - low) * (narrow + wide) / 2.0)
        top_level, top_area = curve[-1]
        self._levels.append(top_level + 100.0)
        self._volumes.append(self._volumes[-1] + 100.0 * top_area)
        self.volume_m3 = self._interpolate(level_m, self._levels, self._volumes)

    @property
    def level_m(self) -> float:
        """The level now."""
        return self._interpolate(self.volume_m3, self._volumes, self._levels)

    def area_m2(self) -> float:
        """The surface at the level now."""
        index = self._segment(self.volume_m3, self._volumes)
        return (self._volumes[index + 1] - self._volumes[index]) / (self._levels[index + 1] - self._levels[index])

    @staticmethod
    def _segment(value: float, knots: list[float]) -> int:
        return min(max(bisect_right(knots, value) - 1, 0), len(knots) - 2)

    @classmethod
    def _interpolate(cls, value: float, knots: list[float], values: list[float]) -> float:
        index = cls._segment(value, knots)
        share = (value - knots[index]) / (knots[index + 1] - knots[index])
        return values[index] + share * (values[index + 1] - values[index])


class Catchment:
    """Land that drains into a reach: a linear reservoir (outflow = stored / lag).

    ``area_m2`` and the share ``runoff`` of rain that runs off; ``base_m3s`` flows always.
    """

    __slots__ = ("_decay", "area_m2", "base_m3s", "gauge", "into", "lag_s", "name", "runoff", "stored_m3")

    def __init__(
        self, name: str, into: str, *, gauge: str, area_m2: float, runoff: float, lag_s: float, base_m3s: float
    ) -> None:
        self.name = name
        self.into = into
        self.gauge = gauge
        self.area_m2 = area_m2
        self.runoff = runoff
        self.lag_s = lag_s
        self.base_m3s = base_m3s
        self.stored_m3 = 0.0
        self._decay = (0.0, 1.0)

    def release(self, rain_mm: float, step_s: float) -> float:
        """Water (m³) it hands to its reach in a step in which so much rain fell; exact for a steady rain."""
        if rain_mm == 0.0 and self.stored_m3 == 0.0:
            return self.base_m3s * step_s
        if self._decay[0] != step_s:
            self._decay = (step_s, exp(-step_s / self.lag_s))
        kept_share = self._decay[1]
        gained = rain_mm / 1000.0 * self.area_m2 * self.runoff
        kept = self.stored_m3 * kept_share + gained / step_s * self.lag_s * (1.0 - kept_share)
        released = self.stored_m3 + gained - kept
        self.stored_m3 = kept
        return released + self.base_m3s * step_s
