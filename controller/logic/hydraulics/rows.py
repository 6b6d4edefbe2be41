"""What was measured of the waters, as rows to learn from: one column a water, rain gauge, pumps, gate.

The columns are named ``level:canal`` (m), ``outer:qiantang`` (m), ``rain:330105-RG-0001`` (mm/h),
``pumped:330102-PS-0001/drain`` (m³/s) and ``gate:330102-PS-0003/G5`` (0 … 1). Levels are those of the row's moment,
everything that flows is the mean since the row before. An empty cell: nobody measured it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.logic.hydraulics.estimate import Estimate, Measured, Trust
from controller.logic.hydraulics.network import Network

AT = "at"


@dataclass(frozen=True, slots=True)
class Row:
    """One moment; what nobody measured is not in it."""

    at: datetime
    values: Mapping[str, float]


def columns_of(network: Network) -> tuple[str, ...]:
    """Every column a network has, the time first."""
    return (
        AT,
        *(f"level:{name}" for name in network.reaches),
        *(f"outer:{name}" for name in network.outside),
        *dict.fromkeys(f"rain:{catchment.gauge}" for catchment in network.catchments),
        *(f"pumped:{group.station}/{group.direction}" for group in network.pumps),
        *(f"gate:{gate.gate}" for gate in network.gates),
    )


class Gathering:
    """Looks gathered into a row: levels as they are at its end, everything that flows as its mean since the row before.

    A level is written only where a sound gauge says so: a model learns nothing from itself.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._looks = 0

    def add(self, network: Network, estimate: Estimate, measured: Measured) -> None:
        """One more look; looks are evenly spaced."""
        self._looks += 1
        for name, value in _flows(network, estimate, measured):
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    def row(self, network: Network, estimate: Estimate, measured: Measured) -> Row:
        """The row up to now; gathering begins anew. What was missing at some look is not in it."""
        means = {name: total / self._looks for name, total in self._sums.items() if self._counts[name] == self._looks}
        self._begin()
        return Row(estimate.at, {**dict(_levels(network, estimate, measured)), **means})


def _levels(network: Network, estimate: Estimate, measured: Measured) -> Iterator[tuple[str, float]]:
    for name, reach in estimate.reaches.items():
        if reach.trust is Trust.MEASURED:
            yield f"level:{name}", reach.level_m
    for name, water in network.outside.items():
        if any(point in measured.levels_m for point in water.gauges):
            yield f"outer:{name}", estimate.outer_m[name]


def _flows(network: Network, estimate: Estimate, measured: Measured) -> Iterator[tuple[str, float]]:
    for gauge, mm_h in measured.rain_mm_h.items():
        yield f"rain:{gauge}", mm_h
    for group in network.pumps:
        running = measured.running.get((group.station, group.direction))
        flow_m3s = measured.flow_m3s.get(group.station)
        if running == 0:
            yield f"pumped:{group.station}/{group.direction}", 0.0
        elif running is not None:
            share = group.share(_head(group.inner, group.outer, group.direction, estimate))
            said = running * group.unit_m3s * share if flow_m3s is None else flow_m3s
            yield f"pumped:{group.station}/{group.direction}", said
    for gate, opening in measured.openings.items():
        yield f"gate:{gate}", opening


def _head(inner: str, outer: str, direction: str, estimate: Estimate) -> float:
    levels = {**estimate.levels_m(), **estimate.outer_m}
    lift_m = levels[outer] - levels[inner]
    return lift_m if direction == "drain" else -lift_m


def within(rows: Iterable[Row], begins: datetime | None, ends: datetime | None) -> list[Row]:
    """The rows of a period, in order."""
    found = (row for row in rows if (begins is None or row.at >= begins) and (ends is None or row.at <= ends))
    return sorted(found, key=lambda row: row.at)
