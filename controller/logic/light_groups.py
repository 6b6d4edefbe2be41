"""Groups of lights: hand-picked, asked for by scopes, or both; their members worked out from the city as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.domain.errors import InvalidValue
from controller.domain.points import DeviceId, TargetId
from controller.logic.scopes import Scope, ScopeKind, Scopes


@dataclass(frozen=True, slots=True)
class LightGroup:
    """What makes a light a member; a light may be in many groups.

    ``lights`` and every light of ``assets`` are members by name. The query adds every light that is in *all* scopes
    of ``all_of``, in *any* of ``any_of`` (where one is given) and in *none* of ``none_of``; ``none_of`` never takes
    away what was picked by hand.
    """

    name: str
    zh: str
    en: str
    lights: tuple[TargetId, ...] = ()
    assets: tuple[DeviceId, ...] = ()
    all_of: tuple[Scope, ...] = ()
    any_of: tuple[Scope, ...] = ()
    none_of: tuple[Scope, ...] = ()

    def scopes(self) -> Iterator[Scope]:
        """Every scope its query names."""
        yield from (*self.all_of, *self.any_of, *self.none_of)

    def leans_on(self) -> Iterator[str]:
        """The groups its query names."""
        return (scope.name for scope in self.scopes() if scope.kind is ScopeKind.GROUP)


def circle(groups: Mapping[str, LightGroup], start: str) -> tuple[str, ...]:
    """The way from a group back to itself (``a, b, a``); empty when it leans on no group that leans on it."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        group = groups.get(way[-1])
        for name in group.leans_on() if group else ():
            if name == start:
                return (*way, name)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def members_of(groups: Mapping[str, LightGroup], scopes: Scopes) -> dict[str, frozenset[TargetId]]:
    """Who is in which group, of the lights there are now. A group nobody knows, and a name nothing has, is empty.

    Raises:
        InvalidValue: groups lean on each other in a circle.
    """
    return _Working(groups, scopes).all()


class _Working:
    def __init__(self, groups: Mapping[str, LightGroup], scopes: Scopes) -> None:
        self._groups = groups
        self._scopes = scopes
        self._asked: dict[Scope, frozenset[TargetId]] = {}
        self._done: dict[str, frozenset[TargetId]] = {}

    def all(self) -> dict[str, frozenset[TargetId]]:
        """Every group's members."""
        for name in self._groups:
            for leaf_first in self._below(name):
                self._members(leaf_first)
        return {name: self._done[name] for name in self._groups}

    def _below(self, start: str) -> list[str]:
        """A group and all it leans on, however deep the chain: each behind those it leans on itself."""
        found: list[str] = []
        seen = {start}
        way = [(start, self._leaned_on(start))]
        while way:
            name, rest = way[-1]
            deeper = next((one for one in rest if one not in found and one not in self._done), None)
            if deeper in seen:
                raise InvalidValue(f"group {deeper} is made of itself: {' → '.join(circle(self._groups, deeper))}")
            if deeper is None:
                found.append(name)
                way.pop()
            else:
                seen.add(deeper)
                way.append((deeper, self._leaned_on(deeper)))
        return found

    def _leaned_on(self, name: str) -> Iterator[str]:
        group = self._groups.get(name)
        return group.leans_on() if group is not None else iter(())

    def _members(self, name: str) -> frozenset[TargetId]:
        if name in self._done:
            return self._done[name]
        group = self._groups.get(name)
        if group is None:
            return frozenset()
        picked = frozenset(light for light in group.lights if light in self._scopes.lights)
        of_assets = (self._of(Scope(ScopeKind.ASSET, asset)) for asset in group.assets)
        members = self._done[name] = picked.union(*of_assets, self._found(group))
        return members

    def _found(self, group: LightGroup) -> frozenset[TargetId]:
        if not group.all_of and not group.any_of:
            return frozenset()
        found = frozenset().union(*map(self._of, group.any_of)) if group.any_of else frozenset(self._scopes.lights)
        for scope in group.all_of:
            found &= self._of(scope)
        return found.difference(*map(self._of, group.none_of))

    def _of(self, scope: Scope) -> frozenset[TargetId]:
        if scope.kind is ScopeKind.GROUP:
            return self._members(scope.name)
        if scope not in self._asked:
            self._asked[scope] = frozenset(self._scopes.targets(scope))
        return self._asked[scope]
