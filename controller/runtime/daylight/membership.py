"""Which of many scopes a light belongs to, told for a whole city in one pass instead of one pass for each scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.domain.points import TargetId
from controller.logic.scopes import LightEntry, Scope, ScopeKind, Scopes

_BY_ATTRIBUTE = {
    ScopeKind.DIVISION: "division",
    ScopeKind.STREET: "street",
    ScopeKind.ROAD: "road",
    ScopeKind.GRADE: "grade",
    ScopeKind.CLASS: "light_class",
    ScopeKind.FEEDER: "feeder",
    ScopeKind.ASSET: "device",
    ScopeKind.LIGHT: "target",
}


class Membership:
    """``lists``: scopes by some name, in the order they are to be tried."""

    def __init__(self, lists: Mapping[str, Iterable[Scope]], scopes: Scopes) -> None:
        self._everybody: list[str] = []
        self._by: dict[str, dict[str, list[str]]] = {}
        self._of_group: dict[TargetId, list[str]] = {}
        self._order = {name: position for position, name in enumerate(lists)}
        for name, members in lists.items():
            for scope in members:
                self._take(name, scope, scopes)

    def of(self, light: LightEntry) -> list[str]:
        """The names of the lists the light belongs to, in their order."""
        found = {*self._everybody, *self._of_group.get(light.target, ())}
        for attribute, named in self._by.items():
            found.update(named.get(str(getattr(light, attribute)), ()))
        return sorted(found, key=self._order.__getitem__)

    def _take(self, name: str, scope: Scope, scopes: Scopes) -> None:
        attribute = _BY_ATTRIBUTE.get(scope.kind)
        if scope.kind is ScopeKind.CITY:
            self._everybody.append(name)
        elif attribute is not None:
            self._by.setdefault(attribute, {}).setdefault(scope.name, []).append(name)
        else:
            for target in scopes.targets(scope):
                self._of_group.setdefault(target, []).append(name)
