"""The site's permissions as the command desk and the proposals ask them, member by member and at every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.domain.points import TargetId
from controller.domain.rights import Caller, OwnerClass, Right, Role
from controller.domain.slots import Slot
from controller.runtime.people.permissions import Permissions


class Asking:
    """Implements ``ports.Rights`` and ``proposals.Permits`` over the people's permissions."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[TargetId]) -> Mapping[TargetId, str]:
        """The targets the caller may not operate in this slot."""
        outside = self._permissions.outside(caller, Right.OPERATE, targets, slot=slot)
        text = f"{caller.actor} may not operate this in {slot.label}"
        return dict.fromkeys(outside, text)

    def roles(self, caller: Caller, targets: Sequence[TargetId]) -> frozenset[Role]:
        """The roles the caller holds over every one of these targets."""
        return self._permissions.roles(caller, targets)

    def objection(self, caller: Caller, right: Right, targets: Sequence[TargetId], of: OwnerClass | None) -> str:
        """The authority's sentence why the caller may not confirm or refuse; empty when they may."""
        denial = self._permissions.denial(caller, right, targets, of)
        return denial.text if denial else ""
