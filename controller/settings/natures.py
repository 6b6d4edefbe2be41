"""Which points an asset's nature needs from its profile (see the docstrings of ``controller.domain.assets``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch

from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.lights import Cabinet, Pole
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.domain.stations import Station

Asset = Cabinet | Pole | Station | Gauge

CIRCUIT = {"command": True, "feedback": False}
DIMMED = {**CIRCUIT, "level_command": True, "level": False}
LUMINAIRE = {"level_command": True, "level": False}
DISPLAY = {"text_command": True, "text": False}
UNIT = {"run_command": True, "running": False, "current_a": False, "fault": False, "available": False}
GATE = {
    "position_command": True,
    "position_percent": False,
    "open_limit": False,
    "closed_limit": False,
    "fault": False,
}
"""Point names of one output of a nature, and whether the centre writes them."""

BUTTONS = {"open_command": True, "close_command": True, **{name: to for name, to in GATE.items() if not to}}
"""A gate that is only told to open and to close."""


def unit_nature(unit: PumpUnit) -> Mapping[str, bool]:
    """Point names of a unit with what it has besides its motor."""
    beside: dict[str, bool] = {}
    for name in unit.auxiliaries:
        beside |= {f"{name}_command": True, name: False}
    if unit.flap:
        beside |= {"flap_closed": False, "speed_percent": False}
    if unit.min_speed_percent is not None:
        beside |= {"speed_command": True, "speed_percent": False}
    return {**UNIT, **beside}


def gate_nature(gate: Gate) -> Mapping[str, bool]:
    """Point names of a gate with what its drive has besides."""
    beside: dict[str, bool] = {}
    if gate.torque_limit_percent is not None:
        beside["torque_percent"] = False
    if gate.emergency_lower:
        beside["emergency_lower_command"] = True
    return {**(BUTTONS if gate.buttons else GATE), **beside}


OPTIONAL_OF_UNIT = frozenset(
    {"lubrication", "lubrication_command", "cooling", "cooling_command", "flap_closed", "speed_command"}
)
OPTIONAL_OF_GATE = frozenset(
    {"torque_percent", "emergency_lower_command", "open_command", "close_command", "position_command"}
)
OPTIONAL_OF_STATION = frozenset({"supply_ok", "boots", "low_low"})
"""Points a profile offers that only those have whose entry says so."""

GAUGE = {
    GaugeKind.LEVEL: ("level_m",),
    GaugeKind.TIDE: ("level_m",),
    GaugeKind.RAIN: ("rain_mm_h",),
    GaugeKind.QUALITY: ("turbidity_ntu", "ammonia_mg_l", "oxygen_mg_l"),
}


def _of(outputs: Iterator[str], nature: Mapping[str, bool]) -> Iterator[tuple[str, bool]]:
    return ((f"{output}.{point}", written) for output in outputs for point, written in nature.items())


@singledispatch
def needed_points(asset: Asset) -> Iterator[tuple[str, bool]]:
    """``(point, whether it must be writable)`` of everything the asset's nature needs."""
    raise TypeError(f"not an asset: {asset!r}")


@needed_points.register
def _cabinet(asset: Cabinet) -> Iterator[tuple[str, bool]]:
    yield "control_switch", False
    for circuit in asset.circuits:
        yield from _of(iter((circuit.output,)), CIRCUIT if circuit.min_percent is None else DIMMED)


@needed_points.register
def _pole(asset: Pole) -> Iterator[tuple[str, bool]]:
    yield from _of((lamp.output for lamp in asset.luminaires), LUMINAIRE)
    yield from _of((display.output for display in asset.displays), DISPLAY)


@needed_points.register
def _station(asset: Station) -> Iterator[tuple[str, bool]]:
    yield from (("mode_command", True), ("mode", False), ("control_switch", False))
    yield from ((point, False) for point in asset.inner_levels)
    if asset.outer_level is not None:
        yield asset.outer_level, False
    yield from ((point, False) for point in (asset.supply, asset.boots, asset.low_low) if point is not None)
    for unit in asset.units:
        yield from _of(iter((unit.output,)), unit_nature(unit))
    for gate in asset.gates:
        yield from _of(iter((gate.output,)), gate_nature(gate))


@needed_points.register
def _gauge(asset: Gauge) -> Iterator[tuple[str, bool]]:
    yield from ((point, False) for point in GAUGE[asset.kind])


def outputs_of(asset: Asset) -> frozenset[str]:
    """The outputs the asset uses, as its profile names them."""
    match asset:
        case Cabinet():
            return frozenset(circuit.output for circuit in asset.circuits)
        case Pole():
            return frozenset(lamp.output for lamp in asset.luminaires) | {part.output for part in asset.displays}
        case Station():
            return frozenset(unit.output for unit in asset.units) | {gate.output for gate in asset.gates}
    return frozenset()


def spare_points(asset: Asset, points: Iterable[str]) -> frozenset[str]:
    """Points of a station's profile that this station has no sensor, auxiliary or drive for."""
    if not isinstance(asset, Station):
        return frozenset()
    known = frozenset(points)
    natures = {unit.output: (unit_nature(unit), OPTIONAL_OF_UNIT) for unit in asset.units}
    natures |= {gate.output: (gate_nature(gate), OPTIONAL_OF_GATE) for gate in asset.gates}
    spare = {f"{output}.{name}" for output, (has, optional) in natures.items() for name in optional - has.keys()} | (
        OPTIONAL_OF_STATION - {asset.supply, asset.boots, asset.low_low}
    )
    return _spare_levels(asset, known) | (spare & known)


def _spare_levels(asset: Station, points: Iterable[str]) -> frozenset[str]:
    used = {*asset.inner_levels, asset.outer_level}
    levels = (point for point in points if point.startswith(("inner_level_", "outer_level")))
    return frozenset(point for point in levels if point not in used)
