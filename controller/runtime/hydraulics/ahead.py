"""Where a look ahead begins: the waters as they are believed, what stands ordered, what the hours ahead may bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from controller.domain.clock import Clock
from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.intents import (
    Direction,
    GateOrder,
    Intent,
    StationMode,
    StationOrder,
    UnitMode,
    UnitOrder,
    parse_intent,
)
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.slots import SlotKind
from controller.domain.stations import StagedLevels, Station
from controller.logic.forecasts.series import Forecast
from controller.logic.hydraulics.estimate import Estimate
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.hydraulics.parts import linked
from controller.logic.hydraulics.runoff import TideAt, outlook_of
from controller.logic.hydraulics.simulation import Acts, PumpKey
from controller.logic.hydraulics.staged import Orders
from controller.logic.hydraulics.whatif import Outlooks, Scene
from controller.logic.station_targets import band, count_of
from controller.logic.tidal.table import level_at
from controller.logic.water_around import WaterAround
from controller.runtime.book import RequestBook
from controller.runtime.hydraulics.rain_basis import Foretold, RainBasis, rain_basis
from controller.runtime.hydraulics.watch import NetworkWatch
from controller.settings.site import Site

EXTREMES_APART_S = 9 * 3600.0
"""Between a high and a low water further apart than this the tide table has a hole."""
SHORT_STEPS_S, LONG_STEPS_S = 300.0, 900.0
SHORT_H = 12.0
"""So many hours ahead are told in steps of five minutes, more in steps of a quarter of an hour."""


class LookingAhead:
    """Puts scenes and outlooks together for what-if, previews and whoever plans."""

    def __init__(self, site: Site, *, watch: NetworkWatch, foretold: Foretold, book: RequestBook, clock: Clock) -> None:
        self._watch, self._foretold, self._book, self._clock = watch, foretold, book, clock
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._stations: Mapping[DeviceId, Station] = site.city.stations
        self._targets = site.city.targets

    def known(self) -> tuple[Network, Estimate]:
        """The network and what is believed of it.

        Raises:
            InvalidValue: this site describes no waters, or nothing was looked at yet.
        """
        network, estimate = self._watch.network, self._watch.estimate
        if network is None:
            raise InvalidValue("this site describes no waters: water/network.yaml does, where there is one")
        if estimate is None:
            raise InvalidValue("the waters have not been looked at yet: ask again in a minute")
        return network, estimate

    def waters_of(self, targets: Iterable[TargetId]) -> set[str]:
        """The waters that acts on these targets move. Empty for targets outside the network."""
        network, _ = self.known()
        stations = {device_of(target) for target in targets}
        waters = {network.inner[station] for station in stations if station in network.inner}
        waters |= {network.outer[station] for station in stations if station in network.outer}
        waters |= {name for gate in network.gates if gate.station in stations for name in (gate.inner, gate.outer)}
        return waters & network.reaches.keys()

    def scene(self, part: Iterable[str] | None = None) -> Scene:
        """The waters now; ``part``: only what is linked to these. Raises InvalidValue."""
        network, estimate = self.known()
        if part is not None:
            network = linked(network, part)
        return Scene(
            network,
            self._stations,
            estimate.levels_m(),
            {name: reach.sd_m for name, reach in estimate.reaches.items()},
            estimate.acts,
            self._held(network, estimate.acts),
        )

    def outlooks(self, network: Network, hours: float, steps_s: float | None = None) -> tuple[Outlooks, RainBasis]:
        """The hours ahead for a network (or a part of it), and what they rest on. Raises InvalidValue."""
        _, estimate = self.known()
        at, step_s = self._clock.now(), steps_s or (SHORT_STEPS_S if hours <= SHORT_H else LONG_STEPS_S)
        steps = (step_s,) * max(1, round(hours * 3600.0 / step_s))
        basis = rain_basis(network, self._foretold, estimate.rain_mm_h, at, hours)
        tide = {name: partial(self._tide, name) for name in network.outside}
        made = [
            _outlook(network, estimate, rain, now, tide, at, steps)
            for rain, now in (
                (basis.likely, basis.now),
                (basis.low, basis.now_low),
                (basis.high, basis.now_high),
            )
        ]
        return Outlooks(*made), basis

    def spoken(self, said: Mapping[TargetId, str]) -> dict[TargetId, Intent]:
        """What people said of targets, as values. Raises UnknownTarget, InvalidValue."""
        values = {}
        for name, text in said.items():
            target = self._targets.get(name)
            if target is None:
                raise UnknownTarget(f"no target {name} in this site; `zhadao status` names its stations")
            values[name] = parse_intent(target.kind, text)
        return values

    def orders(self, wanted: Mapping[TargetId, Intent], for_s: float) -> Orders:
        """What these values of targets mean to the model, for so long; what moves no water is left out."""
        network, estimate = self.known()
        counts: dict[PumpKey, tuple[int, float]] = {}
        openings: dict[TargetId, tuple[float, float]] = {}
        bands: dict[PumpKey, tuple[StagedLevels, float]] = {}
        least: dict[PumpKey, tuple[int, float]] = {}
        gates = {gate.gate for gate in network.gates}
        for target, value in wanted.items():
            if isinstance(value, StationOrder):
                counts |= self._station(network, target, value, for_s, estimate.acts)
                bands |= self._band(network, target, value, for_s)
                least |= _least(target, value, for_s)
            elif isinstance(value, UnitOrder):
                counts |= self._unit(network, target, value, for_s, estimate.acts, counts)
            elif isinstance(value, GateOrder) and target in gates:
                now = estimate.acts.openings.get(target, 0.0)
                openings[target] = (now if value.percent is None else value.percent / 100.0, for_s)
        return Orders(counts, openings, bands, least)

    def _station(
        self, network: Network, station: DeviceId, value: StationOrder, for_s: float, now: Acts
    ) -> dict[PumpKey, tuple[int, float]]:
        keys = [(group.station, group.direction) for group in network.pumps if group.station == station]
        direction = value.direction.value
        if value.mode is StationMode.HOLD:
            return {key: (now.counts.get(key, 0), for_s) for key in keys}
        if value.mode is StationMode.LEVEL:
            # What it comes to is worked out with the level (``_band``); the other direction stands still meanwhile.
            return {key: (0, for_s) for key in keys if key[1] != direction}
        asset = self._stations.get(station)
        if value.at_least:
            return {key: (0, for_s) for key in keys if key[1] != direction}
        count = None if asset is None else count_of(asset, value)
        if count is not None:
            return {key: (count if key[1] == direction else 0, for_s) for key in keys}
        return {key: (0, 0.0) for key in keys if key[1] == Direction.DRAIN.value}

    def _band(
        self, network: Network, station: DeviceId, value: StationOrder, for_s: float
    ) -> dict[PumpKey, tuple[StagedLevels, float]]:
        """Staged levels about the level a station is told to hold; nothing for any other order."""
        asset, reach = self._stations.get(station), network.reach_of(station)
        if value.mode is not StationMode.LEVEL or value.level_m is None or asset is None or reach is None:
            return {}
        levels = band(asset, value.level_m, WaterAround(floor_m={station: reach.floor_m}))
        return {} if levels is None else {(station, value.direction.value): (levels, for_s)}

    def _unit(
        self,
        network: Network,
        target: TargetId,
        value: UnitOrder,
        for_s: float,
        now: Acts,
        so_far: Mapping[PumpKey, tuple[int, float]],
    ) -> dict[PumpKey, tuple[int, float]]:
        station = device_of(target)
        asset = self._stations.get(station)
        unit = None if asset is None else next((one for one in asset.units if one.id == target), None)
        if unit is None or value.mode is UnitMode.AUTO or station not in network.inner:
            return {}
        key = (station, unit.direction)
        running, _ = so_far.get(key, (now.counts.get(key, 0), for_s))
        return {key: (max(0, running + (1 if value.mode is UnitMode.START else -1)), for_s)}

    def _held(self, network: Network, now: Acts) -> Orders:
        """What stands ordered in leased slots, until its lease ends."""
        counts: dict[PumpKey, tuple[int, float]] = {}
        openings: dict[TargetId, tuple[float, float]] = {}
        bands: dict[PumpKey, tuple[StagedLevels, float]] = {}
        least: dict[PumpKey, tuple[int, float]] = {}
        now_s = self._clock.monotonic()
        for target in (*network.inner, *(gate.gate for gate in network.gates)):
            if target not in self._book:
                continue
            winner = self._book.decision(target).winner
            if winner.slot.kind is not SlotKind.LEASED or winner.lease is None:
                continue
            left_s = winner.lease.expires_s - now_s
            if isinstance(winner.value, StationOrder) and winner.value.mode is not StationMode.HAND_BACK:
                counts |= self._station(network, target, winner.value, left_s, now)
                bands |= self._band(network, target, winner.value, left_s)
                least |= _least(target, winner.value, left_s)
            elif isinstance(winner.value, GateOrder):
                percent = winner.value.percent
                openings[target] = (now.openings.get(target, 0.0) if percent is None else percent / 100.0, left_s)
        return Orders(counts, openings, bands, least)

    def _tide(self, water: str, at: datetime) -> float | None:
        table = self._foretold.tide_table(water)
        return None if table is None else level_at(table, at, EXTREMES_APART_S)


def _least(station: DeviceId, value: StationOrder, for_s: float) -> dict[PumpKey, tuple[int, float]]:
    return {(station, value.direction.value): (value.count, for_s)} if value.at_least else {}


def _outlook(
    network: Network,
    estimate: Estimate,
    rain: Mapping[str, Forecast],
    now: Mapping[DeviceId, float],
    tide: Mapping[str, TideAt],
    at: datetime,
    steps_s: tuple[float, ...],
) -> Outlook:
    return outlook_of(
        network,
        rain,
        tide,
        estimate.stored_m3,
        at,
        steps_s,
        rain_now_mm_h=now,
        outer_now_m=estimate.outer_m,
        residual_m3s={name: flow for name, flow in estimate.residual_m3s().items() if name in network.reaches},
    )
