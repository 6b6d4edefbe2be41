"""From a site's assets and a world to plants and the devices on top of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from zlib import crc32
from zoneinfo import ZoneInfo

from controller.domain.assets import City
from controller.domain.errors import ConfigError
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.points import DeviceId
from controller.domain.stations import Station
from drivers.base import Binding
from hil.devices.base import SimulatedDevice
from hil.devices.cabinet_memory import CabinetMemory
from hil.devices.lighting import cabinet_device, pole_device
from hil.devices.water import is_level, level_device, quality_device, rain_device, station_device
from hil.plants.cabinet import FALLBACK_S, CabinetPlant
from hil.plants.events import EventLog
from hil.plants.gate import GatePlant
from hil.plants.hyetograph import Hyetograph
from hil.plants.plc import SILENCE_S
from hil.plants.pole import PolePlant
from hil.plants.pump import PumpCurve
from hil.plants.quality import QualityPlant
from hil.plants.station import StationPlant
from hil.plants.storage import Catchment, Reach
from hil.plants.tide import Tide
from hil.plants.water import Channel, Placed, Sluice, WaterWorld
from hil.plants.weather import Storm, Weather
from hil.world import GaugeModel, StationModel, World


@dataclass(frozen=True, slots=True)
class Built:
    """Every device of the field by its id, the plants under them, and the water they share."""

    devices: dict[DeviceId, SimulatedDevice]
    cabinets: dict[DeviceId, CabinetPlant]
    poles: dict[DeviceId, PolePlant]
    stations: dict[DeviceId, StationPlant]
    water: WaterWorld
    weather: Weather


def build(
    city: City,
    world: World,
    wanted: frozenset[DeviceId],
    *,
    now_s: Callable[[], float],
    timezone: str,
    events: EventLog,
    patience_s: Mapping[DeviceId, float],
    bindings: Mapping[DeviceId, Binding] = MappingProxyType({}),
) -> Built:
    """Make the wanted devices as they stand now; ``now_s`` are plant seconds, that is Unix seconds.

    ``patience_s`` is the silence after which a device goes on by its own program, where its profile says one;
    ``bindings`` say which cabinets keep a timetable and a clock, and where.

    Stations are all made: their waters belong together.

    Raises:
        ConfigError: a station or level gauge the world says nothing of.
    """
    start_s = now_s()
    weather = Weather(
        [
            *(Storm(start_s + s.after, s.lasts, s.peak_mm_h, s.factors) for s in world.storms),
            *(Hyetograph(start_s + one.from_s, one.every_s, one.mm_h, one.factors) for one in world.series),
        ]
    )
    stations = {
        asset.id: _station(asset, _world_of(asset, world), start_s, events, patience_s.get(asset.id, SILENCE_S))
        for asset in city.stations.values()
    }
    water = _water(world, stations, weather, start_s)
    offset = datetime.fromtimestamp(start_s, UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    utc_offset_s = offset.total_seconds() if offset is not None else 0.0
    cabinets = {
        asset.id: CabinetPlant(
            asset,
            start_s,
            events,
            utc_offset_s=utc_offset_s,
            fallback_s=patience_s.get(asset.id, FALLBACK_S),
            drift_s_per_day=_drift(asset.id),
        )
        for asset in city.cabinets.values()
        if asset.id in wanted
    }
    poles = {
        asset.id: PolePlant(
            asset, start_s, events, utc_offset_s=utc_offset_s, fallback_s=patience_s.get(asset.id, FALLBACK_S)
        )
        for asset in city.poles.values()
        if asset.id in wanted
    }
    devices = [
        *(cabinet_device(plant, weather, _memory(plant, bindings)) for plant in cabinets.values()),
        *(pole_device(plant, weather) for plant in poles.values()),
        *(station_device(placed.plant, water, now_s) for device, placed in stations.items() if device in wanted),
        *_gauges(city, world, wanted, water, weather),
    ]
    return Built(
        {device.id: device for device in devices},
        cabinets,
        poles,
        {device: placed.plant for device, placed in stations.items()},
        water,
        weather,
    )


def _memory(plant: CabinetPlant, bindings: Mapping[DeviceId, Binding]) -> CabinetMemory | None:
    binding = bindings.get(plant.asset.id)
    if binding is None or (binding.timetable is None and binding.clock is None):
        return None
    return CabinetMemory(plant, binding.timetable, binding.clock)


def _drift(device: DeviceId) -> float:
    """Seconds a day a cabinet's clock gains: its own, up to 3 either way (FACTS)."""
    return round(crc32(device.encode()) % 601 / 100 - 3.0, 2)


def _world_of(asset: Station, world: World) -> StationModel:
    for model in world.stations:
        if model.id == asset.id:
            return model
    raise ConfigError(f"world.yaml says nothing of station {asset.id} {asset.name}; add it under stations")


def _station(asset: Station, model: StationModel, start_s: float, events: EventLog, silence_s: float) -> Placed:
    curve = PumpCurve(model.rated_head_m, model.shutoff_head_m)
    return Placed(StationPlant(asset, curve, start_s, events, silence_s=silence_s), model.inner, model.outer)


def _water(world: World, stations: dict[DeviceId, Placed], weather: Weather, start_s: float) -> WaterWorld:
    return WaterWorld(
        start_s,
        reaches=[Reach(r.name, [(level, area) for level, area in r.curve], r.level_m) for r in world.reaches],
        outside={
            o.name: Tide(o.mean_m, o.m2_m, o.m2_high_s, o.s2_m, o.s2_high_s, o.bore_m, o.bore_after)
            for o in world.outside
        },
        catchments=[
            Catchment(
                c.name,
                c.into,
                gauge=c.gauge,
                area_m2=c.area_km2 * 1e6,
                runoff=c.runoff,
                lag_s=c.lag,
                base_m3s=c.base_m3s,
            )
            for c in world.catchments
        ],
        channels=[Channel(c.between[0], c.between[1], c.conveyance_m2s) for c in world.channels],
        sluices=list(_sluices(world, stations)),
        stations=list(stations.values()),
        weather=weather,
    )


def _sluices(world: World, stations: dict[DeviceId, Placed]) -> Iterator[Sluice]:
    for model in world.stations:
        placed = stations.get(model.id)
        if placed is None or model.sluice is None:
            continue
        gate = placed.plant.gates.get(model.sluice.gate)
        if gate is None:
            raise ConfigError(f"world.yaml: station {model.id} has no gate {model.sluice.gate} for its sluice")
        a, b = (model.outer, model.inner) if model.sluice.inwards else (model.inner, model.outer)
        yield Sluice(a, b, model.sluice.width_m, model.sluice.height_m, model.sluice.sill_m, partial(_opening, gate))


def _opening(gate: GatePlant) -> float:
    return gate.position / 100.0


def _gauges(
    city: City, world: World, wanted: frozenset[DeviceId], water: WaterWorld, weather: Weather
) -> Iterator[SimulatedDevice]:
    models = {model.id: model for model in world.gauges}
    for gauge in city.gauges.values():
        if gauge.id in wanted:
            yield _gauge(gauge, models.get(gauge.id, GaugeModel(id=gauge.id)), water, weather)


def _gauge(gauge: Gauge, model: GaugeModel, water: WaterWorld, weather: Weather) -> SimulatedDevice:
    if gauge.kind is GaugeKind.RAIN:
        return rain_device(gauge, water, weather)
    if is_level(gauge):
        if not model.of:
            raise ConfigError(f"world.yaml does not say which water gauge {gauge.id} {gauge.name} measures; add `of`")
        return level_device(gauge, water, model.of, model.offset_m)
    plant = QualityPlant(
        weather,
        model.rain,
        water.now_s,
        turbidity_ntu=model.turbidity_ntu,
        ammonia_mg_l=model.ammonia_mg_l,
        oxygen_mg_l=model.oxygen_mg_l,
    )
    return quality_device(gauge, plant)
