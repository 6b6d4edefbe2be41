"""Stations and gauges as devices. Their water is moved by the field, in steps; they show the last one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.points import Value
from hil.devices.base import Plant, SimulatedDevice
from hil.devices.values import labelled, number, percent, truth
from hil.plants.gate import FULL, GatePlant
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
        "supply_ok": lambda: plc.supply_ok,
        "boots": lambda: plc.boots,
        "low_low": lambda: plc.dry,
    }
    readers |= {f"inner_level_{sensor}_m": partial(plant.inner_reading_m, sensor) for sensor in _SENSORS}
    mode = labelled(Mode)
    writers: dict[str, Callable[[Value], None]] = {
        "mode_command": lambda value: plc.ask_mode(mode(value), plant.now_s),
        "heartbeat": partial(_beat, plant, now_s),
    }
    for pump in plant.pumps.values():
        readers |= _unit_readers(plant, pump)
        writers |= _unit_writers(plant, pump)
    for gate in plant.gates.values():
        readers |= _gate_readers(plant, gate)
        writers |= _gate_writers(plant, gate)
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


def _unit_writers(plant: StationPlant, pump: PumpPlant) -> dict[str, Callable[[Value], None]]:
    output = pump.asset.output
    writers: dict[str, Callable[[Value], None]] = {
        f"{output}.run_command": partial(_run, plant, output),
        f"{output}.speed_command": partial(_speed, plant, output),
    }
    for name in pump.asset.auxiliaries:
        writers[f"{output}.{name}_command"] = partial(_auxiliary, plant, output, name)
    return writers


def _gate_writers(plant: StationPlant, gate: GatePlant) -> dict[str, Callable[[Value], None]]:
    output = gate.asset.output
    return {
        f"{output}.position_command": partial(_position, plant, output),
        f"{output}.open_command": partial(_press, plant, output, FULL),
        f"{output}.close_command": partial(_press, plant, output, 0.0),
        f"{output}.emergency_lower_command": partial(_release, plant, output),
    }


def _speed(plant: StationPlant, output: str, value: Value) -> None:
    plant.plc.order_speed(output, percent(value), plant.now_s)


def _auxiliary(plant: StationPlant, output: str, name: str, value: Value) -> None:
    plant.plc.order_auxiliary(output, name, plant.now_s, on=truth(value))


def _press(plant: StationPlant, output: str, goal: float, value: Value) -> None:
    """A button: pressed it orders the gate to its end, let go it does nothing."""
    if truth(value):
        plant.plc.order_gate(output, goal, plant.now_s)


def _release(plant: StationPlant, output: str, value: Value) -> None:
    plant.plc.release_gate(output, plant.now_s, release=truth(value))


def _unit_readers(plant: StationPlant, pump: PumpPlant) -> Points:
    output, plc = pump.asset.output, plant.plc
    return {
        f"{output}.run_command": lambda: plc.run_command[output],
        f"{output}.running": lambda: pump.running,
        f"{output}.current_a": lambda: pump.current_a(plant.gate_share(pump)),
        f"{output}.fault": lambda: pump.fault,
        f"{output}.available": lambda: pump.available and not pump.fault,
        f"{output}.speed_percent": lambda: pump.speed,
        f"{output}.speed_command": lambda: plc.speed_command[output],
        f"{output}.flap_closed": lambda: pump.flap_closed,
        **{f"{output}.{name}": partial(pump.auxiliary, name) for name in pump.asset.auxiliaries},
        **{
            f"{output}.{name}_command": partial(plc.auxiliary_command.__getitem__, (output, name))
            for name in pump.asset.auxiliaries
        },
    }


def _gate_readers(plant: StationPlant, gate: GatePlant) -> Points:
    output, plc = gate.asset.output, plant.plc
    return {
        f"{output}.position_command": lambda: plc.position_command[output],
        f"{output}.position_percent": lambda: gate.position,
        f"{output}.open_limit": lambda: gate.open_limit,
        f"{output}.closed_limit": lambda: gate.closed_limit,
        f"{output}.fault": lambda: gate.fault,
        f"{output}.torque_percent": lambda: gate.torque_percent,
        f"{output}.emergency_lower_command": lambda: plc.release_command[output],
        f"{output}.open_command": lambda: False,
        f"{output}.close_command": lambda: False,
    }
