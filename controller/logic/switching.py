"""The rules of the switch 一把闸刀: staging, proof by power, the longest night OFF, and named scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.lights import LightClass
from controller.domain.points import TargetId
from controller.logic.scopes import Scope, Scopes
from controller.logic.staging import StagingRules

SCENE = "scene:"
"""A scene in an order's value: ``scene:平日夜景``."""


@dataclass(frozen=True, slots=True)
class LightScene:
    """A named picture: what each of its lights is told (in the words of an order). Landscape lighting's, mostly."""

    name: str
    zh: str
    en: str
    values: Mapping[TargetId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PowerProof:
    """When measured power proves a light: this long after its contact did, this much of its rated watts.

    ON is proved from ``on_percent`` of what it should draw upward, OFF below ``off_percent`` of its rating (FACTS: more
    than 10 % of its baseline 10 min after OFF is a day burner). ``steady_s``: soft starts and meters take their time.
    """

    steady_s: float = 15.0
    on_percent: float = 50.0
    off_percent: float = 10.0


class Drawn(StrEnum):
    """What measured power says of a light whose contact agrees."""

    PROVED = "proved"
    AGAINST = "against"
    BETWEEN = "between"
    """Too much for off, too little for on: lamps are missing, or it still changes."""


def judge_power(percent: float, rated_w: float, power_w: float, rule: PowerProof) -> Drawn:
    """What ``power_w`` says of a light that should be at ``percent`` of ``rated_w``."""
    share = 100.0 * power_w / rated_w
    if percent <= 0.0:
        return Drawn.PROVED if share < rule.off_percent else Drawn.AGAINST
    if share < rule.off_percent:
        return Drawn.AGAINST
    return Drawn.PROVED if share >= rule.on_percent * min(percent, 100.0) / 100.0 else Drawn.BETWEEN


@dataclass(frozen=True, slots=True)
class SwitchingRules:
    """``switching:`` of ``lighting/*.yaml``. ``night_off_s``: the longest lease of road lighting OFF at night."""

    staging: StagingRules = field(default_factory=StagingRules)
    proof: PowerProof = field(default_factory=PowerProof)
    night_off_s: float = 7200.0
    scenes: Mapping[str, LightScene] = field(default_factory=dict)


def knives(scopes: Scopes, scope: Scope) -> tuple[LightClass, ...]:
    """The knives a scope has lights of."""
    found = {scopes.lights[target].light_class for target in scopes.targets(scope)}
    return tuple(knife for knife in LightClass if knife in found)
