"""Wet power-off from its entries, and what makes it unusable: a vote of fewer than three, levels of different datum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from controller.domain.assets import City
from controller.domain.gauges import DatedLevel
from controller.domain.points import TargetId
from controller.logic.wet_zones import GAUGES, FloodZone, WetPower, WetPowerRules, ZoneCircuit, ZoneGauge
from controller.settings.asset_models import DatedLevelModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean
from controller.settings.wet_power_models import FloodZoneModel, WetPowerModel, ZoneGaugeModel

LONGEST_DECISION_S = 60.0
"""A site may give people less time than DESIGN's 60 s before an evacuation circuit is cut, never more."""
LONGEST_KEEP_S = 3600.0

_LEVELS = "_m"


def wet_power_of(
    rules: Sequence[Entry[WetPowerModel]],
    zones: Sequence[Entry[FloodZoneModel]],
    city: City,
    points: Mapping[str, Set[str]],
    findings: Findings,
) -> WetPower:
    """Everything the site says about it; what is wrong is noted. ``points``: what each device has."""
    for second in rules[1:]:
        findings.add(second.spot, "a second wet_power", f"{rules[0].spot} says it already; keep one")
    _check_rules(rules[:1], findings)
    seen: dict[str, Spot] = {}
    for entry in zones:
        first = seen.setdefault(entry.value.id, entry.spot)
        if first is not entry.spot:
            findings.add(entry.spot.at("id"), "duplicate flood zone", f"{first} has this id already")
        _check_gauges(entry, city, points, findings)
        _check_circuits(entry, city, findings)
    return WetPower(_rules(rules[0].value) if rules else WetPowerRules(), tuple(_zone(entry.value) for entry in zones))


def _rules(model: WetPowerModel) -> WetPowerRules:
    return WetPowerRules(
        leakage_alarm_ma=model.leakage_alarm_ma,
        decide_within_s=model.decide_within,
        keep_s=model.keep,
        blind_after_s=model.blind_after,
        margin_m=model.margin_m,
        neighbours_within_m=model.neighbours_within_m,
        insulation_min_mohm=model.insulation_min_mohm,
        leakage_check_ma=model.leakage_check_ma,
        check_valid_s=model.check_valid,
        prove_within_s=model.prove_within,
    )


def _zone(model: FloodZoneModel) -> FloodZone:
    return FloodZone(
        id=model.id,
        name_zh=model.name.zh,
        name_en=model.name.en,
        datum=model.datum,
        gauges=tuple(ZoneGauge(gauge.device, gauge.point, gauge.datum) for gauge in model.gauges),
        circuits=tuple(ZoneCircuit(item.circuit, _dated(item.lowest_live_part)) for item in model.circuits),
    )


def _dated(model: DatedLevelModel) -> DatedLevel:
    return DatedLevel(model.value_m, model.datum, model.since)


def _check_rules(rules: Sequence[Entry[WetPowerModel]], findings: Findings) -> None:
    for entry in rules:
        model, spot = entry.value, entry.spot
        if model.decide_within > LONGEST_DECISION_S:
            hint = f"at most {LONGEST_DECISION_S:g}s: nobody stands in water longer for want of an answer"
            findings.add(spot.at("decide_within"), "people are waited for too long", hint)
        if not 0 < model.keep <= LONGEST_KEEP_S:
            findings.add(spot.at("keep"), "a decision to keep a circuit lit is asked again", "at most 1h")
        if model.leakage_check_ma >= model.leakage_alarm_ma:
            hint = f"less than leakage_alarm_ma {model.leakage_alarm_ma:g}"
            findings.add(spot.at("leakage_check_ma"), "a circuit would return only to be cut again", hint)


def _check_gauges(entry: Entry[FloodZoneModel], city: City, points: Mapping[str, Set[str]], findings: Findings) -> None:
    model, spot = entry.value, entry.spot
    if len(model.gauges) != GAUGES:
        hint = "name three gauges; with fewer, one broken gauge would cut a road or leave it in water"
        findings.add(spot.at("gauges"), f"a zone votes two of three, and this one has {len(model.gauges)} gauges", hint)
    seen: dict[tuple[str, str], Spot] = {}
    for position, gauge in enumerate(model.gauges):
        here = spot.at("gauges", position)
        if seen.setdefault((gauge.device, gauge.point), here) is not here:
            findings.add(here, "the same gauge twice", "two of three must be three")
        _check_gauge(gauge, here, model.datum, city, points, findings)


def _check_gauge(
    gauge: ZoneGaugeModel, spot: Spot, datum: str, city: City, points: Mapping[str, Set[str]], findings: Findings
) -> None:
    known = points.get(gauge.device)
    if known is None:
        findings.add(spot.at("device"), "unknown device", did_you_mean(gauge.device, points))
    elif gauge.point not in known or not gauge.point.endswith(_LEVELS):
        levels = [point for point in known if point.endswith(_LEVELS)]
        findings.add(spot.at("point"), f"{gauge.device} has no such level point", did_you_mean(gauge.point, levels))
    if gauge.datum != datum:
        hint = "convert the levels to one datum; metres of different datum cannot be compared"
        findings.add(spot.at("datum"), f"datum mismatch: the zone counts from {datum}", hint)
    asset = city.gauges.get(gauge.device)
    for name in ("warning", "guarantee"):
        level: DatedLevel | None = getattr(asset, name, None)
        if level is not None and level.datum != gauge.datum:
            message = f"datum mismatch: {gauge.device} gives its {name} level in {level.datum}"
            findings.add(spot.at("datum"), message, "a gauge has one datum; put right whichever is wrong")


def _check_circuits(entry: Entry[FloodZoneModel], city: City, findings: Findings) -> None:
    model, spot = entry.value, entry.spot
    circuits = {circuit.id for cabinet in city.cabinets.values() for circuit in cabinet.circuits}
    seen: dict[TargetId, Spot] = {}
    for position, member in enumerate(model.circuits):
        here = spot.at("circuits", position)
        if member.circuit not in circuits:
            findings.add(here.at("circuit"), "unknown circuit", did_you_mean(member.circuit, circuits))
        if seen.setdefault(member.circuit, here) is not here:
            findings.add(here.at("circuit"), "the same circuit twice in one zone", "keep the lower live part")
        if member.lowest_live_part.datum != model.datum:
            hint = "convert it; metres of different datum cannot be compared"
            where = here.at("lowest_live_part", "datum")
            findings.add(where, f"datum mismatch: the zone counts from {model.datum}", hint)
