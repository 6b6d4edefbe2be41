"""Which declared operating states are in force where: asked by orders, alarms and programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from controller.domain.operating import Declaration, DisciplineName, OperatingState, discipline_of
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.rights import Scope
from controller.domain.slots import MAX_LEASE, Slot
from controller.domain.targets import Target
from controller.logic.operating_states import (
    ALONE_FROM,
    NO_MEASURES,
    LightMeasures,
    StateSpec,
    gravest,
    light_measures,
    longest_lease_s,
    shifted_priority,
)
from controller.logic.rights import Subject, Where, covers

NOWHERE = Where()
"""The place of what is not in the configuration: only the city covers it."""


class DeclarationBook:
    """Every declaration in force; one per discipline and scope. ``changed`` is counted for whoever caches."""

    def __init__(
        self,
        targets: Mapping[TargetId, Target],
        specs: Mapping[OperatingState, StateSpec],
        subjects: Mapping[str, Subject],
    ) -> None:
        self._declarations: dict[tuple[DisciplineName, Scope], Declaration] = {}
        self._known: dict[tuple[DisciplineName, int], tuple[Declaration, ...]] = {}
        self._specs_known: dict[TargetId, tuple[StateSpec, ...]] = {}
        self.changes = 0
        self.adopt(targets, specs, subjects)

    def adopt(
        self,
        targets: Mapping[TargetId, Target],
        specs: Mapping[OperatingState, StateSpec],
        subjects: Mapping[str, Subject],
    ) -> None:
        """Take a site over, also in place of another (reload); what was declared stands."""
        self._targets, self._specs, self._subjects = targets, specs, subjects
        self._moved()

    def in_force(self, discipline: DisciplineName, device: DeviceId | TargetId) -> tuple[Declaration, ...]:
        """What is declared for a discipline at an asset, gravest first; empty on ordinary days."""
        if not self._declarations:
            return ()
        subject = self._subjects.get(device)
        place = (discipline, id(subject))  # what stands alike shares one subject, which lives as long as the site
        known = self._known.get(place)
        if known is None:
            where = NOWHERE if subject is None else subject.where
            found = [
                one for one in self._declarations.values() if one.discipline is discipline and covers(one.scope, where)
            ]
            known = self._known[place] = tuple(sorted(found, key=self._gravity))
        return known

    def of_target(self, target: TargetId) -> tuple[Declaration, ...]:
        """What is declared for a target's own discipline where it stands, gravest first."""
        known = self._targets.get(target)
        return () if known is None else self.in_force(discipline_of(known.kind), target)

    def response_level(self, target: TargetId) -> int | None:
        """The gravest declared response at a target: 1 (I, gravest) … 4 (IV); None where none is declared."""
        return gravest(self._specs[one.state] for one in self.of_target(target))

    def one_person(self, target: TargetId) -> bool:
        """Whether a declared response of III or graver lets one person act here, countersigned afterwards."""
        specs = self.specs_at(target)
        return bool(specs) and any(
            spec.one_person and spec.response is not None and spec.response <= ALONE_FROM for spec in specs
        )

    def allows(self, slot: Slot, target: TargetId) -> bool:
        """Whether a slot that only a declaration opens (the emergency order) may be filled at this target."""
        return any(slot in spec.slots for spec in self.specs_at(target))

    def longest(self, slot: Slot, target: TargetId, ordinary: timedelta) -> timedelta:
        """The longest lease of a slot at a target: the strictest declared state's word, else ``ordinary``."""
        specs = self.specs_at(target)
        if not specs:
            return ordinary
        maximum_s = MAX_LEASE.get(slot, ordinary).total_seconds()
        longest_s = longest_lease_s(slot, ordinary.total_seconds(), maximum_s, specs)
        return timedelta(seconds=longest_s)

    def measures(self, device: DeviceId) -> LightMeasures:
        """What is asked of an asset's lights."""
        if not self._declarations:
            return NO_MEASURES
        return light_measures(self.in_force(DisciplineName.LIGHTING, device), self._specs)

    def priority(self, source: str, condition: str, priority: int) -> int:
        """An alarm's priority where it stands, under what is declared there for either discipline."""
        if not self._declarations:
            return priority
        device = device_of(source)
        specs = [self._specs[one.state] for name in DisciplineName for one in self.in_force(name, device)]
        return shifted_priority(condition, priority, specs)

    def specs_at(self, target: TargetId) -> tuple[StateSpec, ...]:
        """The states in force at a target, as config describes them, gravest first."""
        if not self._declarations:
            return ()
        known = self._specs_known.get(target)
        if known is None:
            known = self._specs_known[target] = tuple(self._specs[one.state] for one in self.of_target(target))
        return known

    def spec(self, state: OperatingState) -> StateSpec:
        """A state as config describes it."""
        return self._specs[state]

    def get(self, discipline: DisciplineName, scope: Scope) -> Declaration | None:
        """What is declared for exactly this discipline and scope."""
        return self._declarations.get((discipline, scope))

    def find(self, declaration_id: str) -> Declaration | None:
        """The declaration of this id, while it stands."""
        return next((one for one in self._declarations.values() if one.id == declaration_id), None)

    def all(self) -> tuple[Declaration, ...]:
        """Everything in force, gravest first."""
        return tuple(sorted(self._declarations.values(), key=self._gravity))

    def put(self, declaration: Declaration) -> Declaration | None:
        """It is in force; gives back what stood in its place."""
        key = (declaration.discipline, declaration.scope)
        replaced = self._declarations.get(key)
        self._declarations[key] = declaration
        self._moved()
        return replaced

    def take(self, declaration: Declaration) -> None:
        """It is over. Harmless when another stands in its place."""
        key = (declaration.discipline, declaration.scope)
        standing = self._declarations.get(key)
        if standing is not None and standing.id == declaration.id:
            del self._declarations[key]
            self._moved()

    def over(self, now_s: float) -> tuple[Declaration, ...]:
        """Those whose time is up."""
        return tuple(one for one in self._declarations.values() if one.over(now_s))

    def next_end_s(self) -> float:
        """When the next one ends (monotonic); infinite when nothing is declared."""
        return min((one.expires_s for one in self._declarations.values()), default=float("inf"))

    def restore(self, declarations: Iterable[Declaration]) -> None:
        """Declarations of before a restart stand on."""
        for one in declarations:
            self.put(one)

    def _moved(self) -> None:
        self.changes += 1
        self._known.clear()
        self._specs_known.clear()

    def _gravity(self, declaration: Declaration) -> tuple[int, str]:
        response = self._specs[declaration.state].response
        return (5 if response is None else response, declaration.declared.isoformat())
