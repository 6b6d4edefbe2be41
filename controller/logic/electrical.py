"""What a cabinet measures of its supply and its circuits, in contrast to what it tells of itself."""

from __future__ import annotations

from collections.abc import Iterable, Set

PHASES = "abc"
_OF_PHASES = ("voltage_{}_v", "current_{}_a", "power_{}_w")
_OF_OUTPUTS = ("power_w", "current_a", "energy_kwh")
_OF_ALL = ("energy_kwh",)


def electrical(points: Set[str], outputs: Iterable[str]) -> frozenset[str]:
    """Volts, amperes, watts and energy among a cabinet's points: they differ at nearly every poll."""
    supply = {name.format(phase) for name in _OF_PHASES for phase in PHASES}
    measured = {*_OF_ALL, *supply, *(f"{output}.{name}" for output in outputs for name in _OF_OUTPUTS)}
    return frozenset(measured & points)
