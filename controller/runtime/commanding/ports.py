"""What the command desk needs of its neighbours: declarations, rights, disciplines, followers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from controller.domain.command import CommandState
from controller.domain.image import View
from controller.domain.intents import Intent
from controller.domain.points import DeviceId, TargetId
from controller.domain.request import Decision, Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.contract import Moment, StationStep, Verdict
from controller.runtime.hydraulics.views import ReachAheadView
from controller.runtime.views import Receipt


class Declared(Protocol):
    """What is declared where."""

    def one_person(self, target: TargetId) -> bool:
        """Whether a declared response of III or higher lets one person act here."""
        ...

    def allows(self, slot: Slot, target: TargetId) -> bool:
        """Whether a slot that only a declaration opens may be filled here."""
        ...

    def longest(self, slot: Slot, target: TargetId, ordinary: timedelta) -> timedelta:
        """The longest lease of a slot here, ``ordinary`` on ordinary days."""
        ...


class Rights(Protocol):
    """Who may operate what, asked again at the desk: rights may have gone since a selection or a proposal."""

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[TargetId]) -> Mapping[TargetId, str]:
        """The targets the caller may not operate in this slot, each with the authority's sentence."""
        ...


class Lights(Protocol):
    """The lighting discipline."""

    def foresee(self, decision: Decision, view: View, moment: Moment) -> Sequence[Verdict]:
        """The interlocks that would act if this were decided."""
        ...

    def bound(self, target: TargetId) -> bool:
        """Whether interlocks that look at more than the light's own device bind it."""
        ...


class Water(Protocol):
    """The water discipline."""

    def foresee(self, station: DeviceId, decisions: Sequence[Decision], view: View, moment: Moment) -> StationStep:
        """The step that would follow at a station if these were decided, everything else as it is."""
        ...


class Follower(Protocol):
    """Who follows what becomes of a request (``runtime.undertakings``)."""

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


class LevelsAhead(Protocol):
    """The network's model."""

    def levels_ahead(self, wanted: Mapping[TargetId, Intent], for_s: float) -> tuple[ReachAheadView, ...]:
        """The waters these values would move, with them and without; empty where nothing is known of it."""
        ...


class NoModel:
    """Nothing is foreseen of the waters."""

    def levels_ahead(self, wanted: Mapping[TargetId, Intent], for_s: float) -> tuple[ReachAheadView, ...]:
        """Nothing."""
        del wanted, for_s
        return ()


class NothingDeclared:
    """An ordinary day."""

    def one_person(self, target: TargetId) -> bool:
        """Two people, as always."""
        del target
        return False

    def allows(self, slot: Slot, target: TargetId) -> bool:
        """No slot is opened."""
        del slot, target
        return False

    def longest(self, slot: Slot, target: TargetId, ordinary: timedelta) -> timedelta:
        """As on any day."""
        del slot, target
        return ordinary


class FrontAsked:
    """Nothing more is refused here: whoever called has asked the authority."""

    def outside(self, caller: Caller, slot: Slot, targets: Sequence[TargetId]) -> Mapping[TargetId, str]:
        """Nobody."""
        del caller, slot, targets
        return {}
