"""A little water: pools with storage, a storm, a tide with a surge, and a gate that lets water through both ways.

Its own physics, apart from ``controller.logic.hydraulics`` and ``hil``: nothing here knows how anything is controlled.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import cos, exp, pi, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

GRAVITY_M_S2 = 9.81
LOCAL = ZoneInfo("Asia/Shanghai")

Tide = Callable[[datetime], float]
Hydrograph = Callable[[float], float]
"""Inflow (m³/s) by the seconds since the night began."""


@dataclass(slots=True)
class Pool:
    """One pool: its level (m), its surface (m²), and what flows in and out in this second (m³/s)."""

    level_m: float
    area_m2: float
    inflow: Hydrograph
    flows_m3s: float = 0.0
    peak_m: float = field(default=float("-inf"))

    def step(self, elapsed_s: float, dt_s: float) -> None:
        self.level_m += (self.inflow(elapsed_s) + self.flows_m3s) * dt_s / self.area_m2
        self.flows_m3s = 0.0
        self.peak_m = max(self.peak_m, self.level_m)


def storm(begins_s: float, peak_m3s: float, rise_s: float, *, base_m3s: float = 0.2) -> Hydrograph:
    """A gamma-shaped storm: from ``begins_s`` it rises for ``rise_s`` to its peak, and falls more slowly."""

    def inflow(elapsed_s: float) -> float:
        share = (elapsed_s - begins_s) / rise_s
        return base_m3s + (peak_m3s * share * exp(1.0 - share) if share > 0.0 else 0.0)

    return inflow


def steady(m3s: float) -> Hydrograph:
    return lambda _: m3s


def tide_of(table: Path, surge_m: float = 0.0) -> Tide:
    """The tide of a table's high and low waters, a surge on top of it."""
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    points = [
        (datetime.fromisoformat(row["time"]).replace(tzinfo=LOCAL).timestamp(), float(row["level_m"]))
        for row in csv.DictReader(lines)
    ]

    def level(at: datetime) -> float:
        now = at.timestamp()
        after = bisect_right(points, (now, float("inf")))
        (t0, a), (t1, b) = points[after - 1], points[after]
        return (a + b) / 2 + (a - b) / 2 * cos(pi * (now - t0) / (t1 - t0)) + surge_m

    return level


def through_gate_m3s(opening: float, inner_m: float, outer_m: float, width_m: float, sill_m: float = 0.0) -> float:
    """Out is positive; the water flows whichever way it stands higher."""
    head_m = inner_m - outer_m
    deep_m = max(inner_m, outer_m) - sill_m
    if opening <= 0.0 or deep_m <= 0.0:
        return 0.0
    flow = 0.6 * width_m * min(deep_m, 2.0) * opening * sqrt(2.0 * GRAVITY_M_S2 * abs(head_m))
    return flow if head_m > 0 else -flow


def total(flows: Sequence[float]) -> float:
    return sum(flows)
