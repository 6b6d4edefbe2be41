"""The city's waters as a network: reaches that store, links that let flow, stations that pump, waters outside.

Levels are metres above the one datum a network states; volumes m³, areas m², flows m³/s (positive out of ``inner``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from controller.domain.points import DeviceId, TargetId

MOST_SHARE = 1.15
"""A pump below its rated head gives somewhat more than its rated flow, and no more than this: the motor's limit."""


@dataclass(frozen=True, slots=True)
class StorageCurve:
    """How much water a reach holds at a level: (level m, surface m²), lowest first, linear between.

    Below its lowest level a reach is empty; above its highest the last surface goes on.
    """

    points: tuple[tuple[float, float], ...]

    def area_m2(self, level_m: float) -> float:
        """The surface at a level."""
        levels = [level for level, _ in self.points]
        above = bisect_right(levels, level_m)
        if above == 0:
            return self.points[0][1]
        if above == len(self.points):
            return self.points[-1][1]
        (low, narrow), (high, wide) = self.points[above - 1], self.points[above]
        return narrow + (wide - narrow) * (level_m - low) / (high - low)

    def volume_m3(self, level_m: float) -> float:
        """The water below a level, counted from the lowest level of the curve."""
        volume, (low, narrow) = 0.0, self.points[0]
        if level_m <= low:
            return 0.0
        for (low, narrow), (high, wide) in pairwise(self.points):
            if level_m <= high:
                return volume + (level_m - low) * (narrow + self.area_m2(level_m)) / 2.0
            volume += (high - low) * (narrow + wide) / 2.0
        high, wide = self.points[-1]
        return volume + (level_m - high) * wide

    def level_m(self, volume_m3: float) -> float:
        """The level at which the reach holds this much; the lowest of the curve for nothing or less."""
        if volume_m3 <= 0.0:
            return self.points[0][0]
        below = 0.0
        for (low, narrow), (high, wide) in pairwise(self.points):
            piece = (high - low) * (narrow + wide) / 2.0
            if volume_m3 <= below + piece:
                return low + _rise(volume_m3 - below, narrow, (wide - narrow) / (high - low))
            below += piece
        high, wide = self.points[-1]
        return high + (volume_m3 - below) / wide


def _rise(volume_m3: float, area_m2: float, widening: float) -> float:
    """The rise over which a surface that widens by ``widening`` m² per metre takes so much water up."""
    if abs(widening) < 1e-9:
        return volume_m3 / area_m2
    return float(2.0 * volume_m3 / (area_m2 + (area_m2 * area_m2 + 2.0 * widening * volume_m3) ** 0.5))


@dataclass(frozen=True, slots=True)
class Reach:
    """A body of water at one level. ``floor_m`` is never pumped below (navigation, intakes)."""

    name: str
    title: str
    storage: StorageCurve
    floor_m: float
    warning_m: float
    guarantee_m: float
    gauges: tuple[str, ...] = ()
    """Points that measure its level: ``330105-LG-0001/level_m``, ``330102-PS-0001/inner_level_1_m``."""
    title_en: str = ""
    levels_since: date | None = None
    """The day its warning and guarantee levels were set."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A water the city does not move: a tidal river. ``gauges`` as of a reach."""

    name: str
    title: str
    gauges: tuple[str, ...] = ()
    title_en: str = ""
    usual_m: float = 0.0
    """The level it is taken to have where nothing is measured or foretold."""


@dataclass(frozen=True, slots=True)
class Channel:
    """An open link between two reaches: flow = ``conveyance_m2s`` × level difference."""

    a: str
    b: str
    conveyance_m2s: float


@dataclass(frozen=True, slots=True)
class GravityGate:
    """A gate that lets water from ``inner`` to ``outer`` by its own head (never back), width × height over a sill."""

    gate: TargetId
    inner: str
    outer: str
    width_m: float
    height_m: float
    sill_m: float
    station: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class PumpGroup:
    """A station's units that pump one way: ``unit_m3s`` each (at its rated head), ``unit_kw`` each.

    ``direction`` ``drain`` moves water from ``inner`` to ``outer``, ``divert`` from ``outer`` to ``inner``.
    """

    station: DeviceId
    inner: str
    outer: str
    units: int
    unit_m3s: float
    unit_kw: float
    direction: str = "drain"
    min_run_s: float = 1800.0
    min_off_s: float = 900.0
    max_starts_per_hour: int = 2
    rated_head_m: float | None = None
    shutoff_head_m: float | None = None
    """With both, the flow follows the head (a parabola, at most ``MOST_SHARE``); without, it is the rated one."""

    def share(self, head_m: float) -> float:
        """The flow of a unit against this head, as a share of its rated flow."""
        if self.rated_head_m is None or self.shutoff_head_m is None:
            return 1.0
        if head_m >= self.shutoff_head_m:
            return 0.0
        ratio = (self.shutoff_head_m - head_m) / (self.shutoff_head_m - self.rated_head_m)
        return float(min(MOST_SHARE, ratio**0.5))


@dataclass(frozen=True, slots=True)
class Catchment:
    """Land that drains into a reach: a linear reservoir (outflow = stored ÷ lag); ``base_m3s`` flows always."""

    name: str
    into: str
    gauge: DeviceId
    area_m2: float
    runoff: float
    lag_s: float
    base_m3s: float = 0.0


@dataclass(frozen=True, slots=True)
class EstimationRules:
    """How gauges are judged against the model and each other. Illustrative defaults, a site's own to set.

    ``gauge_sd_m``: how well a sound gauge measures. ``apart_m``: gauges of one reach further apart than this
    contradict each other (FACTS: 0.10 m). ``jump_m``: a step within a minute that no water explains. ``moved_m``: what
    the water must have moved by the model before a gauge that stood still (within ``still_m``) counts as frozen.
    ``inflow_error``: how far the modelled inflow may be off (share). ``residual_s``: how quickly what the model does
    not explain is learned as further inflow. ``lost_m``: an estimate less certain than this says nothing any more.
    """

    gauge_sd_m: float = 0.01
    apart_m: float = 0.10
    jump_m: float = 0.15
    moved_m: float = 0.05
    still_m: float = 0.002
    inflow_error: float = 0.3
    residual_s: float = 3600.0
    lost_m: float = 0.30


@dataclass(frozen=True, slots=True)
class Network:
    """All of it. Names are unique over reaches and outside waters."""

    datum: str
    reaches: Mapping[str, Reach] = field(default_factory=dict)
    outside: Mapping[str, Outside] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    gates: tuple[GravityGate, ...] = ()
    pumps: tuple[PumpGroup, ...] = ()
    catchments: tuple[Catchment, ...] = ()
    inner: Mapping[DeviceId, str] = field(default_factory=dict)
    """The water on the inner side of every station of the network."""
    outer: Mapping[DeviceId, str] = field(default_factory=dict)
    rules: EstimationRules = field(default_factory=EstimationRules)

    def reach_of(self, station: DeviceId) -> Reach | None:
        """The reach a station drains or fills; None for one that is not in the network."""
        inner = self.inner.get(station)
        return None if inner is None else self.reaches.get(inner)

    def pumps_of(self, reach: str) -> Iterator[PumpGroup]:
        """The groups that can drain a reach."""
        return (group for group in self.pumps if group.inner == reach and group.direction == "drain")

    def gates_of(self, reach: str) -> Iterator[GravityGate]:
        """The gates that can let a reach out."""
        return (gate for gate in self.gates if gate.inner == reach)
