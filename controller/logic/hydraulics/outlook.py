"""What is expected of the hours ahead, what is planned for them, and what the model makes of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.points import DeviceId, TargetId


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes from outside, step by step: mean inflow of each reach, mean level of each outside water.

    ``steps_s`` are the lengths of the steps, the first begins at ``start``; every series has one value per step.
    """

    start: datetime
    steps_s: tuple[float, ...]
    inflow_m3s: Mapping[str, tuple[float, ...]]
    outer_m: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is done in each step of an outlook. What is not named stands still: no unit runs, a gate is closed.

    ``counts``: units that run, by station and direction (``drain``, ``divert``). ``openings``: 0 … 1 by gate.
    """

    counts: Mapping[tuple[DeviceId, str], tuple[int, ...]] = field(default_factory=dict)
    openings: Mapping[TargetId, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Levels at the end of every step (and, first, at the start), and the mean flows in between."""

    levels_m: Mapping[str, tuple[float, ...]]
    pumped_m3s: Mapping[tuple[DeviceId, str], tuple[float, ...]]
    gravity_m3s: Mapping[TargetId, tuple[float, ...]]
    error_m3: float = 0.0
    """What the water balance does not explain: rounding only."""
