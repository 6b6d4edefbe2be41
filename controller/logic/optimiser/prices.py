"""What levels are worth not to be: the same for the programme and for the plan of whole units."""

from __future__ import annotations

from controller.logic.hydraulics.network import Reach

SPREAD = ((1.5, 0.15), (0.5, 0.35), (-0.5, 0.35), (-1.5, 0.15))
"""The chance that a level unsure by 1 stands above its limit, in steps: so far under it, so much of the price."""
BELOW_FLOOR_MH = 50_000.0
"""What a metre-hour below a reach's floor is worth not to happen (yuan): more than any warning, less than a flood."""
BELOW_FLOOR_M = 0.1


def below_all_m(reach: Reach, level_m: float) -> float:
    """What no level of a plan comes under (it can, at a price, come under the floor)."""
    return min(reach.floor_m, level_m) - BELOW_FLOOR_M
