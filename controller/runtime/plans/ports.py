"""What plans need of their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from controller.domain.command import CommandState
from controller.domain.operating import Declaration, DisciplineName
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller, Role
from controller.domain.slots import Slot
from controller.logic.plans.plan import Plan
from controller.runtime.plans.views import Foretold
from controller.runtime.views import Receipt


class Declared(Protocol):
    """What is declared where."""

    def in_force(self, discipline: DisciplineName, device: DeviceId | TargetId) -> tuple[Declaration, ...]:
        """The declarations over a place."""
        ...

    def one_person(self, target: TargetId) -> bool:
        """Whether a declared response of III or higher lets one person act here."""
        ...


class Foretells(Protocol):
    """Who can say what the waters would do."""

    async def foretell(self, plan: Plan, parameters: Mapping[str, float]) -> Foretold | None:
        """The plan tried on the model from the levels as they are; None where there is no model of these waters."""
        ...


class NobodyForetells:
    """A site without a model."""

    async def foretell(self, plan: Plan, parameters: Mapping[str, float]) -> Foretold | None:
        """Nothing."""
        del plan, parameters
        return None


class PlanRights(Protocol):
    """Who may do what, asked at the desk itself."""

    def roles(self, caller: Caller, targets: Sequence[TargetId]) -> frozenset[Role]:
        """The roles the caller holds over every one of these targets."""
        ...

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[TargetId]) -> Mapping[TargetId, str]:
        """The targets the caller may not operate in this slot, each with the authority's sentence."""
        ...


class Follower(Protocol):
    """Who follows what becomes of requests (``runtime.undertakings``)."""

    def opened(
        self,
        request_id: str,
        caller: Caller,
        kind: str,
        targets: Iterable[TargetId],
        *,
        value: str = "",
        slot: Slot | None = None,
        reason: str = "",
    ) -> None:
        """A request was RECEIVED."""
        ...

    def advanced(self, request_id: str, caller: Caller, state: CommandState) -> None:
        """What was not refused is AUTHORISED, VALIDATED or SELECTED."""
        ...

    def answered(self, receipt: Receipt, caller: Caller, *, follow: bool = True, confirmed_by: str = "") -> None:
        """The desk gave its answer."""
        ...

    def ended(self, requests: Iterable[Request], state: CommandState, why: str) -> None:
        """Slots were emptied."""
        ...
