"""Looks at every quality gauge a few times a minute: grades, trends, and whether sources are fit to draw from."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.diversion.rules import DiversionRules
from controller.logic.water_around import SourceQuality
from controller.logic.water_quality.rules import Parameter, QualityGauge
from controller.logic.water_quality.trends import TrendMemory, follow_trend, worse_by
from controller.logic.water_quality.verdict import QualityMemory, Values, follow_quality
from controller.runtime.water_quality.alarms import QualityAlarms
from controller.settings.site import Site

LOOK_S = 10.0
NEW = QualityMemory()


class QualityWatch:
    """A source of ``WaterAround.quality``: of each station that brings water in, over all its sources.

    What it remembers is of minutes; after a restart a source counts as fit once all its values are well within
    their limits, and nothing begins before.
    """

    def __init__(self, site: Site, alarms: QualityAlarms) -> None:
        self._alarms = alarms
        self.memories: dict[DeviceId, QualityMemory] = {}
        self.trends: dict[tuple[DeviceId, Parameter], TrendMemory] = {}
        self._answers: dict[DeviceId, SourceQuality] = {}
        self._changes = 0
        self._looked_s: float | None = None
        self.adopt(site)

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self.gauges = site.quality.gauges
        self._diversion: DiversionRules = site.diversion
        self.memories = {name: memory for name, memory in self.memories.items() if name in self.gauges}
        self.trends = {key: memory for key, memory in self.trends.items() if key[0] in self.gauges}
        self._alarms.adopt(site)
        self._answers.clear()
        self._looked_s = None
        self._changes += 1

    def look(self, image: Image, moment: Moment) -> int:
        """Look when it is time to; a number that changes with any answer."""
        if self._looked_s is None or not 0.0 <= moment.s - self._looked_s < LOOK_S:
            self._looked_s = moment.s
            for gauge in self.gauges.values():
                self._look(gauge, image, moment)
            for station in self._diversion.bringers:
                self._answer(station)
        return self._changes

    def at(self, station: DeviceId) -> SourceQuality | None:
        """Whether a station's sources are fit; None where nobody judges them."""
        return self._answers.get(station)

    def _look(self, gauge: QualityGauge, image: Image, moment: Moment) -> None:
        view = image.view(gauge.gauge, moment.s)
        values: Values = {parameter: view.number(parameter.value) for parameter in gauge.limits}
        memory = follow_quality(gauge, values, self.memories.get(gauge.gauge, NEW), moment.s)
        self.memories[gauge.gauge] = memory
        worse: dict[Parameter, float | None] = {}
        for parameter, limits in gauge.limits.items():
            if limits.trend is not None:
                key = gauge.gauge, parameter
                trend = follow_trend(limits.trend, values[parameter], self.trends.get(key, TrendMemory()), moment.s)
                self.trends[key], worse[parameter] = trend, worse_by(parameter, trend)
        self._alarms.tell(gauge, values, memory, worse)

    def _answer(self, station: DeviceId) -> None:
        answer = _over(self._diversion.bringers[station].sources, self.memories)
        if answer != self._answers.get(station):
            self._changes += 1
            if answer is None:
                self._answers.pop(station, None)
            else:
                self._answers[station] = answer


def _over(sources: tuple[DeviceId, ...], memories: Mapping[DeviceId, QualityMemory]) -> SourceQuality | None:
    """One unfit source makes it unfit; one that is not known makes it not known; None without any that is judged."""
    judged = [memories[name] for name in sources if name in memories]
    if not judged:
        return None
    worst = min(judged, key=lambda one: 0 if one.fit is False else 1 if one.fit is None else 2)
    return SourceQuality(worst.fit, worst.reason)
