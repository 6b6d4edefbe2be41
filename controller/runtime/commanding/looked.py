"""What looking at an order gave, target by target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.confirmation import Asked
from controller.logic.preview import Signature
from controller.runtime.commanding.views import TargetPreview
from controller.runtime.views import Order


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request that may enter its slot, and whom it would replace."""

    request: Request
    replaced: Request | None


@dataclass(frozen=True, slots=True)
class Looked:
    """One target of an order, looked at."""

    preview: TargetPreview
    signature: Signature
    candidate: Candidate | None = None
    """None: excluded."""
    protects: bool = False
    asked: Asked | None = None
    """What the rules about selections and second persons judge; None when it is excluded or protects."""
    plain: bool = False
    """A light that nothing stands against, seen by GOOD feedback: it stays what it is until something moves."""

    @property
    def target(self) -> TargetId:
        """Its id."""
        return self.preview.target


@dataclass(frozen=True, slots=True)
class Sighting:
    """A whole order, looked at at one moment."""

    order: Order
    slot: Slot
    members: Sequence[Looked]

    @property
    def included(self) -> list[Looked]:
        """Those that may enter their slot."""
        return [one for one in self.members if one.candidate is not None]

    @property
    def wanted(self) -> Mapping[TargetId, Intent]:
        """What those would be told."""
        return {one.target: one.candidate.request.value for one in self.members if one.candidate is not None}

    @property
    def excluded(self) -> list[Looked]:
        """Those that may not."""
        return [one for one in self.members if one.candidate is None]

    def only(self, targets: Set[TargetId]) -> Sighting:
        """The same with everything else left out of it."""
        members = tuple(one for one in self.members if one.target in targets)
        return Sighting(self.order, self.slot, members)

    @property
    def asked(self) -> list[Asked]:
        """What the rules are asked about."""
        return [one.asked for one in self.members if one.asked is not None]

    @property
    def signatures(self) -> Mapping[TargetId, Signature]:
        """What was shown, target by target."""
        return {one.target: one.signature for one in self.members}
