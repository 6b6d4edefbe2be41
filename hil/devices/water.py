"""Stations and gauges as devices. Their water is moved by the field, in steps; they show the last one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from controller.domain.assets import Gauge, GaugeKind
from controller.domain.points import Value
from hil.devices.base import Plant, SimulatedDevice
from hil.devices.values import labelled, number, percent, truth
from hil.plants.gate import GatePlant
from hil.plants.plc import Mode
from hil.plants.pump import PumpPlant
from hil.plants.quality import QualityPlant
from hil.plants.station import StationPlant
from hil.plants.water import WaterWorld
from hil.plants.weather import Weather

Points = dict[str, Callable[[], Value]]
_SENSORS = (1, 2, 3)


def station_device(
    plant: StationPlant, water: Plant, now_s: Callable[[], float], rain: Callable[[], float] | None = None
) -> SimulatedDevice:
    """A station's points; ``now_s`` are plant seconds, ``rain`` (mm/h) is given where its yard has a gauge.

    A heartbeat counts from the moment it comes, though the water (and the PLC's scan with it) may be a step behind.
    """
    plc = plant.plc
    readers: Points = {
        "mode_command": lambda: plc.mode_command.value,
        "mode": lambda: plc.mode.value,
        "control_switch": lambda: plc.switch.value,
        "heartbeat": lambda: plc.heartbeat,
        "alive": lambda: int(now_s()) % 0x1_0000,
        "outer_level_m": plant.outer_reading_m,
        "rack_head_m": plant.rack_head_m,
        "flow_m3s": plant.flow_m3s,
        "power_kw": plant.power_kw,
        "rain_mm_h": rain or (lambda: 0.0),
    }
    readers |= {f"inner_level_{sensor}_m": partial(plant.inner_reading_m, sensor) for sensor in _SENSORS}
    mode = labelled(Mode)
    writers: dict[str, Callable[[Value], None]] = {
        "mode_command": lambda value: plc.ask_mode(mode(value), plant.now_s),
        "heartbeat": partial(_beat, plant, now_s),
    }
    for pump in plant.pumps.values():
        readers |= _unit_readers(plant, pump)
        writers[f"{pump.asset.output}.run_command"] = partial(_run, plant, pump.asset.output)
    for gate in plant.gates.values():
        readers |= _gate_readers(plant, gate)
        writers[f"{gate.asset.output}.position_command"] = partial(_position, plant, gate.asset.output)
    return SimulatedDevice(plant.asset.id, water, readers, writers, sampled=True)


def level_device(gauge: Gauge, water: WaterWorld, of: str, offset_m: float = 0.0) -> SimulatedDevice:
    """A level or tide gauge in a reach or in the water outside."""
    return SimulatedDevice(gauge.id, water, {"level_m": lambda: water.level_m(of) + offset_m}, {}, sampled=True)


def rain_device(gauge: Gauge, water: WaterWorld, weather: Weather) -> SimulatedDevice:
    """A rain gauge."""
    readers: Points = {
        "rain_mm_h": lambda: weather.rain_mm_h(gauge.id, water.now_s),
        "rain_1h_mm": lambda: weather.fallen_mm(gauge.id, water.now_s - 3600.0, water.now_s),
    }
    return SimulatedDevice(gauge.id, water, readers, {}, sampled=True)


def quality_device(gauge: Gauge, plant: QualityPlant) -> SimulatedDevice:
    """A water-quality station."""
    readers: Points = {
        "turbidity_ntu": plant.turbidity_ntu,
        "ammonia_mg_l": plant.ammonia_mg_l,
        "oxygen_mg_l": plant.oxygen_mg_l,
        "ph": plant.ph,
    }
    return SimulatedDevice(gauge.id, plant, readers, {})


def is_level(gauge: Gauge) -> bool:
    """Whether it measures a level (LEVEL or TIDE)."""
    return gauge.kind in (GaugeKind.LEVEL, GaugeKind.TIDE)


def _beat(plant: StationPlant, now_s: Callable[[], float], value: Value) -> None:
    plant.plc.heartbeat = int(number(value))
    plant.plc.sign_of_life(now_s())


def _run(plant: StationPlant, output: str, value: Value) -> None:
    plant.plc.order_unit(output, truth(value), plant.now_s)


def _position(plant: StationPlant, output: str, value: Value) -> None:
    plant.plc.order_gate(output, percent(value), plant.now_s)


def _unit_readers(plant: StationPlant, pump: PumpPlant) -> Points:
    output, plc = pump.asset.output, plant.plc
    return {
        f"{output}.run_command": lambda: plc.run_command[output],
        f"{output}.running": lambda: pump.running,
        f"{output}.current_a": lambda: pump.current_a(plant.gate_share(pump)),
        f"{output}.fault": lambda: pump.fault,
        f"{output}.available": lambda: pump.available and not pump.fault,
        f"{output}.speed_percent": lambda: pump.speed,
    }


def _gate_readers(plant: StationPlant, gate: GatePlant) -> Points:
    output, plc = gate.asset.output, plant.plc
    return {
        f"{output}.position_command": lambda: plc.position_command[output],
        f"{output}.position_percent": lambda: gate.position,
        f"{output}.open_limit": lambda: gate.open_limit,
        f"{output}.closed_limit": lambda: gate.closed_limit,
        f"{output}.fault": lambda: gate.fault,
    }
