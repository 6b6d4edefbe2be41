"""One schedule asked for many lights at one moment: what was worked out once is not worked out again.

The circuits of a cabinet stand at one place and mostly follow two or three programs between them, and all of them
have the same sunset: at dusk, when a whole city's edges come within seconds, that is most of the work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.places import Place
from controller.domain.points import TargetId
from controller.logic.lighting import LightingSchedule, ScheduledLight, ScheduledState

_When = tuple[float, float, datetime, float]
_What = tuple[str, int, _When]
"""A program, how the plan sees the light, and when: what decides the answer."""


@dataclass(frozen=True, slots=True)
class AtOneMoment:
    """A schedule that remembers its answers; made for one turn of a cycle and dropped with it."""

    schedule: LightingSchedule
    _planned: dict[_What, ScheduledLight] = field(default_factory=dict)
    _astronomical: dict[_When, ScheduledState] = field(default_factory=dict)

    def standing(self, target: TargetId, place: Place, shift_s: float = 0.0) -> tuple[int, Place, float]:
        """As the schedule says."""
        return self.schedule.standing(target, place, shift_s)

    def planned_at(
        self, program: str, place: Place, wall: datetime, shift_s: float = 0.0, target: TargetId = ""
    ) -> ScheduledLight:
        """As the schedule says; the members of a scene, wherever they stand, are one question."""
        kind, seen_from, shifted_s = self.schedule.standing(target, place, shift_s)
        key = (program, kind, (seen_from.lat, seen_from.lon, wall, shifted_s))
        found = self._planned.get(key)
        if found is None:
            found = self._planned[key] = self.schedule.planned_at(program, place, wall, shift_s, target)
        return found

    def astronomical_at(self, place: Place, wall: datetime, shift_s: float = 0.0) -> ScheduledState:
        """As the schedule says."""
        key = (place.lat, place.lon, wall, shift_s)
        found = self._astronomical.get(key)
        if found is None:
            found = self._astronomical[key] = self.schedule.astronomical_at(place, wall, shift_s)
        return found
