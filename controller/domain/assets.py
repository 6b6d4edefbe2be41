"""All assets of a site together; what each is stands beside it in this package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from controller.domain.gauges import Gauge
from controller.domain.lights import Cabinet, Pole
from controller.domain.mobile_pumps import MobilePump
from controller.domain.points import DeviceId, TargetId
from controller.domain.stations import Station
from controller.domain.targets import Target


@dataclass(frozen=True, slots=True)
class City:
    """All assets of a site, by id."""

    cabinets: Mapping[DeviceId, Cabinet]
    poles: Mapping[DeviceId, Pole]
    stations: Mapping[DeviceId, Station]
    gauges: Mapping[DeviceId, Gauge]
    targets: Mapping[TargetId, Target]
    mobile_pumps: Mapping[DeviceId, MobilePump] = field(default_factory=dict)

    def assets(self) -> Iterator[Cabinet | Pole | Station | Gauge]:
        """Every asset, lighting first."""
        yield from self.cabinets.values()
        yield from self.poles.values()
        yield from self.stations.values()
        yield from self.gauges.values()
