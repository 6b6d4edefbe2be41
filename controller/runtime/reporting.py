"""Read-only pictures of the running city, for pages, terminals and machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.errors import UnknownTarget
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.image import LinkState, View
from controller.domain.lights import Cabinet, Pole
from controller.domain.points import DeviceId
from controller.domain.quality import Quality
from controller.domain.stations import Station
from controller.logic.levels import inner_level, outer_level_m
from controller.logic.station_control import hands_of
from controller.runtime.actuals import actual_of, running_units
from controller.runtime.book import RequestBook
from controller.runtime.conditions.tag_book import TagBook
from controller.runtime.conditions.views import SwitchView
from controller.runtime.gauge_exclusions.asked import NONE_EXCLUDED, Excluding
from controller.runtime.table import ImageTable
from controller.runtime.views import AssetView, OutputView, PointView, StationSummary
from controller.settings.site import Site

Asset = Cabinet | Pole | Station | Gauge

GAUGE_POINTS = {
    GaugeKind.LEVEL: ("level_m", "m"),
    GaugeKind.TIDE: ("level_m", "m"),
    GaugeKind.RAIN: ("rain_mm_h", "mm/h"),
    GaugeKind.QUALITY: ("turbidity_ntu", "NTU"),
}
"""The point a gauge is summed up by."""


class Reporter:
    """Builds views from the site, the image and the book."""

    def __init__(
        self,
        site: Site,
        table: ImageTable,
        book: RequestBook,
        clock: Clock,
        *,
        tags: TagBook | None = None,
        switch: Callable[[DeviceId], SwitchView | None] = lambda _: None,
        excluded: Excluding = NONE_EXCLUDED,
    ) -> None:
        self._excluded = excluded
        self._site = site
        self._table = table
        self._book = book
        self._clock = clock
        self._tags = TagBook() if tags is None else tags
        self._switch = switch

    @property
    def _city(self) -> City:
        return self._site.city

    def assets(self, kind: str | None, division: str | None) -> Iterator[AssetView]:
        """Assets of this kind and division, None for all."""
        for asset in self._city.assets():
            if kind in (None, kind_of_asset(asset)) and division in (None, asset.division):
                yield self.asset_view(asset)

    def asset(self, asset_id: DeviceId) -> AssetView:
        """One asset.

        Raises:
            UnknownTarget: no such asset.
        """
        for group in (self._city.cabinets, self._city.poles, self._city.stations, self._city.gauges):
            if asset_id in group:
                return self.asset_view(group[asset_id])
        raise UnknownTarget(f"no asset {asset_id} in site {self._site.name}; `zhadao status` lists them")

    def asset_view(self, asset: Asset) -> AssetView:
        """An asset with its outputs."""
        view = self._view(asset.id)
        return AssetView(
            id=asset.id,
            kind=kind_of_asset(asset),
            name=asset.name,
            division=asset.division,
            lat=asset.place.lat,
            lon=asset.place.lon,
            link=view.block.link.value,
            ready=view.ready,
            outputs=tuple(self._output(target, view) for target in targets_of_asset(asset)),
            tags=self._tags.within(asset.id) if len(self._tags) else (),
            switch=self._switch(asset.id),
            street=asset.street if isinstance(asset, Cabinet) else "",
            road=asset.road if isinstance(asset, (Cabinet, Pole)) else "",
            grade=asset.grade.value if isinstance(asset, Cabinet) else "",
        )

    def points(self, device: DeviceId) -> list[PointView]:
        """Every point of a device.

        Raises:
            UnknownTarget: no such device.
        """
        if device not in self._table.devices():
            raise UnknownTarget(f"no device {device} in site {self._site.name}; `zhadao status` lists them")
        specs = {
            name: spec
            for endpoint in self._site.endpoints
            for binding in endpoint.devices
            if binding.device == device
            for name, spec in binding.points.items()
        }
        view = self._view(device)
        views = []
        for name, spec in sorted(specs.items()):
            reading = view.read(name)
            received_s = max(reading.received_s, view.block.renewed_s)
            age_s = view.now_s - received_s if reading.received_s != float("-inf") else None
            views.append(
                PointView(
                    name,
                    reading.value,
                    spec.unit,
                    reading.quality.name,
                    reading.detail.value,
                    reading.source_time,
                    age_s,
                    spec.writable,
                )
            )
        return views

    def stations(self) -> tuple[StationSummary, ...]:
        """One line per station."""
        return tuple(self._station(station) for station in self._city.stations.values())

    def gauges(self) -> tuple[tuple[str, str, float | None, str, str], ...]:
        """(id, name, value, unit, quality) of every gauge."""
        rows = []
        for gauge in self._city.gauges.values():
            point, unit = GAUGE_POINTS[gauge.kind]
            reading = self._view(gauge.id).read(point)
            value = float(reading.value) if isinstance(reading.value, (int, float)) else None
            value = None if reading.quality is Quality.BAD else value
            rows.append((gauge.id, gauge.name, value, unit, reading.quality.name))
        return tuple(rows)

    def devices_online(self) -> tuple[int, int]:
        """(devices, of them online)."""
        blocks = self._table.devices().values()
        return len(blocks), sum(block.link in (LinkState.ONLINE, LinkState.SUSPECT) for block in blocks)

    def _view(self, device: DeviceId) -> View:
        return self._table.view(device, self._clock.monotonic())

    def _output(self, target_id: str, view: View) -> OutputView:
        target = self._city.targets[target_id]
        winner = self._book.decision(target_id).winner
        actual = actual_of(target, winner.value, view, self._city)
        return OutputView(
            target_id,
            target.kind.value,
            target.name,
            str(winner.value),
            winner.slot.label,
            actual.text,
            actual.agrees,
            str(self._tags.on(target_id) or ""),
            target.owner_class,
        )

    def _station(self, station: Station) -> StationSummary:
        view = self._view(station.id)
        mode = view.read("mode")
        excluded = self._excluded.of(station.id)
        vote = inner_level(station, view, excluded=excluded)
        outer = outer_level_m(station, view, excluded)
        winner = self._book.decision(station.id).winner
        hands = hands_of(view, winner)
        return StationSummary(
            id=station.id,
            name=station.name,
            mode=str(mode.value) if mode.good else "unknown",
            order=str(winner.value),
            running=running_units(station, view),
            units=len(station.units),
            inner_level_m=vote.level_m,
            outer_level_m=outer,
            quality=vote.reading.quality.name,
            control=hands.control.value,
            control_by=hands.by,
        )


def kind_of_asset(asset: Asset) -> str:
    """``cabinet | pole | station | gauge``."""
    return type(asset).__name__.lower()


def targets_of_asset(asset: Asset) -> Iterator[str]:
    """The targets an asset has, the station itself first."""
    if isinstance(asset, Cabinet):
        yield from (circuit.id for circuit in asset.circuits)
    elif isinstance(asset, Pole):
        yield from (light.id for light in asset.luminaires)
        yield from (display.id for display in asset.displays)
    elif isinstance(asset, Station):
        yield asset.id
        yield from (unit.id for unit in asset.units)
        yield from (gate.id for gate in asset.gates)
