"""What a gravity gate can let out in a step, as straight lines over the level inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from controller.logic.hydraulics.links import gate_flow_m3s
from controller.logic.hydraulics.network import GravityGate

POINTS = 9
LITTLE_M3S = 0.01
UNSURE_M = 0.05
"""How far above the expected level inside the water outside may stand for a gate to be reckoned with."""


@dataclass(frozen=True, slots=True)
class Line:
    """flow ≤ ``at_zero_m3s`` + ``per_m`` × level."""

    at_zero_m3s: float
    per_m: float


def lines_of(
    gate: GravityGate, outer_m: float, low_m: float, high_m: float, usual_m: float
) -> tuple[tuple[Line, ...], float]:
    """The lines above the gate's flow up to a level inside, and the most it lets out; no lines: nothing.

    ``usual_m``: where the level inside is expected. Where that is well under the water outside the gate stays shut: a
    straight line would let water out against the head there.
    """
    if gate_flow_m3s(gate, 1.0, high_m, outer_m) <= LITTLE_M3S or outer_m > usual_m + UNSURE_M:
        return (), 0.0
    begins = max(low_m, outer_m)
    # Closer together where the curve begins: it is steepest there.
    levels = [begins + (high_m - begins) * (part / (POINTS - 1)) ** 2 for part in range(POINTS)]
    points = [(level, gate_flow_m3s(gate, 1.0, level, outer_m)) for level in levels]
    return tuple(_lines(_hull(points))), gate_flow_m3s(
        gate, 1.0, min(high_m, max(usual_m, outer_m) + UNSURE_M), outer_m
    )


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points no straight line between two others passes above."""
    hull: list[tuple[float, float]] = []
    for x, y in points:
        while len(hull) > 1 and _above(hull[-2], (x, y), hull[-1]):
            hull.pop()
        hull.append((x, y))
    return hull


def _above(left: tuple[float, float], right: tuple[float, float], middle: tuple[float, float]) -> bool:
    share = (middle[0] - left[0]) / (right[0] - left[0])
    return left[1] + (right[1] - left[1]) * share >= middle[1] - 1e-9


def _lines(hull: Sequence[tuple[float, float]]) -> list[Line]:
    lines = []
    for (left, low), (right, high) in pairwise(hull):
        slope = (high - low) / (right - left)
        lines.append(Line(low - slope * left, slope))
    return lines
