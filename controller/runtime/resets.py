"""Resets: a person who has been there says that what is latched may go. Written down first, like every other act."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Protocol

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.evidence import Evidence
from controller.runtime.views import Receipt, TargetOutcome
from controller.store.changes import DropRequest
from controller.store.state import StateStore


class Latching(Protocol):
    """A discipline whose targets can be latched: trips and lock-outs."""

    @property
    def targets(self) -> Set[TargetId]:
        """The targets it decides."""
        ...

    def reset_refusal(self, target: TargetId) -> Refusal | None:
        """Why the target cannot be reset now; None when it can."""
        ...

    def reset(self, target: TargetId) -> None:
        """Reset it."""
        ...


class ResetDesk:
    """Takes resets. Slot 2 only: life safety asks for more (a check on record, two people) and is not reset here."""

    def __init__(
        self,
        *,
        discipline: Latching,
        book: RequestBook,
        alarms: AlarmBook,
        state: StateStore,
        evidence: Evidence,
        changed: Callable[[], None],
    ) -> None:
        self._discipline = discipline
        self._book = book
        self._alarms = alarms
        self._state = state
        self._evidence = evidence
        self._changed = changed

    async def reset(self, target: TargetId, actor: str, reason: str) -> Receipt:
        """Reset what is latched on the target, or say why it stays. Refusals are journalled too.

        Raises:
            UnknownTarget: no such target.
            InvalidValue: no reason was given.
        """
        if target not in self._book:
            raise UnknownTarget(f"no target {target} in this site; `zhadao status` lists assets and outputs")
        if not reason.strip():
            raise InvalidValue("a reset needs a reason: what was found on site, and that it is gone")
        refusal = self._refusal(target)
        said = {"reason": reason.strip(), "refused": "" if refusal is None else refusal.text}
        try:
            await self._evidence.before("reset", actor, target, said)
            if refusal is None:
                await self._state.apply([DropRequest(target, Slot.EQUIPMENT_PROTECTION)])
        except StoreError as error:
            refusal = Refusal(Cause.NO_EVIDENCE, f"nothing was done: {error}")
        if refusal is not None:
            return _receipt(TargetOutcome(target, False, refusal.cause.value, refusal.text, None, None))
        self._discipline.reset(target)
        self._alarms.clear(target, "tripped")
        self._changed()
        text = f"what was latched on {target} is reset; everything is decided anew"
        return _receipt(TargetOutcome(target, True, "", text, None, None))

    def _refusal(self, target: TargetId) -> Refusal | None:
        if target in self._discipline.targets:
            return self._discipline.reset_refusal(target)
        return Refusal(Cause.OUT_OF_RANGE, f"nothing is latched on {target}; only stations, units and gates latch")


def _receipt(outcome: TargetOutcome) -> Receipt:
    return Receipt("", (outcome,))
