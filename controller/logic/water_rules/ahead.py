"""The levels ahead under a plan: the network's model, gravity first wherever a gate's station does not pump."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook, Trajectory
from controller.logic.hydraulics.simulation import Acts, PumpKey, follow
from controller.logic.water_rules.scene import NetworkNow
from controller.logic.water_rules.settings import RuleSettings

Bookings = dict[PumpKey, list[int]]
SUBSTEP_S = 1800.0


def run_ahead(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    counts: Bookings,
    deep: frozenset[str],
    settings: RuleSettings,
) -> Trajectory:
    """The levels of an outlook's steps when this is run and every gate opens by its head, down to where it may."""
    ends = list(accumulate(outlook.steps_s))
    last = len(ends) - 1
    lowest = {name: gravity_floor_m(network, name, deep, settings) for name in network.reaches}

    def policy(elapsed_s: float, levels_m: Mapping[str, float]) -> Acts:
        step = min(bisect_right(ends, elapsed_s), last)
        running = {key: series[step] for key, series in counts.items() if series[step]}
        stations = {station for station, _ in running}
        openings = {
            gate.gate: 1.0
            for gate in network.gates
            if gate.station not in stations
            and levels_m[gate.inner] - levels_m[gate.outer] >= settings.open_head_m
            and levels_m[gate.inner] > lowest[gate.inner]
        }
        return Acts(running, openings)

    return follow(network, now.levels_m, outlook, policy, substep_s=SUBSTEP_S)


def gravity_floor_m(network: Network, reach: str, deep: frozenset[str], settings: RuleSettings) -> float:
    """Down to where a reach is let out by gravity: its rest, or its floor (and a little) where rain needs the room."""
    asset = network.reaches[reach]
    if reach in deep:
        return asset.floor_m + settings.above_floor_m
    return settings.rest_m.get(reach, asset.warning_m - settings.rest_below_warning_m)
