"""Stages of level control: at which level each further unit comes and goes, and one step of their count."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.intents import Direction
from controller.domain.pumps_and_gates import PumpUnit
from controller.domain.stations import StagedLevels, Station


def start_level_m(levels: StagedLevels, stage: int) -> float:
    """Level (m) at which unit number ``stage`` (from 1) starts."""
    if not levels.offsets_m or stage == 1:
        return levels.start_m + (stage - 1) * levels.step_m
    given = levels.offsets_m[: stage - 1]
    return levels.start_m + given[-1] + (stage - 1 - len(given)) * levels.step_m


def stop_level_m(levels: StagedLevels, stage: int) -> float:
    """Level (m) at which unit number ``stage`` (from 1) stops: its hysteresis below its own start."""
    return start_level_m(levels, stage) - levels.span_m


def units_of(station: Station, direction: Direction = Direction.DRAIN) -> tuple[PumpUnit, ...]:
    """The units that pump this way."""
    return tuple(unit for unit in station.units if unit.direction == direction.value)


EASE_M = 0.05
"""An eased unit goes this much below its own start, so that the next wave does not bring it back."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Levels, and how many units there are to come and go by them.

    ``ease``: they may go as soon as the level asks for fewer starts. ``fills``: the water is brought in, so units come
    as the level falls and go as it rises.
    """

    levels: StagedLevels
    most: int
    fills: bool = False
    ease: bool = False

    def asks(self, level_m: float, count: int) -> int:
        """What the level asks for beside ``count`` units: one more, one fewer, or as many."""
        if count < self.most and self.wants_more(level_m, count):
            return count + 1
        return count - 1 if self.wants_fewer(level_m, count) else count

    def wants_more(self, level_m: float, count: int) -> bool:
        """Whether the level asks for one more than ``count``."""
        if self.fills:
            return level_m <= self._mirrored(start_level_m(self.levels, count + 1))
        return level_m >= start_level_m(self.levels, count + 1)

    def wants_fewer(self, level_m: float, count: int) -> bool:
        """Whether the level asks for one fewer than ``count``."""
        if count <= 0:
            return False
        if self.fills:
            return level_m >= self._mirrored(stop_level_m(self.levels, count))
        goes_m = start_level_m(self.levels, count) - EASE_M if self.ease else stop_level_m(self.levels, count)
        return level_m <= max(goes_m, stop_level_m(self.levels, count))

    def _mirrored(self, level_m: float) -> float:
        """Levels are written for pumping out; bringing in turns them round the middle of the first unit's band."""
        middle_m = self.levels.start_m - self.levels.span_m / 2
        return 2 * middle_m - level_m


def step_count(
    aim: int, count: int, stepped_s: float | None, stagger_s: float, now_s: float
) -> tuple[int, float | None]:
    """The count after one look, and when it last changed: at most one step towards ``aim``, ``stagger_s`` apart."""
    if aim == count or (stepped_s is not None and now_s < stepped_s + stagger_s):
        return count, stepped_s
    return count + (1 if aim > count else -1), now_s
