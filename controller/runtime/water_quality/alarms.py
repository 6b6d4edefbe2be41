"""What people are told of water quality: grades, getting worse, not known, a source not fit to draw from."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.gauges import Gauge
from controller.domain.points import DeviceId
from controller.logic.water_grades import Grade
from controller.logic.water_quality.rules import Limits, Parameter, QualityGauge
from controller.logic.water_quality.verdict import QualityMemory, Values
from controller.runtime.alarms import AlarmBook, Priority
from controller.settings.site import Site

UNFIT, UNKNOWN, TREND = "source_unfit", "quality_unknown", "quality_trend"
DEADBAND = 0.03
"""A grade ends this share of its limit on the better side of it: values flicker."""


class QualityAlarms:
    """Says what stands and clears what does not, gauge by gauge."""

    def __init__(self, alarms: AlarmBook) -> None:
        self._alarms = alarms
        self._gauges: Mapping[DeviceId, Gauge] = {}
        self._judged: Mapping[DeviceId, QualityGauge] = {}

    def adopt(self, site: Site) -> None:
        """Take a site over (reload): what is not judged any more is not alarmed."""
        before, self._judged = self._judged, site.quality.gauges
        self._gauges = site.city.gauges
        for gone in before.keys() - self._judged.keys():
            for condition in (UNFIT, UNKNOWN):
                self._alarms.clear(gone, condition)
            for parameter in Parameter:
                self._clear_parameter(gone, parameter)

    def tell(
        self, gauge: QualityGauge, values: Values, memory: QualityMemory, worse: Mapping[Parameter, float | None]
    ) -> None:
        """One look's worth. A value that is not known begins and ends no grade."""
        name = self._gauges[gauge.gauge].name
        for parameter, limits in gauge.limits.items():
            value = values.get(parameter)
            if value is not None:
                self._grades(gauge.gauge, name, parameter, limits, value)
            self._trend(gauge.gauge, name, parameter, limits, worse.get(parameter))
        en, _, zh = memory.reason.partition(" / ")
        unfit = memory.fit is False
        said = f"{name} is not fit to draw from: {en}" if unfit else ""
        self._say(gauge.gauge, UNFIT, said, f"{name}不宜取水：{zh}", Priority.HIGH)
        blind = memory.blind_since_s is not None
        self._say(gauge.gauge, UNKNOWN, f"{name}: {en}" if blind else "", f"{name}：{zh}", Priority.MEDIUM)

    def _grades(self, source: DeviceId, name: str, parameter: Parameter, limits: Limits, value: float) -> None:
        for grade in Grade:
            limit, condition = limits.grades.get(grade), f"{parameter.value}:quality_{grade.value}"
            if limit is None:
                self._alarms.clear(source, condition)
                continue
            past = value >= limit if parameter.rising_is_worse else value <= limit
            back = limit * (1.0 - DEADBAND) if parameter.rising_is_worse else limit * (1.0 + DEADBAND)
            well = value < back if parameter.rising_is_worse else value > back
            en = f"{name}: {parameter.en} {value:.2f} {parameter.unit}, {grade.value} from {limit:g}"
            zh = f"{name}{parameter.zh} {value:.2f} {parameter.unit}，{grade.zh}限值 {limit:g}"
            if past:
                self._alarms.set(source, condition, en, grade.priority, text_zh=zh)
            elif well:
                self._alarms.clear(source, condition)

    def _trend(self, source: DeviceId, name: str, parameter: Parameter, limits: Limits, worse: float | None) -> None:
        trend, condition = limits.trend, f"{parameter.value}:{TREND}"
        if trend is None or worse is None or worse < trend.by:
            self._alarms.clear(source, condition)
            return
        hours = trend.within_s / 3600.0
        en = f"{name}: {parameter.en} got worse by {worse:.2f} {parameter.unit} within {hours:g} h"
        zh = f"{name}{parameter.zh} {hours:g} 小时内变差 {worse:.2f} {parameter.unit}"
        self._alarms.set(source, condition, en, Priority.MEDIUM, text_zh=zh)

    def _say(self, source: DeviceId, condition: str, en: str, zh: str, priority: int) -> None:
        if en:
            self._alarms.set(source, condition, en, priority, text_zh=zh)
        else:
            self._alarms.clear(source, condition)

    def _clear_parameter(self, source: DeviceId, parameter: Parameter) -> None:
        for grade in Grade:
            self._alarms.clear(source, f"{parameter.value}:quality_{grade.value}")
        self._alarms.clear(source, f"{parameter.value}:{TREND}")
