"""Resets: a person who has been there says that what is latched may go. Written down first, like every other act."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Protocol

from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.points import TargetId
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal
from controller.runtime.act_requests import ActRequests, outcome
from controller.runtime.alarms import AlarmBook
from controller.runtime.book import RequestBook
from controller.runtime.evidence import Evidence
from controller.runtime.views import Receipt
from controller.store.changes import Change, DropRequest
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

    def forgotten(self, target: TargetId) -> Sequence[Change]:
        """What is kept of the latch and goes with its reset, in one transaction."""
        ...

    def reset(self, target: TargetId) -> None:
        """Reset it."""
        ...


class Latches:
    """Several disciplines as one."""

    def __init__(self, *disciplines: Latching) -> None:
        self._disciplines = disciplines

    @property
    def targets(self) -> Set[TargetId]:
        """The targets any of them decides."""
        return frozenset[TargetId]().union(*(discipline.targets for discipline in self._disciplines))

    def reset_refusal(self, target: TargetId) -> Refusal | None:
        """Why the target cannot be reset now; None when it can."""
        return self._of(target).reset_refusal(target)

    def forgotten(self, target: TargetId) -> Sequence[Change]:
        """What is kept of the latch and goes with its reset."""
        return self._of(target).forgotten(target)

    def reset(self, target: TargetId) -> None:
        """Reset it."""
        self._of(target).reset(target)

    def _of(self, target: TargetId) -> Latching:
        return next(discipline for discipline in self._disciplines if target in discipline.targets)


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
        acts: ActRequests,
    ) -> None:
        self._discipline = discipline
        self._book = book
        self._alarms = alarms
        self._state = state
        self._evidence = evidence
        self._changed = changed
        self._acts = acts

    async def reset(self, target: TargetId, caller: Caller, reason: str) -> Receipt:
        """Reset what is latched on the target, or say why it stays. Refusals are journalled too.

        A latch is reset by a person, never by a machine (DESIGN section 4).

        Raises:
            UnknownTarget: no such target.
            InvalidValue: no reason was given.
        """
        if target not in self._book:
            raise UnknownTarget(f"no target {target} in this site; `zhadao status` lists assets and outputs")
        if not reason.strip():
            raise InvalidValue("a reset needs a reason: what was found on site, and that it is gone")
        refusal = _machine(caller) or self._refusal(target)
        refused = "" if refusal is None else refusal.text
        said = {"reason": reason.strip(), "refused": refused, "person": caller.person}
        try:
            await self._evidence.before("reset", caller.actor, target, said)
        except StoreError as error:
            refusal = Refusal(Cause.NO_EVIDENCE, f"nothing was done: {error}")
        refusal = refusal or await self._kept(target, caller)
        if refusal is not None:
            return self._acts.done("reset", caller, [outcome(target, refusal.cause.value, refusal.text)], reason=reason)
        self._discipline.reset(target)
        self._alarms.clear(target, "tripped")
        self._changed()
        text = f"what was latched on {target} is reset; everything is decided anew"
        return self._acts.done("reset", caller, [outcome(target, "", text)], reason=reason)

    async def _kept(self, target: TargetId, caller: Caller) -> Refusal | None:
        """Forget the latch for good; why not, and the journal is told that nothing was done."""
        latch = DropRequest(target, Slot.EQUIPMENT_PROTECTION)
        try:
            await self._state.apply([latch, *self._discipline.forgotten(target)])
        except StoreError as error:
            await self._evidence.void("reset", caller, target, {"why": str(error)})
            return Refusal(Cause.NO_EVIDENCE, f"nothing was done: {error}")
        return None

    def _refusal(self, target: TargetId) -> Refusal | None:
        if target in self._discipline.targets:
            return self._discipline.reset_refusal(target)
        return Refusal(
            Cause.OUT_OF_RANGE,
            f"nothing latches on {target}: it has no interlocks; `zhadao explain {target}` says more",
        )


def _machine(caller: Caller) -> Refusal | None:
    if caller.person:
        return None
    text = f"{caller.actor} is a machine: a latch is reset by a person who looked at it, signed in under their own name"
    return Refusal(Cause.NO_AUTHORITY, text)
