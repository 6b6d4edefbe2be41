"""What a site says of its alarms, from ``alarms.yaml``; what it leaves out is as the controller has it built in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from controller.domain.assets import City
from controller.logic.alarm_settings import (
    BUILT_IN,
    LONGEST_SHELF_S,
    AlarmSettings,
    AlarmSpec,
    ChatterRule,
    FloodRule,
    Words,
)
from controller.logic.hydraulics.network import Network
from controller.settings.alarm_models import AlarmModel, AlarmsModel, SentencesModel
from controller.settings.gauge_grades import rules_of
from controller.settings.lighting_models import TitleModel
from controller.settings.parsing import Findings, Spot
from controller.settings.yaml_lines import Document


def alarms_of(
    document: Document | None, city: City, findings: Findings, network: Network | None = None
) -> AlarmSettings:
    """The site's alarm settings; what is wrong with the file is noted."""
    model, spot = AlarmsModel(), None
    if document is not None:
        findings.problems.extend(document.problems)
        entry = findings.parse(AlarmsModel, Spot(document, ())) if document.data is not None else None
        if entry is not None:
            model, spot = entry.value, entry.spot
    _check_rules(model, spot, findings)
    return AlarmSettings(
        specs=MappingProxyType(_specs(model, spot, findings)),
        chatter=ChatterRule(model.chatter.times, model.chatter.within, model.chatter.quiet),
        flood=FloodRule(**{**model.flood.model_dump(exclude={"within"}), "within_s": model.flood.within}),
        longest_shelf_s=model.shelving.longest,
        settle_s=model.settle,
        levels=MappingProxyType(rules_of(model.water_levels, city, spot, findings, network)),
    )


def _check_rules(model: AlarmsModel, spot: Spot | None, findings: Findings) -> None:
    if spot is None:
        return
    if not 60.0 <= model.shelving.longest <= LONGEST_SHELF_S:
        hint = f"1m to {LONGEST_SHELF_S / 3600:g}h: what is put aside longer is a fault to repair"
        findings.add(spot.at("shelving", "longest"), "no alarm is shelved for so long, or for so short a time", hint)
    if model.flood.over_below > model.flood.alarms:
        hint = f"at most {model.flood.alarms}, or a flood never begins and ends at once"
        findings.add(spot.at("flood", "over_below"), "a flood would be over before it began", hint)
    if model.flood.within <= 0.0:
        findings.add(spot.at("flood", "within"), "a flood is counted over some time", "10m")


def _specs(model: AlarmsModel, spot: Spot | None, findings: Findings) -> dict[str, AlarmSpec]:
    specs = dict(BUILT_IN)
    said: set[str] = set()
    for position, one in enumerate(model.alarms):
        here = None if spot is None else spot.at("alarms", position)
        if here is not None and one.kind in said:
            findings.add(here.at("kind"), "this kind stands here twice", "keep one of them")
        said.add(one.kind)
        built_in = BUILT_IN.get(one.kind, AlarmSpec(one.kind))
        if here is not None and built_in.life_safety and one.life_safety is False:
            findings.add(here.at("life_safety"), f"{one.kind} is about life safety everywhere", "leave it out")
        spec = replace(built_in, **_said(one))
        specs[one.kind] = replace(spec, life_safety=spec.life_safety or built_in.life_safety)
    _check_hiding(specs, model, spot, findings)
    return specs


def _said(model: AlarmModel) -> Mapping[str, Any]:
    """The fields this entry speaks of, as ``AlarmSpec`` has them."""
    given: dict[str, Any] = {
        "title": _words(model.title),
        "priority": None if model.priority is None else model.priority.number,
        "consequence": _words(model.consequence),
        "response": _words(model.response),
        "allowed_s": model.allowed,
        "on_delay_s": model.on_delay,
        "off_delay_s": model.off_delay,
        "deadband": model.deadband,
        "latch": model.latch,
        "life_safety": model.life_safety,
        "suppresses": None if model.suppresses is None else frozenset(model.suppresses),
        "tagged": model.tagged,
    }
    return {name: value for name, value in given.items() if value is not None}


def _words(model: TitleModel | SentencesModel | None) -> Words | None:
    return None if model is None else Words(model.zh, model.en)


def _check_hiding(specs: Mapping[str, AlarmSpec], model: AlarmsModel, spot: Spot | None, findings: Findings) -> None:
    """What is about life safety is hidden by nothing milder, and not while somebody works there either."""
    if spot is None:
        return
    for position, one in enumerate(model.alarms):
        here, spec = spot.at("alarms", position), specs[one.kind]
        milder = not spec.life_safety
        hidden = sorted(kind for kind in spec.suppresses if milder and kind in specs and specs[kind].life_safety)
        if hidden:
            hint = f"leave {', '.join(hidden)} out of suppresses"
            findings.add(here.at("suppresses"), "would hide what is about life safety", hint)
        if spec.life_safety and spec.tagged:
            findings.add(here.at("tagged"), "a life-safety alarm never goes out of service", "say tagged: false")
