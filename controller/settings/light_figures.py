"""What the lights' figures are measured against, from its entries: rate limits, baselines, carbon factors."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from controller.logic.energy import Baseline, CarbonFactor, EnergyRules, MeterRules
from controller.logic.light_rates import RateLimits, RateRules
from controller.settings.light_figure_models import BeforeLedModel, EnergyModel, LightRatesModel, MeterModel
from controller.settings.parsing import Entry, Findings

EVERY_GRADE = "*"


def light_rates_of(entries: Sequence[Entry[LightRatesModel]], findings: Findings) -> RateRules:
    """The rules for rates; the usual ones where a site says nothing. A second ``light_rates:`` is a problem."""
    _only_one(entries, "light_rates", findings)
    model = entries[0].value if entries else LightRatesModel()
    return RateRules(
        limits=RateLimits(**model.limits.model_dump()),
        main_grades=frozenset(grade.value for grade in model.main_grades),
        voltage_exponent=model.voltage_exponent,
        burning_above=model.burning_above_percent / 100.0,
        under_for_s=model.under_for,
        samples_days=model.keep_samples_days,
        nights_days=model.keep_nights_days,
        faults=frozenset(model.faults),
    )


def energy_of(entries: Sequence[Entry[EnergyModel]], findings: Findings) -> EnergyRules:
    """The rules for energy and carbon. Problems: a second ``energy:``, two factors or two lamps for the same thing."""
    _only_one(entries, "energy", findings)
    if not entries:
        return EnergyRules()
    model, spot = entries[0].value, entries[0].spot
    dates = [factor.since for factor in model.carbon]
    for position, since in enumerate(dates):
        if since in dates[:position]:
            findings.add(spot.at("carbon", position, "since"), f"two carbon factors from {since} on", "leave one out")
    factors = [CarbonFactor(one.since, one.kg_per_kwh, one.issued, one.source) for one in model.carbon]
    usual = EnergyRules()
    return EnergyRules(
        meter=_meter(model.meter),
        before_led=_before_led(entries[0], model.before_led, findings),
        undimmed_source=model.undimmed.source if model.undimmed else usual.undimmed_source,
        carbon=tuple(sorted(factors, key=lambda factor: factor.since)),
    )


def _meter(model: MeterModel) -> MeterRules:
    ends = MeterRules().rolls_over_kwh if model.rolls_over_kwh is None else tuple(model.rolls_over_kwh)
    return MeterRules(ends, model.margin, model.slack_kwh)


def _before_led(entry: Entry[EnergyModel], model: BeforeLedModel | None, findings: Findings) -> Baseline:
    if model is None:
        return Baseline()
    watts: dict[str, dict[str, float]] = {}
    for position, line in enumerate(model.lamps):
        grades, grade = watts.setdefault(line.lights.value, {}), line.grade.value if line.grade else EVERY_GRADE
        if grade in grades:
            spot = entry.spot.at("before_led", "lamps", position)
            findings.add(spot, f"a second line for {line.lights.value} lights of grade {grade}", "leave one out")
        grades[grade] = line.lamp_w
    return Baseline(model.source, MappingProxyType({of: MappingProxyType(one) for of, one in watts.items()}))


def _only_one(entries: Sequence[Entry[LightRatesModel]] | Sequence[Entry[EnergyModel]], key: str, to: Findings) -> None:
    for entry in entries[1:]:
        to.add(entry.spot, f"a second {key}:", f"{entries[0].spot} has it already")
