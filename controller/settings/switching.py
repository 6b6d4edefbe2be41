"""``switching:`` of ``lighting/*.yaml``: staging against inrush, proof by power, night OFF, scenes."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from controller.domain.errors import InvalidValue
from controller.domain.intents import TargetKind, parse_intent
from controller.domain.points import TargetId
from controller.logic.scopes import SCOPE_FORMS, ScopeKind, Scopes, no_such, parse_scope
from controller.logic.staging import StagingRules
from controller.logic.switching import LightScene, PowerProof, SwitchingRules
from controller.settings.fields import Duration, Model, Positive
from controller.settings.group_models import GroupTitleModel, ScopeText
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

LONGEST_NIGHT_OFF_S = 4 * 3600.0
"""No site lets road lighting be off at night by one order for longer; it can be ordered anew."""


class StagingModel(Model):
    """Explained at ``controller.logic.staging.StagingRules``. Landscape: at most 5 % (FACTS)."""

    enabled: bool = True
    landscape_percent_per_s: Annotated[float, Field(gt=0, le=5)] = 5.0
    road_percent_per_s: Annotated[float, Field(gt=0, le=100)] = 10.0
    least_kw_per_s: Positive = 5.0
    urgent_times: Annotated[float, Field(ge=1, le=20)] = 4.0
    feeders: dict[str, Positive] = Field(default_factory=dict)


class ProofModel(Model):
    """Explained at ``controller.logic.switching.PowerProof``."""

    steady: Duration = 15.0
    on_percent: Annotated[float, Field(gt=0, le=100)] = 50.0
    off_percent: Annotated[float, Field(gt=0, lt=50)] = 10.0


class SceneLevelModel(Model):
    """What the lights of a scope are told in a scene: ``{of: "group:运河夜景", level: on}``."""

    of: ScopeText
    level: Annotated[str, Field(pattern=r"^(on|off|\d{1,3}(\.\d+)?%)$", description="on, off or 0% to 100%")]


class SwitchSceneModel(Model):
    """A named picture for ``zhadao switch SCOPE scene NAME``. The first level that speaks of a light is its own."""

    name: Annotated[str, Field(pattern=r"^[^\s:/](?:[^:/]{0,62}[^\s:/])?$", description="as it is called: 平日夜景")]
    title: GroupTitleModel = Field(description="its name: {zh: 平日夜景, en: Weekday view}")
    levels: Annotated[list[SceneLevelModel], Field(min_length=1)]


class SwitchingModel(Model):
    """``switching:``."""

    staging: StagingModel = StagingModel()
    proof: ProofModel = ProofModel()
    night_off: Annotated[Duration, Field(gt=0, le=LONGEST_NIGHT_OFF_S)] = 7200.0
    scenes: list[SwitchSceneModel] = Field(default_factory=list)


def switching_of(
    entries: Sequence[Entry[SwitchingModel]], scopes: Scopes, gap_s: float, findings: Findings
) -> SwitchingRules:
    """The rules; ``gap_s`` is what dispatch keeps between two contactors of a cabinet. What is wrong is noted."""
    for entry in entries[1:]:
        findings.add(entry.spot, "a second switching:", f"{entries[0].spot} has it already")
    if not entries:
        return SwitchingRules(StagingRules(contactor_gap_s=gap_s))
    model, spot = entries[0].value, entries[0].spot
    whole = not findings.problems
    feeders = scopes.names(ScopeKind.FEEDER) | scopes.names(ScopeKind.DIVISION)
    for name in model.staging.feeders:
        if whole and name not in feeders:
            here = spot.at("staging", "feeders", name)
            findings.add(here, "no light hangs on this feeder", did_you_mean(name, feeders))
    staging = StagingRules(
        enabled=model.staging.enabled,
        landscape_percent=model.staging.landscape_percent_per_s,
        road_percent=model.staging.road_percent_per_s,
        least_kw_per_s=model.staging.least_kw_per_s,
        urgent_times=model.staging.urgent_times,
        feeders=MappingProxyType(dict(model.staging.feeders)),
        contactor_gap_s=gap_s,
    )
    proof = PowerProof(model.proof.steady, model.proof.on_percent, model.proof.off_percent)
    scenes: dict[str, LightScene] = {}
    for position, scene in enumerate(model.scenes):
        here = spot.at("scenes", position)
        if scene.name in scenes:
            findings.add(here.at("name"), "duplicate scene", "leave one of them out")
        scenes.setdefault(scene.name, _scene(scene, scopes, here, findings, whole=whole))
    return SwitchingRules(staging, proof, model.night_off, MappingProxyType(scenes))


def _scene(model: SwitchSceneModel, scopes: Scopes, spot: Spot, findings: Findings, *, whole: bool) -> LightScene:
    values: dict[TargetId, str] = {}
    for position, level in enumerate(model.levels):
        here = spot.at("levels", position)
        try:
            scope = parse_scope(level.of)
            parse_intent(TargetKind.LUMINAIRE, level.level)
        except InvalidValue:
            findings.add(here, "not a scope, or not a level", f"levels are on, off, 0% to 100%; scopes: {SCOPE_FORMS}")
            continue
        if whole and not scopes.known(scope):
            hint = did_you_mean(scope.name, scopes.near(scope))
            findings.add(here.at("of"), no_such(scope), hint)
        for target in scopes.targets(scope):
            values.setdefault(target, level.level)
    return LightScene(model.name, model.title.zh, model.title.en, MappingProxyType(values))
