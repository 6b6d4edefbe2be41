"""What the rules see of the network now: levels as the model estimates them, and what every station can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId, TargetId


@dataclass(frozen=True, slots=True)
class StationNow:
    """A station's units: how many run, may start at this moment, and may not be stopped yet; how many there are at all.

    ``ready`` are those neither locked out nor under a tag nor lost: what can be counted on in the hours ahead.
    """

    running: int = 0
    may_start: int = 0
    must_run: int = 0
    ready: int = 0


@dataclass(frozen=True, slots=True)
class NetworkNow:
    """Levels (m) of reaches and outside waters, stations, gates that stand open.

    ``levels_m`` leaves out what nobody knows: no rule speaks for a reach whose level is not known, and none counts on
    it. ``inflow_m3s`` is what has been measured as flowing in of late, where it can be told.
    """

    levels_m: Mapping[str, float]
    outer_m: Mapping[str, float]
    stations: Mapping[DeviceId, StationNow]
    open_gates: frozenset[TargetId] = frozenset()
    inflow_m3s: Mapping[str, float] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    """Reaches whose level the model filled in: they are reckoned with, and nothing begins or ends by itself on them."""
    forecast_error: float = 0.0
    """How far forecasts have been off of late, as a share (0 … 1); it widens margins."""
