"""What the field says of the waters now, out of the image: GOOD values only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.image import View
from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.estimate import Measured, Point
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.simulation import PumpKey
from controller.runtime.table import ImageTable


@dataclass(frozen=True, slots=True)
class _Unit:
    """A pump unit's feedback and the way it pumps."""

    point: str
    direction: str


class Measuring:
    """Reads a network's points; made anew when the site changes. ``excluded``: level points people took out."""

    def __init__(self, network: Network, city: City, excluded: Callable[[Point], bool] = lambda _: False) -> None:
        self._excluded = excluded
        self._levels: dict[DeviceId, list[tuple[Point, str]]] = {}
        named = [reach.gauges for reach in network.reaches.values()]
        named += [water.gauges for water in network.outside.values()]
        for text in (text for gauges in named for text in gauges):
            device, _, point = text.partition("/")
            self._levels.setdefault(device, []).append((text, point))
        self._rain = sorted({catchment.gauge for catchment in network.catchments})
        self._gates: dict[DeviceId, list[tuple[TargetId, str]]] = {}
        for gate in network.gates:
            device, _, output = gate.gate.partition("/")
            self._gates.setdefault(device, []).append((gate.gate, f"{output}.position_percent"))
        self._units = {
            station: [_Unit(f"{unit.output}.running", unit.direction) for unit in city.stations[station].units]
            for station in network.inner
            if station in city.stations
        }

    def all_read(self, table: ImageTable) -> bool:
        """Whether every device a gauge of the network hangs on was read completely once."""
        blocks = table.devices()
        return all(name in blocks and blocks[name].complete for name in self._levels)

    def read(self, table: ImageTable, now_s: float) -> Measured:
        """Everything the network's gauges and stations say now."""
        views: dict[DeviceId, View] = {}

        def view(device: DeviceId) -> View:
            if device not in views:
                views[device] = table.view(device, now_s)
            return views[device]

        levels = {
            text: level
            for device, points in self._levels.items()
            for text, point in points
            if not self._excluded(text) and (level := view(device).number(point)) is not None
        }
        rain = {name: mm_h for name in self._rain if (mm_h := view(name).number("rain_mm_h")) is not None}
        flows = {name: flow for name in self._units if (flow := view(name).number("flow_m3s")) is not None}
        openings = {
            gate: percent / 100.0
            for device, gates in self._gates.items()
            for gate, point in gates
            if (percent := view(device).number(point)) is not None
        }
        running = {
            key: count for name, units in self._units.items() for key, count in _running(name, units, view(name))
        }
        return Measured(levels, rain, running, flows, openings)


def _running(station: DeviceId, units: list[_Unit], view: View) -> Iterator[tuple[PumpKey, int]]:
    """Units that run by direction; a direction with a unit that cannot be told is left out."""
    said: dict[str, list[object | None]] = {}
    for unit in units:
        said.setdefault(unit.direction, []).append(view.value(unit.point))
    for direction, states in said.items():
        if None not in states:
            yield (station, direction), sum(bool(state) for state in states)
