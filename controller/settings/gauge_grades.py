"""Where each gauge's blue, yellow, orange and red begin, from the levels it has."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from controller.domain.assets import City
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.points import DeviceId
from controller.logic.hydraulics.network import Network
from controller.logic.water_grades import GaugeRules, Grade, GradeLimit, RiseRule
from controller.settings.alarm_models import GradeModel, Grades, RiseModel, WaterLevelsModel
from controller.settings.parsing import Findings, Spot
from controller.settings.problems import did_you_mean

_GRADED = (GaugeKind.LEVEL, GaugeKind.TIDE)


def rules_of(
    model: WaterLevelsModel, city: City, spot: Spot | None, findings: Findings, network: Network | None = None
) -> Mapping[DeviceId, GaugeRules]:
    """The rules of every gauge that has any. A tide rises fast twice a day: its rise is judged only where said.

    A gauge reads in one datum: that of its own dated levels, else that of the ``network`` it stands in.
    """
    gauges = {name: gauge for name, gauge in city.gauges.items() if gauge.kind in _GRADED}
    own = {one.gauge: one for one in model.gauges}
    spots = _spots(model, gauges, spot, findings)
    rules: dict[DeviceId, GaugeRules] = {}
    for name, gauge in gauges.items():
        said = own.get(name)
        grades = {**model.grades, **(said.grades if said else {})}
        usual = model.rise if gauge.kind is GaugeKind.LEVEL else None
        rise = said.rise if said is not None and said.rise is not None else usual
        limits = _limits(gauge, grades, spots.get(name), findings)
        _one_datum(gauge, limits, _datum(gauge, network), spots.get(name), findings)
        if limits:
            rules[name] = GaugeRules(limits, _rise(rise))
    return rules


def _spots(
    model: WaterLevelsModel, gauges: Mapping[DeviceId, Gauge], spot: Spot | None, findings: Findings
) -> Mapping[DeviceId, Spot]:
    """Where what is said of each gauge stands; one that is not there is noted."""
    if spot is None:
        return {}
    spots = dict.fromkeys(gauges, spot.at("water_levels"))
    for position, one in enumerate(model.gauges):
        here = spot.at("water_levels", "gauges", position)
        if one.gauge in gauges:
            spots[one.gauge] = here
        else:
            findings.add(here.at("gauge"), "no level or tide gauge of this site", did_you_mean(one.gauge, gauges))
    return spots


def _rise(model: RiseModel | None) -> RiseRule | None:
    return None if model is None else RiseRule(model.window, model.fast_m_per_h, model.soon)


def _limits(gauge: Gauge, grades: Grades, spot: Spot | None, findings: Findings) -> tuple[GradeLimit, ...]:
    found = (_limit(gauge, grade, grades[grade], spot, findings) for grade in Grade if grade in grades)
    limits = tuple(limit for limit in found if limit is not None)
    for milder, graver in pairwise(limits):
        if spot is not None and milder.datum != graver.datum:
            said = f"{gauge.id}: {milder.grade} is in {milder.datum}, {graver.grade} in {graver.datum}"
            findings.add(spot, said, "the same datum for all grades of a gauge")
        elif spot is not None and milder.level_m >= graver.level_m:
            said = f"{gauge.id}: {milder.grade} from {milder.level_m:g} m is not below {graver.grade}"
            findings.add(spot, said, f"below {graver.level_m:g} m")
    return limits


def _datum(gauge: Gauge, network: Network | None) -> str:
    """The datum a gauge reads in; empty where nothing says it."""
    dated = gauge.warning or gauge.guarantee
    if dated is not None or network is None:
        return dated.datum if dated is not None else ""
    points = [point for reach in network.reaches.values() for point in reach.gauges]
    points += [point for water in network.outside.values() for point in water.gauges]
    return network.datum if any(point.partition("/")[0] == gauge.id for point in points) else ""


def _one_datum(gauge: Gauge, limits: tuple[GradeLimit, ...], datum: str, spot: Spot | None, findings: Findings) -> None:
    """Its levels are compared with its readings and with forecasts of them: another datum would be metres off."""
    strange = next((limit for limit in limits if datum and limit.datum != datum), None)
    if spot is None or strange is None or len({limit.datum for limit in limits}) > 1:
        return
    said = f"{gauge.id} reads in {datum}, {strange.grade} is given in {strange.datum}"
    findings.add(spot, said, f"convert {strange.level_m:g} m into {datum}, and say since when")


def _limit(gauge: Gauge, grade: Grade, model: GradeModel, spot: Spot | None, findings: Findings) -> GradeLimit | None:
    if model.at is not None:
        if spot is not None and model.base is not None:
            findings.add(spot, f"{grade} of {gauge.id} begins in two places", "say from: or at:, not both")
        return GradeLimit(grade, model.at.value_m, model.at.datum, f"set {model.at.since}")
    if model.base is None:
        if spot is not None:
            findings.add(
                spot, f"nothing says where {grade} begins", "say from: warning, or at: {value_m, datum, since}"
            )
        return None
    base = gauge.warning if model.base == "warning" else gauge.guarantee
    if base is None:
        return None
    offset = f" {model.offset_m:+.2f} m" if model.offset_m else ""
    return GradeLimit(grade, round(base.value_m + model.offset_m, 4), base.datum, f"{model.base} level{offset}")
