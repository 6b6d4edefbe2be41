"""Lights as TALQ's addresses, and back: a device is an asset, a function of it one light, a group one of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.domain.errors import UnknownTarget
from controller.domain.points import DeviceId, TargetId
from controller.logic.scopes import Scope, ScopeKind, Scopes
from controller.settings.problems import did_you_mean
from schedules.talq_references import Reference, Resource, TalqError, refused

COMMANDS = frozenset({"targetLightCommand", "targetCommand"})
"""Attributes of a function that an override may name: they are the light itself."""


@dataclass(frozen=True, slots=True)
class Lights:
    """The lights of a site by their assets."""

    scopes: Scopes
    of_asset: Mapping[DeviceId, frozenset[TargetId]]

    @classmethod
    def of(cls, scopes: Scopes) -> Lights:
        """All there are."""
        found: dict[DeviceId, set[TargetId]] = {}
        for light in scopes.lights.values():
            found.setdefault(light.device, set()).add(light.target)
        return cls(scopes, {asset: frozenset(lights) for asset, lights in found.items()})

    def references(self, targets: Iterable[TargetId]) -> tuple[Reference, ...]:
        """Addresses of these lights, in order: an asset where all its lights are among them, else each light."""
        wanted = frozenset(targets)
        assets = {self.scopes.lights[target].device for target in wanted}
        whole = {asset for asset in assets if self.of_asset[asset] <= wanted}
        single = (target for target in wanted if self.scopes.lights[target].device not in whole)
        return tuple(Reference(Resource.DEVICES, address) for address in sorted((*whole, *single)))

    def found(self, reference: Reference, where: str) -> frozenset[TargetId]:
        """The lights an address means now.

        Raises:
            InvalidValue: an attribute that is no light's command.
            UnknownTarget: nothing is so named, or it has no lights; with the nearest there is.
        """
        if reference.resource is Resource.GROUPS:
            return self._group(reference.address, where)
        address = self._light(reference.address, where)
        if address in self.scopes.lights:
            return frozenset({address})
        if address in self.of_asset:
            return self.of_asset[address]
        near = did_you_mean(address, self.of_asset if "/" not in address else self.scopes.lights)
        raise UnknownTarget(f"TALQ {where}: no light or lighting asset {address}; {near} ({TalqError.ADDRESS})")

    def _group(self, name: str, where: str) -> frozenset[TargetId]:
        if name not in self.scopes.groups:
            near = did_you_mean(name, self.scopes.groups)
            raise UnknownTarget(f"TALQ {where}: no group {name}; {near} ({TalqError.ADDRESS})")
        return frozenset(self.scopes.targets(Scope(ScopeKind.GROUP, name)))

    @staticmethod
    def _light(address: str, where: str) -> str:
        light, slash, attribute = address.rpartition("/")
        if "/" not in light or not slash:
            return address
        if attribute not in COMMANDS:
            todo = f"name the device or its function alone, or one of {', '.join(sorted(COMMANDS))}"
            raise refused(where, f"names the attribute {attribute!r}", todo, TalqError.ADDRESS)
        return light
