"""What stands behind each target: its asset, its own part of it, where it is. Worked out once per site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.lights import Cabinet, Circuit, Display, LightClass, Luminaire, Pole
from controller.domain.places import KeyPlace, Place
from controller.domain.points import DeviceId, TargetId
from controller.domain.pumps_and_gates import Gate, GateRole, PumpUnit
from controller.domain.stations import Station
from controller.domain.targets import Target

Asset = Cabinet | Pole | Station
Part = Circuit | Luminaire | Display | Station | PumpUnit | Gate


@dataclass(frozen=True, slots=True)
class Member:
    """A target with what an order about it has to be judged by."""

    target: Target
    part: Part
    device: DeviceId
    division: str
    place: Place
    where: str
    """The street, for whoever has to go there."""
    key: KeyPlace
    station: Station | None = None

    @property
    def id(self) -> TargetId:
        """The target's id."""
        return self.target.id

    @property
    def lights_a_road(self) -> bool:
        """Whether a road is dark without it: a road circuit, or the lamp of a pole."""
        if isinstance(self.part, Circuit):
            return self.part.light_class is LightClass.ROAD
        return isinstance(self.part, Luminaire)

    @property
    def is_landscape(self) -> bool:
        """Whether it is a circuit of the other knife."""
        return isinstance(self.part, Circuit) and self.part.light_class is LightClass.LANDSCAPE

    @property
    def to_the_river(self) -> bool:
        """Whether it is a gate with a water level outside it that can come in: what a tide stands against."""
        if not isinstance(self.part, Gate) or self.station is None or self.station.outer_level is None:
            return False
        return self.part.role in (GateRole.GRAVITY, GateRole.INTAKE)

    @property
    def closes_a_road(self) -> bool:
        """Whether it keeps people out of an underpass: a boom or light."""
        return isinstance(self.part, Gate) and self.part.role is GateRole.ROAD


@dataclass(frozen=True, slots=True)
class Roster:
    """Every target of a site, and how many lights and lighting devices each division has."""

    members: Mapping[TargetId, Member]
    lights_of: Mapping[str, int]
    """Switched or dimmed outputs by division; displays light nothing and are not counted."""
    lit_divisions: frozenset[str]
    shown_divisions: frozenset[str] = frozenset()
    """Divisions that have displays."""

    @classmethod
    def of(cls, city: City) -> Roster:
        """The roster of a city."""
        members = {member.id: member for member in _members(city)}
        lights: dict[str, int] = {}
        for member in members.values():
            if isinstance(member.part, (Circuit, Luminaire)):
                lights[member.division] = lights.get(member.division, 0) + 1
        shown = frozenset(one.division for one in members.values() if isinstance(one.part, Display))
        return cls(members, lights, frozenset(lights), shown)


def _members(city: City) -> Iterator[Member]:
    assets: list[Asset] = [*city.cabinets.values(), *city.poles.values(), *city.stations.values()]
    for asset in assets:
        station = asset if isinstance(asset, Station) else None
        where = "" if isinstance(asset, Station) else asset.road
        key = KeyPlace() if isinstance(asset, Pole) else asset.key_at
        for part in _parts(asset):
            target = city.targets.get(part.id)
            if target is not None:
                yield Member(target, part, asset.id, asset.division, asset.place, where, key, station)


def _parts(asset: Asset) -> tuple[Part, ...]:
    if isinstance(asset, Cabinet):
        return asset.circuits
    if isinstance(asset, Pole):
        return (*asset.luminaires, *asset.displays)
    return (asset, *asset.units, *asset.gates)
