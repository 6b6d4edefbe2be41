"""Water-quality limits from their entry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType

from controller.domain.assets import City
from controller.domain.gauges import GaugeKind
from controller.logic.water_quality.rules import Limits, Parameter, QualityGauge, QualityRules, Trend
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.quality_models import LimitsModel, WaterQualityModel
from controller.settings.tides import Points


def quality_of(
    entries: Sequence[Entry[WaterQualityModel]], city: City, points: Points, findings: Findings
) -> QualityRules:
    """Every gauge that is judged; what is wrong is noted."""
    for second in entries[1:]:
        findings.add(second.spot, "a second water_quality:", f"{entries[0].spot} says it already; keep one")
    if not entries:
        return QualityRules()
    model, spot = entries[0].value, entries[0].spot
    usual = {name: _limits(name, one, spot.at("limits", name.value), findings) for name, one in model.limits.items()}
    known = {name for name, gauge in city.gauges.items() if gauge.kind is GaugeKind.QUALITY}
    gauges: dict[str, QualityGauge] = {}
    for position, one in enumerate(model.gauges):
        here = spot.at("gauges", position)
        if one.gauge not in known:
            findings.add(here.at("gauge"), "no water-quality gauge of this site", did_you_mean(one.gauge, known))
            continue
        if one.gauge in gauges:
            findings.add(here.at("gauge"), "named twice", "leave one of them out")
        own = {name: _limits(name, lim, here.at("limits", name.value), findings) for name, lim in one.limits.items()}
        has = points.get(one.gauge, frozenset())
        limits = {name: limit for name, limit in {**usual, **own}.items() if name.value in has}
        if not limits:
            findings.add(here, "no limit for anything it measures", "give limits: above, or its own")
        gauges[one.gauge] = QualityGauge(
            one.gauge, MappingProxyType(limits), model.unfit_after, model.fit_after, model.blind
        )
    return QualityRules(MappingProxyType(gauges))


def _limits(parameter: Parameter, model: LimitsModel, spot: Spot, findings: Findings) -> Limits:
    rising = parameter.rising_is_worse
    word = "below" if rising else "above"
    if (model.fit >= model.unfit) if rising else (model.fit <= model.unfit):
        findings.add(spot.at("fit"), f"not {word} unfit {model.unfit:g}: it would come and go", f"{word} it")
    grades = model.grades()
    for (milder, first), (graver, second) in pairwise(grades.items()):
        if (first >= second) if rising else (first <= second):
            findings.add(spot.at(graver.value), f"{graver} is not graver than {milder} {first:g}", "put them in order")
    trend = None if model.trend is None else Trend(model.trend.by, model.trend.within)
    return Limits(model.unfit, model.fit, MappingProxyType(grades), trend)
