"""What the stations would do by themselves, inside a run of the model: staged levels, gravity first, orders over both.

The same rules the station PLCs and slot 12 follow, without their proofs and delays of seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from controller.domain.points import DeviceId, TargetId
from controller.domain.stations import GravityRule, StagedLevels, Station
from controller.logic.hydraulics.network import Network, PumpGroup
from controller.logic.hydraulics.simulation import Acts, PumpKey
from controller.logic.station_stages import Stages, start_level_m

DRAIN = "drain"


@dataclass(frozen=True, slots=True)
class Orders:
    """What is held whatever the levels say, as long as it is held (s from the run's start; infinite: to its end).

    ``counts`` by station and direction, ``least`` the same as a count the level may add to, ``bands`` staged levels
    about a target level in place of a count, ``openings`` 0 … 1 by gate, each with the second at which it ends.
    """

    counts: Mapping[PumpKey, tuple[int, float]] = field(default_factory=dict)
    openings: Mapping[TargetId, tuple[float, float]] = field(default_factory=dict)
    bands: Mapping[PumpKey, tuple[StagedLevels, float]] = field(default_factory=dict)
    least: Mapping[PumpKey, tuple[int, float]] = field(default_factory=dict)

    def over(self, other: Orders) -> Orders:
        """These orders laid over others: a station ordered anew, however, is no longer ordered as it was."""
        anew = self.counts.keys() | self.bands.keys() | self.least.keys()
        return Orders(
            {**_besides(other.counts, anew), **self.counts},
            {**other.openings, **self.openings},
            {**_besides(other.bands, anew), **self.bands},
            {**_besides(other.least, anew), **self.least},
        )


T = TypeVar("T")


def _besides(orders: Mapping[PumpKey, T], anew: Set[PumpKey]) -> dict[PumpKey, T]:
    return {key: order for key, order in orders.items() if key not in anew}


NO_ORDERS = Orders()


class Staged:
    """A policy with a memory: make a new one for every run. ``now`` is what runs and stands open at its start."""

    def __init__(self, network: Network, stations: Mapping[DeviceId, Station], now: Acts, orders: Orders) -> None:
        self._network, self._stations, self._orders = network, stations, orders
        self._counts = {(g.station, g.direction): now.counts.get((g.station, g.direction), 0) for g in network.pumps}
        self._openings = {gate.gate: now.openings.get(gate.gate, 0.0) for gate in network.gates}
        self._moved_s = dict.fromkeys(self._counts, float("-inf"))
        self._head_since_s: dict[TargetId, float] = {}
        self.noted: list[tuple[float, Acts]] = []

    def __call__(self, elapsed_s: float, levels_m: Mapping[str, float]) -> Acts:
        """What is done now."""
        for gate in self._network.gates:
            self._gate(gate.gate, gate.station, levels_m[gate.inner] - levels_m[gate.outer], elapsed_s)
        for group in self._network.pumps:
            self._pumps(group, levels_m[group.inner], elapsed_s)
        acts = Acts(dict(self._counts), dict(self._openings))
        self.noted.append((elapsed_s, acts))
        return acts

    def _gate(self, gate: TargetId, station: DeviceId | None, head_m: float, elapsed_s: float) -> None:
        opening, ends_s = self._orders.openings.get(gate, (0.0, 0.0))
        if elapsed_s < ends_s:
            self._openings[gate] = opening
            return
        asset = self._stations.get(station or "")
        rule = None if asset is None else asset.gravity
        if rule is None or rule.gate != gate:
            if ends_s > 0.0:
                self._openings[gate] = 0.0  # an order that is over leaves a gate without a rule closed
            return
        self._openings[gate] = self._by_head(rule, head_m, elapsed_s)

    def _by_head(self, rule: GravityRule, head_m: float, elapsed_s: float) -> float:
        if head_m < rule.open_head_m:
            self._head_since_s.pop(rule.gate, None)
        since_s = self._head_since_s.setdefault(rule.gate, elapsed_s) if head_m >= rule.open_head_m else elapsed_s
        if head_m <= rule.close_head_m:
            return 0.0
        if head_m >= rule.open_head_m and elapsed_s - since_s >= rule.hold_s:
            return 1.0
        return self._openings[rule.gate]

    def _pumps(self, group: PumpGroup, level_m: float, elapsed_s: float) -> None:
        key = (group.station, group.direction)
        count, ends_s = self._orders.counts.get(key, (0, 0.0))
        asset = self._stations.get(group.station)
        levels = asset.levels if asset is not None else None
        band, band_ends_s = self._orders.bands.get(key, (None, 0.0))
        ends_s = max(ends_s, band_ends_s)
        if band is not None and elapsed_s < band_ends_s:
            wanted = by_band(band, group.units, self._counts[key], level_m, fills=group.direction != DRAIN)
        elif elapsed_s < ends_s:
            wanted = min(count, group.units)
        elif levels is None or group.direction != DRAIN:
            wanted = 0 if ends_s > 0.0 else self._counts[key]
        elif self._lets_out(asset):
            wanted = 0
        else:
            wanted = by_stages(levels, group.units, self._counts[key], level_m)
        least, least_ends_s = self._orders.least.get(key, (0, 0.0))
        if elapsed_s < least_ends_s:
            wanted = min(group.units, max(wanted, least))
        self._step_towards(key, wanted, levels.stagger_s if levels else 0.0, elapsed_s)

    def _lets_out(self, station: Station | None) -> bool:
        rule = None if station is None else station.gravity
        return rule is not None and self._openings.get(rule.gate, 0.0) > 0.0

    def _step_towards(self, key: PumpKey, wanted: int, stagger_s: float, elapsed_s: float) -> None:
        """Stops come at once, starts one after the other."""
        running = self._counts[key]
        if wanted <= running:
            self._counts[key] = wanted
        elif elapsed_s - self._moved_s[key] >= stagger_s:
            self._counts[key] = running + 1
            self._moved_s[key] = elapsed_s


def by_band(band: StagedLevels, units: int, running: int, level_m: float, *, fills: bool) -> int:
    """One step of the count a target level asks for, as the station itself would make it."""
    if not fills and level_m <= band.dry_run_m:
        return 0
    return Stages(band, units, fills=fills).asks(level_m, running)


def by_stages(levels: StagedLevels, units: int, running: int, level_m: float) -> int:
    """How many units staged levels want: each starts at its own level and stops ``span_m`` below it."""
    if level_m <= levels.dry_run_m:
        return 0
    wanted = 0
    for unit in range(units):
        starts_m = start_level_m(levels, unit + 1)
        if level_m >= starts_m or (unit < running and level_m > starts_m - levels.span_m):
            wanted = unit + 1
    return wanted
