"""Where a reach gives water off and something is chosen: a station's units and the gates beside them, a lone gate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from controller.domain.points import DeviceId
from controller.logic.hydraulics.links import (
    DISCHARGE_COEFFICIENT,
    DROWNED_SHARE,
    FREE_SHARE,
    GRAVITY_MS2,
)
from controller.logic.hydraulics.network import GravityGate, Network, PumpGroup
from controller.logic.optimiser.timeline import Array
from controller.logic.water_rules.scene import NetworkNow, StationNow


@dataclass(frozen=True, slots=True)
class Outlet:
    """What can be chosen in one place: 0 … ``ready`` units, or (the last choice, where there are gates) the gates.

    A reach without any has an outlet where nothing can be chosen: its level still is worth something to its neighbours.
    """

    reach: str
    group: PumpGroup | None
    gates: tuple[GravityGate, ...]
    now: StationNow

    @property
    def units(self) -> tuple[int, ...]:
        """Units that run, by choice."""
        counts = tuple(range(self.ready + 1))
        return (*counts, 0) if self.gates else counts

    @property
    def gravity(self) -> int | None:
        """The choice that is the gates'."""
        return self.ready + 1 if self.gates else None

    @property
    def ready(self) -> int:
        """Units that can be counted on."""
        return 0 if self.group is None else self.now.ready

    @property
    def station(self) -> DeviceId | None:
        """Whose units they are."""
        return None if self.group is None else self.group.station


def outlets_of(network: Network, now: NetworkNow) -> tuple[Outlet, ...]:
    """Every outlet of a network; each reach has at least one, each gate belongs to one."""
    found: list[Outlet] = []
    for group in network.pumps:
        if group.direction == "drain" and group.inner in network.reaches:
            beside = tuple(gate for gate in network.gates if gate.station == group.station)
            found.append(Outlet(group.inner, group, beside, now.stations.get(group.station, StationNow())))
    taken = {gate.gate for outlet in found for gate in outlet.gates}
    found += [Outlet(gate.inner, None, (gate,), StationNow()) for gate in network.gates if gate.gate not in taken]
    dry = set(network.reaches) - {outlet.reach for outlet in found}
    return (*found, *(Outlet(name, None, (), StationNow()) for name in network.reaches if name in dry))


def gate_flows_m3s(gate: GravityGate, above_m: Array, below_m: float) -> Array:
    """``gate_flow_m3s`` of a gate fully open, for many levels at once."""
    over_sill = above_m - gate.sill_m
    behind = max(0.0, below_m - gate.sill_m)
    drowned = min(1.0, max(0.0, (behind / gate.height_m - FREE_SHARE) / (DROWNED_SHARE - FREE_SHARE)))
    head = np.maximum(over_sill - drowned * behind, 0.0)
    passage = np.minimum(gate.height_m, np.maximum(over_sill, 0.0))
    flows = DISCHARGE_COEFFICIENT * gate.width_m * passage * np.sqrt(2.0 * GRAVITY_MS2 * head)
    return np.asarray(np.where(above_m > below_m, flows, 0.0), dtype=np.float64)
