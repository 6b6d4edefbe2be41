"""What the model knows around a station, for its decision: its reach's level, how far below warning, the guarantee."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.domain.quality import Quality
from controller.logic.contract import Moment
from controller.logic.hydraulics.estimate import ReachState
from controller.logic.hydraulics.network import Reach
from controller.runtime.hydraulics.watch import NetworkWatch

Answer = Callable[[Reach, ReachState | None], float | None]


def level_m(_reach: Reach, state: ReachState | None) -> float | None:
    """The reach's level, only where it is measured: nothing begins by itself on what a model filled in."""
    return state.level_m if state is not None and state.trust.quality is Quality.GOOD else None


def below_warning_m(reach: Reach, state: ReachState | None) -> float | None:
    """How far it is below its warning level; also filled in: what it decides is to stop bringing water in."""
    if state is None or state.trust.quality is Quality.BAD:
        return None
    return reach.warning_m - state.level_m


def guarantee_m(reach: Reach, _state: ReachState | None) -> float | None:
    """The reach's guarantee level, by config."""
    return reach.guarantee_m


def floor_m(reach: Reach, _state: ReachState | None) -> float:
    """What the reach is never drawn below (navigation, intakes), by config."""
    return reach.floor_m


class ReachSource:
    """A source of one field of ``WaterAround``."""

    def __init__(self, watch: NetworkWatch, answer: Answer) -> None:
        self._watch, self._answer = watch, answer

    def look(self, image: Image, moment: Moment) -> int:
        """Another number after every look of the model."""
        del image, moment
        return self._watch.changes

    def at(self, station: DeviceId) -> float | None:
        """What is known for a station; None for one outside the network."""
        network, estimate = self._watch.network, self._watch.estimate
        reach = None if network is None else network.reach_of(station)
        if reach is None:
            return None
        return self._answer(reach, None if estimate is None else estimate.reaches.get(reach.name))
