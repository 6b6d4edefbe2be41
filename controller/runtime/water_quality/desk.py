"""Water quality for people: every judged gauge with its values, grades and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.logic.water_grades import Grade
from controller.logic.water_quality.rules import Limits, Parameter, QualityGauge
from controller.logic.water_quality.trends import TrendMemory, worse_by
from controller.logic.water_quality.verdict import QualityMemory
from controller.runtime.table import ImageTable
from controller.runtime.water_quality.views import QualityGaugeView, QualityView, ValueView
from controller.runtime.water_quality.watch import QualityWatch
from controller.settings.site import Site


class QualityDesk:
    """Only shows."""

    def __init__(self, site: Site, watch: QualityWatch, table: ImageTable, clock: Clock) -> None:
        self._watch = watch
        self._table = table
        self._clock = clock
        self._city: City = site.city

    def adopt(self, site: Site) -> None:
        """Take a site over (reload)."""
        self._city = site.city

    def show(self, sees: Callable[[str], bool] = lambda _: True) -> QualityView:
        """Every judged gauge the caller sees."""
        return QualityView(tuple(self._gauge(one) for name, one in self._watch.gauges.items() if sees(name)))

    def _gauge(self, gauge: QualityGauge) -> QualityGaugeView:
        memory = self._watch.memories.get(gauge.gauge, QualityMemory())
        return QualityGaugeView(
            gauge=gauge.gauge,
            name=self._city.gauges[gauge.gauge].name,
            fit=memory.fit,
            text_en=memory.reason.partition(" / ")[0],
            text_zh=memory.reason.rpartition(" / ")[2],
            values=tuple(self._values(gauge)),
        )

    def _values(self, gauge: QualityGauge) -> Iterator[ValueView]:
        view = self._table.view(gauge.gauge, self._clock.monotonic())
        for parameter, limits in gauge.limits.items():
            value = view.number(parameter.value)
            trend = self._watch.trends.get((gauge.gauge, parameter), TrendMemory())
            yield ValueView(
                parameter=parameter.value,
                title_zh=parameter.zh,
                title_en=parameter.en,
                unit=parameter.unit,
                value=value,
                grade="" if value is None else _grade(parameter, limits, value),
                unfit=limits.unfit,
                fit=limits.fit,
                worse_by=worse_by(parameter, trend),
            )


def _grade(parameter: Parameter, limits: Limits, value: float) -> str:
    past = [
        grade
        for grade in Grade
        if grade in limits.grades
        and (value >= limits.grades[grade] if parameter.rising_is_worse else value <= limits.grades[grade])
    ]
    return past[-1].value if past else ""
