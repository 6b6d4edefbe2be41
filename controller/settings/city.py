"""All assets of a site from the lists of its files, each connected to its endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from controller.domain.assets import City
from controller.domain.gauges import Gauge
from controller.domain.lights import Cabinet, Display, Pole
from controller.domain.stations import Station
from controller.settings.asset_models import AssetModel, CabinetModel, GaugeModel, PoleModel, StationModel
from controller.settings.context import Context
from controller.settings.folder import ASSET_KEYS, Folder, lists, raw_names
from controller.settings.lights import cabinet_of, pole_of
from controller.settings.parsing import Entry, Spot
from controller.settings.targets import cabinet_targets, pole_targets, station_targets
from controller.settings.water import gauge_of, station_of
from controller.settings.wiring import Wiring

M = TypeVar("M", bound=AssetModel)
A = TypeVar("A", Cabinet, Pole, Station, Gauge)


def city_of(folder: Folder, context: Context, wiring: Wiring) -> City:
    """Every asset that can be made out, by id, with its targets; what is wrong is noted."""
    found = lists(folder.assets, ASSET_KEYS, context.findings)
    spots = {key: [spot for listed, spot in found if listed == key] for key in ASSET_KEYS}
    context.named |= raw_names([spot for _, spot in found], "id")
    cabinets = _built(CabinetModel, cabinet_of, spots["cabinets"], context, wiring)
    poles = _with_room(_built(PoleModel, pole_of, spots["poles"], context, wiring), wiring)
    stations = _built(StationModel, station_of, spots["stations"], context, wiring)
    gauges = _built(GaugeModel, gauge_of, spots["gauges"], context, wiring)
    targets = chain(
        chain.from_iterable(map(cabinet_targets, cabinets.values())),
        chain.from_iterable(map(pole_targets, poles.values())),
        chain.from_iterable(map(station_targets, stations.values())),
    )
    return City(
        MappingProxyType(cabinets),
        MappingProxyType(poles),
        MappingProxyType(stations),
        MappingProxyType(gauges),
        MappingProxyType({target.id: target for target in targets}),
    )


def _with_room(poles: Mapping[str, Pole], wiring: Wiring) -> dict[str, Pole]:
    """Every display with the room its profile has for a message."""
    specs = wiring.specs()

    def roomy(pole: str, display: Display) -> Display:
        spec = specs.get(pole, {}).get(f"{display.output}.text_command")
        limited = spec is not None and spec.table is not None
        return replace(display, text_bytes=2 * spec.length if spec is not None and limited else None)

    return {
        name: replace(pole, displays=tuple(roomy(name, one) for one in pole.displays)) for name, pole in poles.items()
    }


def _built(
    model: type[M],
    make: Callable[[Entry[M], Context], A],
    spots: Sequence[Spot],
    context: Context,
    wiring: Wiring,
) -> dict[str, A]:
    assets: dict[str, A] = {}
    for spot in spots:
        for entry in context.findings.items(model, spot):
            asset = make(entry, context)
            wiring.connect(asset, entry)
            assets.setdefault(asset.id, asset)
    return assets
