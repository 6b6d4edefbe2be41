"""Which points an asset's nature needs from its profile (see the docstrings of ``controller.domain.assets``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch

from controller.domain.assets import Cabinet, Gauge, GaugeKind, Pole, Station

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
    yield from _of((unit.output for unit in asset.units), UNIT)
    yield from _of((gate.output for gate in asset.gates), GATE)


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


def spare_levels(asset: Asset, points: Iterable[str]) -> frozenset[str]:
    """Level points of a station's profile that this station has no sensor for."""
    if not isinstance(asset, Station):
        return frozenset()
    used = {*asset.inner_levels, asset.outer_level}
    levels = (point for point in points if point.startswith(("inner_level_", "outer_level")))
    return frozenset(point for point in levels if point not in used)
