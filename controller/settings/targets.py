"""The targets of a city's assets: what people may order, and the value of slot 16."""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain.intents import (
    Dim,
    GateOrder,
    Show,
    StationMode,
    StationOrder,
    Switch,
    TargetKind,
    UnitMode,
    UnitOrder,
)
from controller.domain.lights import Cabinet, Circuit, LightClass, Pole
from controller.domain.stations import Station
from controller.domain.targets import Target
from controller.logic.station_targets import water_reach

HAND_BACK = StationOrder(StationMode.HAND_BACK)


def cabinet_targets(cabinet: Cabinet) -> Iterator[Target]:
    """One per circuit. Road light defaults to ON (the runtime bounds that by the sun), landscape light to OFF."""
    for circuit in cabinet.circuits:
        road = circuit.light_class is LightClass.ROAD
        owner = "road_lighting" if road else "landscape_lighting"
        name, low = _name(cabinet, circuit), circuit.min_percent
        if low is None:
            yield Target(circuit.id, TargetKind.CIRCUIT, name, Switch(road), owner)
        else:
            full = Dim(100.0 if road else 0.0)
            yield Target(circuit.id, TargetKind.LUMINAIRE, name, full, owner, min_percent=low)


def _name(cabinet: Cabinet, circuit: Circuit) -> str:
    return f"{cabinet.name} {circuit.name}"


def pole_targets(pole: Pole) -> Iterator[Target]:
    """Luminaires default to full, displays to nothing shown."""
    for lamp in pole.luminaires:
        yield Target(lamp.id, TargetKind.LUMINAIRE, f"{pole.name} {lamp.output}", Dim(100.0), "poles")
    for display in pole.displays:
        name = f"{pole.name} {display.output}"
        room = display.text_bytes
        yield Target(display.id, TargetKind.DISPLAY, name, Show(""), "poles", text_bytes=room)


def station_targets(station: Station) -> Iterator[Target]:
    """The station hands back to its PLC, units follow the station, gates stay where they are."""
    reach, units = water_reach(station), len(station.units)
    yield Target(station.id, TargetKind.STATION, station.name, HAND_BACK, "pumps", units=units, water=reach)
    for unit in station.units:
        name = f"{station.name} {unit.name}"
        low = unit.min_speed_percent
        yield Target(unit.id, TargetKind.UNIT, name, UnitOrder(UnitMode.AUTO), "pumps", min_speed_percent=low)
    for gate in station.gates:
        yield Target(gate.id, TargetKind.GATE, f"{station.name} {gate.name}", GateOrder(None), "gates")
