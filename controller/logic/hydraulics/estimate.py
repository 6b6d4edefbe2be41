"""What the model believes of the waters at one moment: the words of state estimation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from controller.domain.points import DeviceId, TargetId
from controller.domain.quality import Detail, Quality
from controller.logic.hydraulics.simulation import Acts, PumpKey

Point = str
"""A level point, ``330105-LG-0001/level_m``."""


class GaugeFault(StrEnum):
    """What is held against a gauge. SILENT: it says nothing that may be believed (its own alarm says why)."""

    NONE = ""
    SILENT = "silent"
    FROZEN = "frozen"
    JUMPED = "jumped"
    DRIFTING = "drifting"
    APART = "apart"


LYING = frozenset({GaugeFault.FROZEN, GaugeFault.JUMPED, GaugeFault.DRIFTING, GaugeFault.APART})
"""Faults of a gauge that answers, and says what the water does not do."""


class Trust(StrEnum):
    """MEASURED: a sound gauge says so. DOUBTED: gauges contradict each other. SUBSTITUTED: the model fills it in."""

    MEASURED = "measured"
    DOUBTED = "doubted"
    SUBSTITUTED = "substituted"
    UNKNOWN = "unknown"

    @property
    def quality(self) -> Quality:
        """GOOD only where it is measured: what is filled in is never GOOD."""
        return _QUALITY[self][0]

    @property
    def detail(self) -> Detail:
        """Why it is not GOOD."""
        return _QUALITY[self][1]


_QUALITY = {
    Trust.MEASURED: (Quality.GOOD, Detail.NONE),
    Trust.DOUBTED: (Quality.UNCERTAIN, Detail.INCONSISTENT),
    Trust.SUBSTITUTED: (Quality.UNCERTAIN, Detail.SUBSTITUTED),
    Trust.UNKNOWN: (Quality.BAD, Detail.FAILURE),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the field says, GOOD values only; what is not there is not known.

    ``levels_m`` by point, ``rain_mm_h`` by gauge, ``running`` units by station and direction, ``flow_m3s`` of all of a
    station's units, ``openings`` 0 … 1 by gate.
    """

    levels_m: Mapping[Point, float] = field(default_factory=dict)
    rain_mm_h: Mapping[DeviceId, float] = field(default_factory=dict)
    running: Mapping[PumpKey, int] = field(default_factory=dict)
    flow_m3s: Mapping[DeviceId, float] = field(default_factory=dict)
    openings: Mapping[TargetId, float] = field(default_factory=dict)


class Still(NamedTuple):
    """A gauge that stands where it stood: since when, where, the level and unexplained inflow believed then, and how
    far the model has moved the water since (``gross_m``: inflow and outflow alike)."""

    since: datetime
    value_m: float
    level_m: float
    residual_m3s: float
    moved_m: float = 0.0
    gross_m: float = 0.0


@dataclass(frozen=True, slots=True)
class GaugeState:
    """One gauge: what it last said (GOOD), what is held against it and since when, and how long it agrees again."""

    value_m: float | None = None
    fault: GaugeFault = GaugeFault.NONE
    since: datetime | None = None
    suspect: int = 0
    """Looks in a row at which a step of it was waited on, or at which it stood apart from the others."""
    agrees: int = 0
    """Looks in a row at which it agreed while it was held to be lying."""
    still: Still | None = None


class Tick(NamedTuple):
    """One look at a reach: how far the model moved it since the look before, and what the gauges said.

    ``known_m`` by what is known (rain, pumps, gates, channels); ``residual_m`` by the unexplained inflow learned so
    far; ``gross_m``: inflow and outflow alike, what an error of the model grows with.
    """

    at: datetime
    level_m: float
    known_m: float
    residual_m: float
    gross_m: float
    residual_m3s: float
    values: Mapping[Point, float]


@dataclass(frozen=True, slots=True)
class ReachState:
    """One reach: level (m) and how sure (standard deviation, m), inflow from the balance, how fast it rises.

    ``residual_m3s`` is the part of the inflow that the model does not explain.
    """

    level_m: float
    sd_m: float
    trust: Trust
    residual_m3s: float = 0.0
    inflow_m3s: float = 0.0
    rise_m_h: float = 0.0
    history: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """All waters at one moment. ``stored_m3`` is under way in each catchment; ``acts`` is what was last seen done."""

    at: datetime
    reaches: Mapping[str, ReachState] = field(default_factory=dict)
    gauges: Mapping[Point, GaugeState] = field(default_factory=dict)
    stored_m3: Mapping[str, float] = field(default_factory=dict)
    outer_m: Mapping[str, float] = field(default_factory=dict)
    rain_mm_h: Mapping[DeviceId, float] = field(default_factory=dict)
    acts: Acts = field(default_factory=Acts)

    def within(self, reaches: Collection[str]) -> Estimate:
        """Only these reaches: what is believed of waters that left the configuration helps nobody."""
        return replace(self, reaches={name: one for name, one in self.reaches.items() if name in reaches})

    def levels_m(self) -> dict[str, float]:
        """The level of every reach."""
        return {name: reach.level_m for name, reach in self.reaches.items()}

    def residual_m3s(self) -> dict[str, float]:
        """The unexplained inflow of every reach."""
        return {name: reach.residual_m3s for name, reach in self.reaches.items()}
