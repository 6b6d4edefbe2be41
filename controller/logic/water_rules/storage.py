"""Network balance among storages: parallel ones fill equally, and one beside a water keeps its room for the peak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

GRAVITY_MS2 = 9.81


@dataclass(frozen=True, slots=True)
class Store:
    """A storage with a controlled outlet: water over the outlet (m), what it holds when full (m), the outlet's size.

    A fully open outlet lets ``coefficient`` · ``outlet_m2`` · √(2·g·depth) out.
    """

    depth_m: float
    full_m: float
    outlet_m2: float
    coefficient: float = 0.61

    @property
    def filling(self) -> float:
        """0 empty … 1 full."""
        return max(0.0, self.depth_m / self.full_m)

    @property
    def most_m3s(self) -> float:
        """What its outlet lets out fully open."""
        return self.coefficient * self.outlet_m2 * sqrt(2.0 * GRAVITY_MS2 * max(0.0, self.depth_m))


def equal_filling(stores: Sequence[Store], release_m3s: float) -> tuple[float, ...]:
    """Openings (0 … 1) that let so much out of all together, each by its filling; the fullest gives most.

    What one cannot give at its depth the others make up for. Equal parallel storages fill to the same share of their
    depth, so none overflows while another has room.
    """
    flows = [0.0] * len(stores)
    left, givers = max(0.0, release_m3s), [number for number, store in enumerate(stores) if store.most_m3s > 0.0]
    while left > 0.0 and (whole := sum(stores[number].filling for number in givers)) > 0.0:
        wanted = {number: left * stores[number].filling / whole for number in givers}
        short = [number for number in givers if wanted[number] >= stores[number].most_m3s]
        if not short:
            for number in givers:
                flows[number] = wanted[number]
            break
        for number in short:
            flows[number] = stores[number].most_m3s
            left -= flows[number]
        givers = [number for number in givers if number not in short]
    return tuple(
        min(1.0, flow / store.most_m3s) if store.most_m3s > 0.0 else 0.0
        for flow, store in zip(flows, stores, strict=True)
    )


def side_storage_open(storage_m: float, water_m: float, fills_above_m: float, drains_below_m: float) -> bool:
    """Whether the link between a storage and the water beside it (levels in m, one datum) stands open.

    It fills once the water passes ``fills_above_m``: its room is for the peak, not for the first rain. It drains back
    by its own head while the water beside it stands under ``drains_below_m`` and has room for what comes.
    """
    if water_m > storage_m:
        return water_m >= fills_above_m
    return water_m <= drains_below_m


def lift_helps(source_m: float, source_ceiling_m: float, sink_m: float, sink_ceiling_m: float) -> bool:
    """Whether a pump between two waters helps: its source is over its ceiling, and its sink has room left.

    Lifting into a water that overflows moves a flood and makes none smaller.
    """
    return source_m > source_ceiling_m and sink_m < sink_ceiling_m
