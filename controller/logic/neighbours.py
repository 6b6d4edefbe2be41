"""Which lights stand beside those that were cut: the same road, or near enough to be seen by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from math import ceil, cos, radians

from controller.domain.assets import City
from controller.domain.lights import Cabinet, LightClass, Pole
from controller.domain.places import Place
from controller.domain.points import DeviceId, TargetId, device_of

METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude times its cosine. Right to a part in a hundred within a city."""

_Cell = tuple[int, int]
_Asset = Cabinet | Pole


class Neighbourhood:
    """The city's lights by road and by place. Made once per site; asked whenever the cut circuits change.

    ``whole_road`` False: near enough is all that counts.
    """

    def __init__(self, city: City, within_m: float, *, whole_road: bool = True) -> None:
        self._whole_road = whole_road
        self._assets: dict[DeviceId, _Asset] = {**city.cabinets, **city.poles}
        self._within_m = within_m
        self._size_m = max(within_m, 50.0)
        self._by_road: dict[tuple[str, str], list[DeviceId]] = {}
        self._by_cell: dict[_Cell, list[DeviceId]] = {}
        for asset in self._assets.values():
            if asset.road:
                self._by_road.setdefault((asset.division, asset.road), []).append(asset.id)
            self._by_cell.setdefault(self._cell(asset.place), []).append(asset.id)

    def beside(self, cut: Set[TargetId], wet: Set[TargetId]) -> frozenset[TargetId]:
        """Road circuits and luminaires beside what is cut that are themselves neither cut nor in ``wet``."""
        near = {found for device in {device_of(target) for target in cut} for found in self._near(device)}
        lights = {light for device in near for light in _road_lights(self._assets[device])}
        return frozenset(lights - cut - wet)

    def _near(self, device: DeviceId) -> Iterator[DeviceId]:
        asset = self._assets.get(device)
        if asset is None:
            return
        yield device
        if asset.road and self._whole_road:
            yield from self._by_road[asset.division, asset.road]
        for other in self._around(asset.place):
            if metres_between(asset.place, self._assets[other].place) <= self._within_m:
                yield other

    def _around(self, place: Place) -> Iterator[DeviceId]:
        row, column = self._cell(place)
        reach = ceil(self._within_m / self._size_m)
        for down in range(row - reach, row + reach + 1):
            for across in range(column - reach, column + reach + 1):
                yield from self._by_cell.get((down, across), ())

    def _cell(self, place: Place) -> _Cell:
        # Columns are as wide as a degree is in the south of China, so that none is narrower than the search.
        return int(place.lat * METRES_PER_DEGREE // self._size_m), int(place.lon * 66_000.0 // self._size_m)


def metres_between(one: Place, other: Place) -> float:
    """Distance over ground, good for a few kilometres."""
    north_m = (one.lat - other.lat) * METRES_PER_DEGREE
    east_m = (one.lon - other.lon) * METRES_PER_DEGREE * cos(radians((one.lat + other.lat) / 2.0))
    return float((north_m**2 + east_m**2) ** 0.5)


def _road_lights(asset: _Asset) -> Iterable[TargetId]:
    if isinstance(asset, Pole):
        return (lamp.id for lamp in asset.luminaires)
    return (circuit.id for circuit in asset.circuits if circuit.light_class is LightClass.ROAD)
