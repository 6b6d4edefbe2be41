"""What a run sees of the field in one turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.expression import Lookup
from controller.domain.intents import Direction
from controller.domain.points import NEVER_READ, DeviceId, Reading, TargetId, good
from controller.logic.alarm_settings import Words
from controller.logic.plans.plan import Plan
from controller.logic.plans.run import NO_WORDS

Read = Callable[[DeviceId, str], Reading]
"""A point of a device; besides its own points a station has ``inner_level_m`` and ``running_units``."""
RUNNING_UNITS = "running_units"
RUNNING_DRAIN = "running_drain"
RUNNING_DIVERT = "running_divert"
INNER_LEVEL = "inner_level_m"


class Bar(StrEnum):
    """What keeps a target from what the run wants of it."""

    NONE = ""
    LOCAL = "local"
    TAG = "tag"
    INTERLOCK = "interlock"
    MASKED = "masked"
    OFFLINE = "offline"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TargetSeen:
    """One target as it is: who holds the plan's slot of it, whether feedback shows what is wanted, what bars it."""

    holder: str = ""
    met: bool = False
    bar: Bar = Bar.NONE
    why: Words = NO_WORDS


NOT_SEEN = TargetSeen()


@dataclass(frozen=True, slots=True)
class Seen:
    """Readings, targets, and how many units run where (None: cannot be told)."""

    read: Read
    targets: Mapping[TargetId, TargetSeen] = field(default_factory=dict)
    running: Mapping[tuple[DeviceId, Direction], int | None] = field(default_factory=dict)

    def of(self, target: TargetId) -> TargetSeen:
        """A target; one nobody looked at stands as it is and is held by nobody."""
        return self.targets.get(target, NOT_SEEN)


def lookup_for(plan: Plan, parameters: Mapping[str, float], read: Read) -> Lookup:
    """Where a plan's conditions find their names: ``alias.point``, or a parameter."""

    def lookup(name: str) -> Reading:
        if name in parameters:
            return good(parameters[name])
        alias, _, point = name.partition(".")
        device = plan.scope.get(alias)
        return NEVER_READ if device is None else read(device, point)

    return lookup
