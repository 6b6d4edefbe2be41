"""Where the switch is aimed: a scope and ONE knife, and the lights that belong to it at this moment."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.errors import InvalidValue, UnknownTarget
from controller.domain.intents import Dim, TargetKind, parse_intent
from controller.domain.lights import LightClass
from controller.domain.places import Place
from controller.domain.points import TargetId
from controller.logic.roster import Roster
from controller.logic.scopes import Scope, ScopeKind, parse_scope
from controller.logic.switching import SCENE, knives
from controller.runtime.commanding.darkness import reaches_into_the_night
from controller.settings.problems import did_you_mean
from controller.settings.site import Site

_PICKED = "picked:"
_SAID = re.compile(r" \[闸刀 switch: [^\]]*\]$")


@dataclass(frozen=True, slots=True)
class Picked:
    """In the place of a scope: so many lights, each named."""

    lights: int

    def __str__(self) -> str:
        return f"{_PICKED}{self.lights}"


def is_picked(scope_text: str) -> bool:
    """Whether a throw was of lights each named, which no scope finds again."""
    return scope_text.startswith(_PICKED)


def plain_reason(reason: str) -> str:
    """A reason without what ``Aim.said`` put behind it."""
    return _SAID.sub("", reason)


@dataclass(frozen=True, slots=True)
class Aim:
    """A scope, its one knife, and its lights in order of their ids."""

    scope: Scope | Picked
    knife: LightClass
    targets: tuple[TargetId, ...]

    def said(self, reason: str) -> str:
        """The reason as it goes onto every lease of the act: whoever is masked reads what masks them."""
        return f"{reason.strip()} [闸刀 switch: {self.knife}, {self.scope}]"


def aim(site: Site, scope_text: str, knife_text: str = "") -> Aim:
    """Find the lights.

    Raises:
        InvalidValue: not a scope, not a knife, or no knife where the scope has lights of both: road and landscape
            lighting are never switched in one act.
        UnknownTarget: nothing is so named, with the nearest there is.
    """
    scope = parse_scope(scope_text)
    if not site.scopes.known(scope):
        none = "there is no light" if scope.kind is ScopeKind.LIGHT else f"no light has {scope.kind}"
        raise UnknownTarget(f"{none} {scope.name}; {did_you_mean(scope.name, site.scopes.near(scope))}")
    there = knives(site.scopes, scope)
    knife = _knife(knife_text) if knife_text else None
    if knife is None:
        if len(there) > 1:
            raise InvalidValue(f"{scope} has road and landscape lighting, and these are two knives: say which (knife)")
        knife = there[0] if there else LightClass.ROAD
    targets = site.scopes.targets(scope, knife)
    if not targets:
        none = "nobody is in it" if scope.kind is ScopeKind.GROUP and not there else f"it has no {knife} lighting"
        raise InvalidValue(f"there is nothing to switch in {scope}: {none}")
    return Aim(scope, knife, targets)


def aim_at(site: Site, targets: Collection[TargetId], knife_text: str = "") -> Aim:
    """Lights each named, of one knife.

    Raises:
        InvalidValue: not a knife, lights of both knives and no knife, or none of the one that is said.
        UnknownTarget: one of them is no light of this site.
    """
    lights = site.scopes.lights
    strange = sorted(set(targets) - set(lights))
    if strange:
        raise UnknownTarget(f"no light {strange[0]}; {did_you_mean(strange[0], lights)}")
    there = {lights[target].light_class for target in targets}
    if not knife_text and len(there) > 1:
        raise InvalidValue("road and landscape lighting are two knives, and these lights are both: say which (knife)")
    knife = _knife(knife_text) if knife_text else next(iter(there), LightClass.ROAD)
    chosen = tuple(sorted(target for target in set(targets) if lights[target].light_class is knife))
    if not chosen:
        raise InvalidValue(f"there is nothing to switch: none of these is {knife} lighting")
    return Aim(Picked(len(chosen)), knife, chosen)


def _knife(text: str) -> LightClass:
    try:
        return LightClass(text)
    except ValueError:
        raise InvalidValue(f"{text!r} is not a knife: say road or landscape") from None


def check_action(site: Site, action: str) -> None:
    """Refuse what is no action of the switch.

    Raises:
        InvalidValue: with what would be right.
    """
    if action.startswith(SCENE):
        name = action.removeprefix(SCENE)
        if name not in site.switching.scenes:
            raise InvalidValue(_no_scene(site, name))
        return
    parse_intent(TargetKind.LUMINAIRE, action)


def _no_scene(site: Site, name: str) -> str:
    """Two things are called scenes; whoever takes one for the other is told which is which."""
    there = "、".join(site.switching.scenes) or "none 无"
    if any(stage.scene == name for stage in site.lighting.stages.values()):
        return (
            f"{name} is a landscape scene of the calendar: it runs by itself every night (`zhadao schedule show "
            f"group:…`) and is no picture the switch throws; those are (switching: scenes): {there} / "
            f"{name} 是日历里的景观场景, 每夜自动运行; 闸刀可投的场景: {there}"
        )
    return f"no scene {name!r}; {did_you_mean(name, site.switching.scenes)}; the switch throws: {there}"


def check_night_off(site: Site, roster: Roster, aimed: Aim, action: str, now: datetime, for_s: float) -> None:
    """Road lighting is not off for long at night: no lease longer than ``switching: night_off`` reaches into it.

    Raises:
        InvalidValue: with the longest it may be.
    """
    longest_s = site.switching.night_off_s
    if for_s <= longest_s or aimed.knife is not LightClass.ROAD or not _darkens(site, action):
        return
    ends = now + timedelta(seconds=for_s)
    for place in _one_place_a_division(roster, aimed.targets):
        if reaches_into_the_night(place, now, ends, site.lighting.tz):
            most = f"{longest_s / 3600.0:g} h"
            raise InvalidValue(
                f"road lighting is off at night for {most} at most (switching: night_off), and {for_s / 3600.0:g} h "
                "were asked: ask for less, and throw it anew before it ends"
            )


def _darkens(site: Site, action: str) -> bool:
    if action.startswith(SCENE):
        values = site.switching.scenes[action.removeprefix(SCENE)].values.values()
        return any(_is_dark(site, value) for value in set(values))
    return _is_dark(site, action)


def _is_dark(site: Site, action: str) -> bool:
    level = parse_intent(TargetKind.LUMINAIRE, action)
    return isinstance(level, Dim) and level.percent < site.safety.thresholds.dark_below_percent


def _one_place_a_division(roster: Roster, targets: Sequence[TargetId]) -> list[Place]:
    """Night falls within minutes all over a division: one of its lights stands for all."""
    places: dict[str, Place] = {}
    for target in targets:
        member = roster.members.get(target)
        if member is not None:
            places.setdefault(member.division, member.place)
    return list(places.values())
