"""What the optimiser is asked, and what it answers: a network, its hours ahead, and counts for every step of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.water_rules.scene import NetworkNow


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where the plan before took the levels (m), by reach at its start and every step's end: gates are reckoned with
    where they work at these."""

    start: datetime
    steps_s: tuple[float, ...]
    levels_m: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One question. ``local``: the outlook's start by the local clock (tariff). ``foretold``: reaches forecast for.

    ``earlier``: the levels of the plan before this one.
    """

    network: Network
    now: NetworkNow
    outlook: Outlook
    settings: OptimiserSettings
    local: datetime
    foretold: frozenset[str] | None = None
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan: units by station, by gate the steps in which it has the water (1 or 0), and the levels expected of it.

    ``gap``: how far from the best it may be at most (share; None: not proven); ``seconds``: what the solver took.
    """

    start: datetime
    steps_s: tuple[float, ...]
    counts: Mapping[DeviceId, tuple[float, ...]]
    by_gate: Mapping[TargetId, tuple[float, ...]]
    levels_m: Mapping[str, tuple[float, ...]]
    gap: float | None = None
    seconds: float = 0.0

    @property
    def earlier(self) -> Earlier:
        """As the next solve takes it up."""
        return Earlier(self.start, self.steps_s, self.levels_m)
