"""The levels a reach may come to, a centimetre apart: what standing there costs, and what lies between two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from controller.logic.hydraulics.network import Reach
from controller.logic.optimiser.prices import BELOW_FLOOR_MH, SPREAD, below_all_m
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.timeline import Array

APART_M = 0.01
ROOM_M = 0.5
"""How far above guarantee (or the level now) the grid goes; further up what is at its top goes on straight."""


@dataclass(frozen=True, slots=True)
class LevelGrid:
    """``levels_m``, lowest first; ``yuan_per_h``: what an hour at each costs."""

    levels_m: Array
    yuan_per_h: Array

    def place(self, levels_m: Array) -> tuple[NDArrayInt, Array]:
        """The grid's level under each (an index), and how far up to the next: 0 … 1, more above the top."""
        up = (levels_m - self.levels_m[0]) / APART_M
        index = np.minimum(np.maximum(up, 0.0), len(self.levels_m) - 2).astype(np.intp)
        return index, np.maximum(up, 0.0) - index

    def cost_per_h(self, levels_m: Array) -> Array:
        """What an hour at these levels costs (yuan)."""
        index, share = self.place(levels_m)
        low = self.yuan_per_h[index]
        return np.asarray(low + share * (self.yuan_per_h[index + 1] - low), dtype=np.float64)


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


def grid_of(reach: Reach, level_m: float, settings: OptimiserSettings, forecast_error: float) -> LevelGrid:
    """The grid of a reach that stands at a level now.

    A level's price is that of the programme: below the floor, above warning (spread over how unsure a level is), above
    guarantee.
    """
    top = max(reach.guarantee_m, level_m) + ROOM_M
    levels = np.arange(below_all_m(reach, level_m), top + APART_M, APART_M)
    unsure = settings.margin_m + settings.error_m * forecast_error
    floor = reach.floor_m + settings.rules.above_floor_m
    price = BELOW_FLOOR_MH * np.maximum(0.0, floor - levels)
    for off, share in SPREAD:
        price = price + settings.warning_mh * share * np.maximum(0.0, levels + off * unsure - reach.warning_m)
    price = price + settings.guarantee_mh * np.maximum(0.0, levels + unsure - reach.guarantee_m)
    return LevelGrid(levels, np.asarray(price, dtype=np.float64))
