"""The network's guidance where the optimiser sets a station's units: its outfall is then the plan's, not the rules'."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.water_around import Guidance
from controller.runtime.optimiser.watch import OptimiserWatch
from controller.runtime.waters.source import Source

REASON = "by the optimiser's plan 按优化方案"


class SteeredGuidance:
    """A source of ``WaterAround.guidance``: the rules', with the plan's choice between gate and pumps laid over it.

    Only whether the outfall is free changes; a gate opens by its own head, tide and proofs as ever.
    """

    def __init__(self, rules: Source[Guidance], watch: OptimiserWatch) -> None:
        self._rules, self._watch = rules, watch
        self._seen = (-1, -1)
        self._changes = 0

    def look(self, image: Image, moment: Moment) -> int:
        """Another number whenever either of the two has something new."""
        seen = (self._rules.look(image, moment), self._watch.changes)
        if seen != self._seen:
            self._seen = seen
            self._changes += 1
        return self._changes

    def at(self, station: DeviceId) -> Guidance | None:
        """A station's guidance."""
        guidance, aim = self._rules.at(station), self._watch.steers.get(station)
        if aim is None:
            return guidance
        return replace(guidance or Guidance(), gravity=aim.gravity, reason=REASON)
