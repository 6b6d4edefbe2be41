"""What flows over the links of a network in a moment: channels that level out, gates by their own head, pumps."""

from __future__ import annotations

from math import exp, sqrt

from controller.logic.hydraulics.basins import Water
from controller.logic.hydraulics.network import GravityGate

GRAVITY_MS2 = 9.81
DISCHARGE_COEFFICIENT = 0.61
"""Of a sharp-edged opening."""
FREE_SHARE = 0.5
DROWNED_SHARE = 0.75
"""An opening flows free until the water behind it stands this share of the opening above the sill; from the second
share on it is drowned and sees the difference of levels only. In between one passes into the other."""
HEADROOM = 0.5
"""A gate moves at most this share of what would level its two sides within a step: it never sloshes, never reverses."""


def gate_flow_m3s(gate: GravityGate, opening: float, above_m: float, below_m: float) -> float:
    """Flow (m³/s) through a gate opened so far (0 … 1), from ``above_m`` to ``below_m``; never the other way."""
    lifted_m = min(opening, 1.0) * gate.height_m
    over_sill_m = above_m - gate.sill_m
    if lifted_m <= 0.0 or over_sill_m <= 0.0 or above_m <= below_m:
        return 0.0
    behind_m = max(0.0, below_m - gate.sill_m)
    drowned = min(1.0, max(0.0, (behind_m / lifted_m - FREE_SHARE) / (DROWNED_SHARE - FREE_SHARE)))
    head_m = over_sill_m - drowned * behind_m
    passage_m = min(lifted_m, over_sill_m)
    return float(DISCHARGE_COEFFICIENT * gate.width_m * passage_m * sqrt(2.0 * GRAVITY_MS2 * head_m))


def level_out(a: Water, b: Water, conveyance_m2s: float, step_s: float) -> float:
    """Let an open channel flow for a step; the volume (m³) that went from ``a`` to ``b``.

    The exact course of two waters that level out, at their narrowest on the way: a long step never overshoots.
    """
    head_m = a.level_m - b.level_m
    if head_m == 0.0:
        return 0.0
    if head_m < 0.0:
        return -level_out(b, a, conveyance_m2s, step_s)
    per_m3 = 1.0 / a.area_at_m2(b.level_m) + 1.0 / b.area_m2()
    moved = a.take(head_m / per_m3 * (1.0 - exp(-conveyance_m2s * per_m3 * step_s)))
    b.add(moved)
    return moved


def let_through(gate: GravityGate, opening: float, inner: Water, outer: Water, step_s: float) -> float:
    """Let a gate flow for a step; the volume (m³) that went out, never below 0."""
    flow_m3s = gate_flow_m3s(gate, opening, inner.level_m, outer.level_m)
    if flow_m3s <= 0.0:
        return 0.0
    wanted = flow_m3s * step_s
    per_m3 = 1.0 / inner.area_m2() + 1.0 / outer.area_m2()
    if per_m3 > 0.0:
        wanted = min(wanted, HEADROOM * (inner.level_m - outer.level_m) / per_m3)
    moved = inner.take(wanted)
    outer.add(moved)
    return moved


def lift(source: Water, sink: Water, wanted_m3: float) -> float:
    """Pump for a step; the volume (m³) that was there to be pumped above the source's floor."""
    moved = source.take(min(wanted_m3, source.to_spare_m3()))
    sink.add(moved)
    return moved
