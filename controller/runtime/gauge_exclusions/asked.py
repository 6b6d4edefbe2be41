"""What whoever votes beside a station's control asks of the excluded gauges."""

from __future__ import annotations

from typing import Protocol

from controller.domain.points import DeviceId
from controller.logic.gauge_exclusion import EXCLUDES_NOTHING, Excluded


class Excluding(Protocol):
    """The book of exclusions, as votes see it."""

    def of(self, station: DeviceId) -> Excluded:
        """What is excluded of a station's own gauges."""
        ...

    def excludes(self, point: str) -> bool:
        """Whether a point (``330102-TG-0001/level_m``) is out of the vote."""
        ...


class _Nobody:
    def of(self, station: DeviceId) -> Excluded:
        del station
        return EXCLUDES_NOTHING

    def excludes(self, point: str) -> bool:
        del point
        return False


NONE_EXCLUDED: Excluding = _Nobody()
"""Where nobody can exclude a gauge."""
