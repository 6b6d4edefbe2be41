"""Cabinets and poles as devices: their points by the names the profiles use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from controller.domain.points import Value
from hil.devices.base import SimulatedDevice
from hil.devices.cabinet_memory import CabinetMemory
from hil.devices.values import number, percent, truth
from hil.plants.cabinet import CabinetPlant
from hil.plants.circuit import CircuitPlant
from hil.plants.pole import HeadPlant, PolePlant
from hil.plants.weather import Weather

PHOTOCELL_CEILING_LX = 20_000.0
"""A streetlight photocell sees nothing brighter than this."""


def cabinet_device(plant: CabinetPlant, weather: Weather, memory: CabinetMemory | None = None) -> SimulatedDevice:
    """A cabinet's points, and its memory of a timetable where its profile declares one."""
    readers: dict[str, Callable[[], Value]] = {
        "control_switch": lambda: plant.switch.value,
        "heartbeat": lambda: plant.heartbeat,
        "timetable_active": lambda: plant.timetable_active,
        "clock_unix": lambda: int(plant.clock.shows(plant.now_s)),
        "leakage_ma": plant.total_leakage_ma,
        "door_open": lambda: plant.door_open,
        "immersion": lambda: plant.immersed,
        "photocell_lux": _photocell(plant, weather),
        "power_w": plant.power_w,
        "energy_kwh": plant.energy_kwh,
    }
    for phase in "abc":
        readers[f"voltage_{phase}_v"] = partial(plant.voltage_v, phase)
        readers[f"current_{phase}_a"] = partial(plant.current_a, phase)
        readers[f"power_{phase}_w"] = partial(plant.power_w, phase)
    writers: dict[str, Callable[[Value], None]] = {"heartbeat": lambda value: plant.beat(int(number(value)))}
    for circuit in plant.circuits.values():
        readers.update(_circuit_readers(plant, circuit))
        writers[f"{circuit.output}.command"] = _switch_writer(plant, circuit.output)
        writers[f"{circuit.output}.level_command"] = _circuit_dimmer(plant, circuit.output)
        writers[f"{circuit.output}.lockout"] = _lock_writer(plant, circuit.output)
    return SimulatedDevice(plant.asset.id, plant, readers, writers, memory=memory)


POLE_SENSORS = ("temperature_c", "humidity_percent", "pm25_ug_m3", "tilt_deg", "leakage_ma")
"""Analogue sensors of a pole that can die and freeze."""


def pole_device(plant: PolePlant, weather: Weather) -> SimulatedDevice:
    """A pole's points."""
    readers: dict[str, Callable[[], Value]] = {
        "heartbeat": lambda: plant.heartbeat,
        "timetable_active": lambda: plant.timetable_active,
        "sos": lambda: plant.sos,
        "immersion": lambda: plant.immersed,
        "charger_state": lambda: plant.charger.state(plant.now_s).value,
        "charger_power_w": lambda: plant.charger.power_w(plant.now_s),
        **{point: partial(plant.sensor, point) for point in POLE_SENSORS},
        "lux": _photocell(plant, weather),
    }
    writers: dict[str, Callable[[Value], None]] = {"heartbeat": lambda value: plant.beat(int(number(value)))}
    for head in plant.heads.values():
        readers.update(_head_readers(plant, head))
        writers[f"{head.asset.output}.level_command"] = _dimmer(plant, head.asset.output)
    for output in plant.texts:
        readers[f"{output}.text"] = readers[f"{output}.text_command"] = partial(plant.texts.__getitem__, output)
        writers[f"{output}.text_command"] = _signwriter(plant, output)
    return SimulatedDevice(plant.asset.id, plant, readers, writers)


def _circuit_readers(plant: CabinetPlant, circuit: CircuitPlant) -> dict[str, Callable[[], Value]]:
    output = circuit.output
    return {
        f"{output}.command": lambda: circuit.command,
        f"{output}.command_state": lambda: circuit.command,
        f"{output}.feedback": lambda: circuit.contactor.feedback,
        f"{output}.power_w": lambda: plant.circuit_power_w(output),
        f"{output}.level_command": lambda: circuit.level_command,
        f"{output}.level": lambda: circuit.level,
        f"{output}.line_open": lambda: plant.line_open(output),
        f"{output}.breaker_trip": lambda: circuit.tripped,
        f"{output}.lockout": lambda: output in plant.locked,
        f"{output}.locked_out": lambda: output in plant.locked,
    }


def _head_readers(plant: PolePlant, head: HeadPlant) -> dict[str, Callable[[], Value]]:
    output = head.asset.output
    return {
        f"{output}.level_command": lambda: head.command,
        f"{output}.level": lambda: 0.0 if head.dead else head.percent(plant.now_s),
        f"{output}.power_w": lambda: head.power_w(plant.now_s),
    }


def _photocell(plant: CabinetPlant | PolePlant, weather: Weather) -> Callable[[], Value]:
    place = plant.asset.place

    def read() -> Value:
        return min(PHOTOCELL_CEILING_LX, weather.lux(place.lat, place.lon, plant.now_s))

    return read


def _switch_writer(plant: CabinetPlant, output: str) -> Callable[[Value], None]:
    return lambda value: plant.command(output, truth(value))


def _lock_writer(plant: CabinetPlant, output: str) -> Callable[[Value], None]:
    return lambda value: plant.lock(output, truth(value))


def _circuit_dimmer(plant: CabinetPlant, output: str) -> Callable[[Value], None]:
    return lambda value: plant.dim(output, percent(value))


def _dimmer(plant: PolePlant, output: str) -> Callable[[Value], None]:
    return lambda value: plant.dim(output, percent(value))


def _signwriter(plant: PolePlant, output: str) -> Callable[[Value], None]:
    return lambda value: plant.show(output, str(value))
