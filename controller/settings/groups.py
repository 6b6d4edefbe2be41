"""Groups of lights from their entries, every name in them checked against the city."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.logic.light_groups import LightGroup, circle, members_of
from controller.logic.scopes import SCOPE_FORMS, Scope, ScopeKind, Scopes, no_such, parse_scope
from controller.settings.group_models import LightGroupModel
from controller.settings.parsing import Entry, Findings, Spot
from controller.settings.problems import did_you_mean

_QUERY = ("all_of", "any_of", "none_of")


def groups_of(
    entries: Sequence[Entry[LightGroupModel]], city: City, taken: Collection[str], findings: Findings
) -> tuple[dict[str, LightGroup], Scopes]:
    """The groups by name, and every scope of the city with their members.

    ``taken`` are the names of the groups rights are given in (``access.groups``): one name means one thing. While
    other files have problems, names are not held against their users: what they name may be what is broken.
    """
    plain = Scopes.of(city)
    reader = _Reader(plain, {entry.value.name for entry in entries}, findings, whole=not findings.problems)
    groups: dict[str, LightGroup] = {}
    for entry in entries:
        group = reader.group(entry)
        if group.name in taken:
            findings.add(entry.spot.at("name"), "access.groups of site.yaml has a group of this name", "rename one")
        if group.name in groups:
            findings.add(entry.spot.at("name"), "duplicate group", "leave one of them out")
        groups.setdefault(group.name, group)
    if _circles(entries, groups, findings):
        return groups, plain
    return groups, Scopes(plain.lights, members_of(groups, plain))


def _circles(entries: Iterable[Entry[LightGroupModel]], groups: dict[str, LightGroup], findings: Findings) -> bool:
    """Whether groups are made of themselves; each told once, where it stands."""
    found = False
    for entry in entries:
        way = circle(groups, entry.value.name)
        if way:
            found = True
            findings.add(entry.spot.at("name"), f"made of itself: {' → '.join(way)}", "leave one of these out")
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    scopes: Scopes
    named: set[str]
    findings: Findings
    whole: bool

    def group(self, entry: Entry[LightGroupModel]) -> LightGroup:
        """The group; names nothing has are noted."""
        model, spot = entry.value, entry.spot
        if not (model.lights or model.assets or model.all_of or model.any_of):
            self.findings.add(spot, "selects nothing", "say lights, assets, all_of or any_of (none_of only takes away)")
        self._known(model.lights, self.scopes.lights.keys(), "light", spot.at("lights"))
        self._known(model.assets, self.scopes.names(ScopeKind.ASSET), "lighting asset", spot.at("assets"))
        all_of, any_of, none_of = (tuple(self._read(getattr(model, key), spot.at(key))) for key in _QUERY)
        return LightGroup(
            name=model.name,
            zh=model.title.zh,
            en=model.title.en,
            lights=tuple(model.lights),
            assets=tuple(model.assets),
            all_of=all_of,
            any_of=any_of,
            none_of=none_of,
        )

    def _known(self, names: Sequence[str], known: Collection[str], what: str, spot: Spot) -> None:
        for position, name in enumerate(names):
            if self.whole and name not in known:
                self.findings.add(spot.at(position), f"no {what} of this id", did_you_mean(name, known))

    def _read(self, texts: Sequence[str], spot: Spot) -> Iterator[Scope]:
        for position, text in enumerate(texts):
            here = spot.at(position)
            try:
                scope = parse_scope(text)
            except InvalidValue:
                self.findings.add(here, "not a scope", f"write one of {SCOPE_FORMS}")
                continue
            group = scope.kind is ScopeKind.GROUP
            there = scope.name in self.named if group else self.scopes.known(scope)
            if self.whole and not there:
                near = did_you_mean(scope.name, self.named if group else self.scopes.near(scope))
                self.findings.add(here, no_such(scope), near)
                continue
            yield scope
