"""What a polder city is made of: pools, stations, gates, channels, and one seeded case of weather and tide.

Independent of the product on purpose: its own words, its own units of work, so that a shared mistake shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

STEP_S = 60
START = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
"""Midnight in Hangzhou."""

RIVER = -1
"""What a station pumps into when it is not a pool."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A body of water of constant area (m², m)."""

    name: str
    area_m2: float
    floor_m: float
    normal_m: float
    warning_m: float
    guarantee_m: float


@dataclass(frozen=True, slots=True)
class Units:
    """A station: like units that pump from ``inner`` to ``outer`` (a pool's number, or RIVER), and their rules.

    ``kw`` at a head of ``head_m``; at other heads the power follows 0.5 + 0.5 × head ÷ ``head_m``.
    """

    name: str
    inner: int
    outer: int
    count: int
    unit_m3s: float
    kw: float
    head_m: float
    min_run_s: int
    min_off_s: int
    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Sluice:
    """A gate of a station to the river: flow = ``k`` × √head, the inner level counted up to the warning level."""

    name: str
    station: int
    k: float


@dataclass(frozen=True, slots=True)
class Link:
    """An open channel between two pools: flow = ``k`` × level difference."""

    a: int
    b: int
    k: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What is counted (yuan): a metre-hour above guarantee is a hundred above warning."""

    start: float = 20.0
    warning_mh: float = 10_000.0
    guarantee_mh: float = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Case:
    """One storm over one city: series are per minute; ``inflow_m3s`` one column a pool."""

    kind: str
    seed: int
    pools: tuple[Pool, ...]
    stations: tuple[Units, ...]
    gates: tuple[Sluice, ...]
    links: tuple[Link, ...]
    inflow_m3s: Series
    tide_m: Series
    tariff: Series
    prices: Prices = Prices()

    @property
    def name(self) -> str:
        """As it is shown: ``design-3``."""
        return f"{self.kind}-{self.seed}"

    @property
    def minutes(self) -> int:
        """How long it is."""
        return len(self.tide_m)

    def kwh_per_unit_minute(self) -> Series:
        """What one running unit takes in each minute (kWh), one column a station; only the river's level counts."""
        columns = []
        for station in self.stations:
            inner = self.pools[station.inner].normal_m
            outer = self.tide_m if station.outer == RIVER else np.full(self.minutes, self.pools[station.outer].normal_m)
            head = np.maximum(outer - inner, 0.3)
            columns.append(station.kw * (0.5 + 0.5 * head / station.head_m) / 60.0)
        return np.stack(columns, axis=1)
