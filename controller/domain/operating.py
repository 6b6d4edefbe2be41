"""Operating states (平战结合): what a person declared of a discipline and an area, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.domain.intents import TargetKind
from controller.domain.rights import Scope


class DisciplineName(StrEnum):
    """Lighting and water are declared apart."""

    LIGHTING = "lighting"
    WATER = "water"


class OperatingState(StrEnum):
    """Ordinary days 日常, events 保障, and the responses 应急: flood IV (lowest) to I, typhoon, snow."""

    ORDINARY = "ordinary"
    EVENT = "event"
    FLOOD_IV = "flood_iv"
    FLOOD_III = "flood_iii"
    FLOOD_II = "flood_ii"
    FLOOD_I = "flood_i"
    TYPHOON = "typhoon"
    SNOW = "snow"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One state in force for one discipline and scope, declared by a person; at most 24 h, renewable.

    ``expires`` is wall time for people and restarts; ``expires_s`` the monotonic moment that decides while the
    process runs. ``renewed`` counts how often it was prolonged.
    """

    id: str
    discipline: DisciplineName
    scope: Scope
    state: OperatingState
    by: str
    reason: str
    declared: datetime
    expires: datetime
    expires_s: float
    renewed: int = 0

    def over(self, now_s: float) -> bool:
        """Whether its time is up."""
        return now_s >= self.expires_s


_LIGHTS = frozenset({TargetKind.CIRCUIT, TargetKind.LUMINAIRE, TargetKind.DISPLAY})


def discipline_of(kind: TargetKind) -> DisciplineName:
    """Which discipline a kind of target belongs to."""
    return DisciplineName.LIGHTING if kind in _LIGHTS else DisciplineName.WATER
