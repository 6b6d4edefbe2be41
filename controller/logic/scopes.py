"""Scopes: which lights an act, a calendar or a figure speaks of, in one word: ``road:文一路``, ``division:330106``.

A scope names a selection and holds no members: who belongs to it is asked anew every time, so a light added to a road
tomorrow is in that road's scope tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.lights import Cabinet, Circuit, LightClass, Luminaire, Pole
from controller.domain.points import DeviceId, TargetId, device_of


class ScopeKind(StrEnum):
    """What a scope selects lights by."""

    CITY = "city"
    DIVISION = "division"
    STREET = "street"
    ROAD = "road"
    GRADE = "grade"
    CLASS = "class"
    FEEDER = "feeder"
    GROUP = "group"
    ASSET = "asset"
    LIGHT = "light"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One selection. ``name`` is empty for the whole city; an asset or a single light is written by its id alone."""

    kind: ScopeKind
    name: str = ""

    def __str__(self) -> str:
        if self.kind in (ScopeKind.ASSET, ScopeKind.LIGHT):
            return self.name
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)


_NAMED = frozenset(kind.value for kind in ScopeKind) - {ScopeKind.CITY.value}
WHOLE_CITY = Scope(ScopeKind.CITY)
SCOPE_FORMS = (
    "city, division:330106, street:…, road:文一路, grade:special|first|second, class:road|landscape, feeder:…, "
    "group:NAME, or the id of an asset (330106-LC-0004) or of one light (330106-LC-0004/K1)"
)


def parse_scope(text: str) -> Scope:
    """Read ``city``, ``road:文一路``, an asset's id (``330106-LC-0001``) or one light's (``330106-LC-0001/K1``).

    Raises:
        InvalidValue: with the forms that would be right.
    """
    said = text.strip()
    kind, colon, name = said.partition(":")
    if not colon:
        if said == ScopeKind.CITY.value:
            return WHOLE_CITY
        device, slash, output = said.partition("/")
        if device.count("-") == 2 and bool(slash) == bool(output):
            return Scope(ScopeKind.LIGHT if slash else ScopeKind.ASSET, said)
    elif kind in _NAMED and name.strip():
        return Scope(ScopeKind(kind), name.strip())
    raise InvalidValue(f"{text!r} is not a scope; write one of {SCOPE_FORMS}")


def no_such(scope: Scope) -> str:
    """What is wrong with a scope that selects nothing."""
    return "there is no such light" if scope.kind is ScopeKind.LIGHT else f"no light has this {scope.kind}"


@dataclass(frozen=True, slots=True)
class LightEntry:
    """One switched or dimmed light, with everything it can be selected by.

    A pole's luminaire lights a road. ``lamps`` of a luminaire is 1.
    """

    target: TargetId
    device: DeviceId
    division: str
    street: str
    road: str
    grade: str
    feeder: str
    light_class: LightClass
    lamps: int
    rated_w: float


@dataclass(frozen=True, slots=True)
class Scopes:
    """Answers which lights a scope has now. ``groups`` maps a group's name to its members."""

    lights: Mapping[TargetId, LightEntry] = field(default_factory=dict)
    groups: Mapping[str, frozenset[TargetId]] = field(default_factory=dict)

    @classmethod
    def of(cls, city: City, groups: Mapping[str, frozenset[TargetId]] | None = None) -> Scopes:
        """All scopes of a city."""
        return cls({light.target: light for light in light_entries(city)}, groups or {})

    def targets(self, scope: Scope, light_class: LightClass | None = None) -> tuple[TargetId, ...]:
        """The lights of a scope, in order of their ids; of one class (one knife) when it is given.

        Empty when nothing is so named; ``known`` tells a misspelt name from an empty group.
        """
        if scope.kind is ScopeKind.LIGHT:
            one = self.lights.get(scope.name)
            return () if one is None or light_class not in (None, one.light_class) else (one.target,)
        if scope.kind is ScopeKind.CITY and light_class is None:
            return tuple(sorted(self.lights))
        members = self.groups.get(scope.name, frozenset()) if scope.kind is ScopeKind.GROUP else frozenset()
        return tuple(
            sorted(
                light.target
                for light in self.lights.values()
                if (light_class is None or light.light_class is light_class)
                and (light.target in members if scope.kind is ScopeKind.GROUP else _matches(scope, light))
            )
        )

    def names(self, kind: ScopeKind) -> frozenset[str]:
        """Every name a scope of this kind has a light by; those of groups whether or not anybody is in them."""
        if kind is ScopeKind.GROUP:
            return frozenset(self.groups)
        if kind is ScopeKind.LIGHT:
            return frozenset(self.lights)
        return frozenset(name for light in self.lights.values() if (name := _name(kind, light)))

    def near(self, scope: Scope) -> frozenset[str]:
        """Names somebody who misspelt this scope may have meant: of a light, those of its asset or else all assets."""
        if scope.kind is not ScopeKind.LIGHT:
            return self.names(scope.kind)
        asset = Scope(ScopeKind.ASSET, device_of(scope.name))
        return frozenset(self.targets(asset)) or self.names(ScopeKind.ASSET)

    def known(self, scope: Scope) -> bool:
        """Whether there is such a thing: a group of that name, or any light that is selected by it."""
        if scope.kind is ScopeKind.GROUP:
            return scope.name in self.groups
        if scope.kind is ScopeKind.LIGHT:
            return scope.name in self.lights
        return scope.kind is ScopeKind.CITY or any(_matches(scope, light) for light in self.lights.values())


def _matches(scope: Scope, light: LightEntry) -> bool:
    return scope.kind is ScopeKind.CITY or (scope.name != "" and _name(scope.kind, light) == scope.name)


def _name(kind: ScopeKind, light: LightEntry) -> str:
    """What a scope of this kind would call to select the light; empty where it has no such thing."""
    match kind:
        case ScopeKind.CITY | ScopeKind.GROUP:
            return ""
        case ScopeKind.CLASS:
            return light.light_class.value
        case ScopeKind.ASSET:
            return light.device
        case ScopeKind.LIGHT:
            return light.target
        case ScopeKind.DIVISION:
            return light.division
        case ScopeKind.STREET:
            return light.street
        case ScopeKind.ROAD:
            return light.road
        case ScopeKind.GRADE:
            return light.grade
        case ScopeKind.FEEDER:
            return light.feeder


def light_entries(city: City) -> Iterator[LightEntry]:
    """Every circuit and luminaire of a city."""
    for cabinet in city.cabinets.values():
        for circuit in cabinet.circuits:
            yield _entry(cabinet, circuit, circuit.light_class, circuit.lamps)
    for pole in city.poles.values():
        for luminaire in pole.luminaires:
            yield _entry(pole, luminaire, LightClass.ROAD, 1)


def _entry(asset: Cabinet | Pole, light: Circuit | Luminaire, light_class: LightClass, lamps: int) -> LightEntry:
    return LightEntry(
        target=light.id,
        device=asset.id,
        division=asset.division,
        street=asset.street,
        road=asset.road,
        grade=asset.grade.value,
        feeder=asset.feeder,
        light_class=light_class,
        lamps=lamps,
        rated_w=light.rated_w,
    )
