"""What the rules are given: believed levels, stations' units, and what is expected of the hours ahead."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import Protocol

from controller.domain.assets import City
from controller.domain.image import View
from controller.domain.points import DeviceId
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.quality import Quality
from controller.logic.hydraulics.estimate import Estimate
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.hydraulics.whatif import Outlooks
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.runtime.hydraulics.rain_basis import RainBasis
from controller.runtime.table import ImageTable

HOURS, QUARTER_S, QUARTERS = 24.0, 900.0, 24
"""Twenty-four hours ahead: quarters for six hours, whole hours then."""


class Believed(Protocol):
    """Who estimates the waters (the network's model)."""

    @property
    def network(self) -> Network | None:
        """The site's waters; None where nobody described them."""
        ...

    @property
    def estimate(self) -> Estimate | None:
        """What is believed of them; None before the first look."""
        ...


class Looks(Protocol):
    """Who puts outlooks together (the network's model)."""

    def outlooks(self, network: Network, hours: float, steps_s: float | None = None) -> tuple[Outlooks, RainBasis]:
        """The hours ahead, likely and with more and less rain, and what they rest on."""
        ...


@dataclass(frozen=True, slots=True)
class Ahead:
    """The hours ahead, the reaches somebody forecasts for, and how far the forecast may be off (share, 0 … 1)."""

    outlook: Outlook
    foretold: frozenset[str]
    error: float


def network_now(network: Network, estimate: Estimate, city: City, table: ImageTable, now_s: float) -> NetworkNow:
    """The network as the rules see it: a reach whose level is lost is left out, one the model filled in is unsure."""
    believed = {name: state for name, state in estimate.reaches.items() if state.trust.quality is not Quality.BAD}
    stations = {
        group.station: _station(group.station, group.units, city, estimate, table.view(group.station, now_s))
        for group in network.pumps
        if group.direction == "drain"
    }
    return NetworkNow(
        {name: state.level_m for name, state in believed.items()},
        dict(estimate.outer_m),
        stations,
        unsure=frozenset(name for name, state in believed.items() if state.trust.quality is not Quality.GOOD),
    )


def _station(station: DeviceId, units: int, city: City, estimate: Estimate, view: View) -> StationNow:
    asset = city.stations.get(station)
    drains = () if asset is None else tuple(unit for unit in asset.units if unit.direction == "drain")
    ready = sum(_ready(unit, view) for unit in drains) if drains else units
    running = min(estimate.acts.counts.get((station, "drain"), 0), units)
    # Min run, min off and starts per hour are the units' own: their guards hold what is asked too early.
    return StationNow(running, max(0, ready - running), 0, max(ready, running))


def _ready(unit: PumpUnit, view: View) -> bool:
    """Whether a unit can be counted on: it says so, or says nothing against it."""
    return view.value(f"{unit.output}.available") is not False and view.value(f"{unit.output}.fault") is not True


def look_ahead(network: Network, looks: Looks) -> Ahead:
    """What is expected, from forecasts, tide tables, and the water already under way.

    Raises:
        InvalidValue: the waters have not been looked at yet.
    """
    outlooks, basis = looks.outlooks(network, HOURS, QUARTER_S)
    dark = {land.into for land in network.catchments if land.gauge not in basis.likely}
    likely, high = _water(outlooks.likely), _water(outlooks.high)
    error = min(1.0, max(0.0, high / likely - 1.0)) if likely > 0.0 else 0.0
    return Ahead(coarser(outlooks.likely), frozenset(network.reaches.keys() - dark), error)


def _water(outlook: Outlook) -> float:
    return sum(sum(series) for series in outlook.inflow_m3s.values())


def coarser(outlook: Outlook) -> Outlook:
    """The same, in quarters for the first hours and in whole hours after them: nobody plans a quarter of tomorrow."""
    groups = [(step, step + 1) for step in range(min(QUARTERS, len(outlook.steps_s)))]
    groups += [(step, step + 4) for step in range(QUARTERS, len(outlook.steps_s), 4)]

    def means(series: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(fmean(series[begin:end]) for begin, end in groups)

    return Outlook(
        outlook.start,
        tuple(sum(outlook.steps_s[begin:end]) for begin, end in groups),
        {name: means(series) for name, series in outlook.inflow_m3s.items()},
        {name: means(series) for name, series in outlook.outer_m.items()},
    )
