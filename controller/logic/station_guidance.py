"""What the network's rules may change of a station's own level control, and what they may never."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.stations import StagedLevels, Station
from controller.logic.water_around import Guidance, WaterAround

NO_GUIDANCE = Guidance()
HELP_SPAN_M = 0.15
"""Hysteresis above the floor within which helping a neighbour goes on but does not begin (FACTS: canal)."""


def floor_m(station: Station, around: WaterAround) -> float:
    """What the station is never drawn below for anything that is only foreseen (m).

    The highest of its reach's floor (navigation, intakes), its own, and the level its units may start at again after a
    dry run. A station without staged levels has none.
    """
    levels = station.levels
    if levels is None:
        return float("-inf")
    own_m = float("-inf") if levels.floor_m is None else levels.floor_m
    reach_m = around.floor_m.get(station.id, float("-inf"))
    return max(levels.dry_run_m + levels.dry_run_restart_m, own_m, reach_m)


def guided(levels: StagedLevels, guidance: Guidance, lowest_m: float) -> StagedLevels:
    """Starts and stops moved down (pre-drawdown) as far as the floor allows, never up.

    The first unit's stop stays at the floor or above; levels that config put lower than that are left as they are.
    """
    if not guidance.shift_m < 0.0:
        return levels
    start_m = max(levels.start_m + guidance.shift_m, lowest_m + levels.span_m)
    return replace(levels, start_m=min(start_m, levels.start_m))


def helps(station: Station, guidance: Guidance, level_m: float, around: WaterAround, *, was: bool) -> bool:
    """Whether ``least`` units run for a neighbour: from a little above the floor, until the floor is reached."""
    if guidance.least <= 0:
        return False
    lowest_m = floor_m(station, around)
    return level_m > lowest_m if was else level_m >= lowest_m + HELP_SPAN_M
