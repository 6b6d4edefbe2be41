"""What callers of the desk of leases are answered, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from controller.domain.command import Cause
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal
from controller.runtime.commanding.ports import FrontAsked, Rights
from controller.runtime.evidence import Evidence
from controller.runtime.undertakings.desk import Undertakings
from controller.runtime.views import Receipt, TargetOutcome

NOTHING_LIVES = TargetOutcome(
    "", False, Cause.EXPIRED.value, "none of these leases lives any more; give the order anew", None, None
)
STAYS = Refusal(Cause.OUT_OF_RANGE, "it is latched and stays until a person who has been there resets it")


class Answers:
    """Asks the authority, and tells journal and request book how an act came out."""

    def __init__(self, undertakings: Undertakings, evidence: Evidence) -> None:
        self._undertakings = undertakings
        self._evidence = evidence
        self.rights: Rights = FrontAsked()

    def denied(self, requests: Sequence[Request], caller: Caller) -> dict[TargetId, Refusal]:
        """The targets the caller may not operate in the slots these fill."""
        by_slot: dict[Slot, list[TargetId]] = {}
        for request in requests:
            by_slot.setdefault(request.slot, []).append(request.target)
        return {
            target: Refusal(Cause.NO_AUTHORITY, text)
            for slot, targets in by_slot.items()
            for target, text in self.rights.outside(caller, slot, targets).items()
        }

    def refused(
        self,
        act_id: str,
        requests: Sequence[Request],
        refusals: Mapping[TargetId, Refusal],
        kind: str,
        caller: Caller,
        reason: str,
    ) -> Receipt:
        """All or nothing: where one target refuses, the whole act is not done. ``kind`` is the journal's."""
        first = next(iter(refusals.values()))
        others = Refusal(first.cause, f"not done: {len(refusals)} of {len(requests)} targets are refused")
        said = {"reason": reason.strip(), "refused": {target: one.text for target, one in refusals.items()}}
        self._evidence.later(kind, caller.actor, requests[0].target if len(requests) == 1 else "", said)
        return self.given(act_id, caller, [refusal_of(one, refusals.get(one.target, others)) for one in requests])

    def given(self, act_id: str, caller: Caller, outcomes: Sequence[TargetOutcome], confirmed_by: str = "") -> Receipt:
        """The receipt, told to whoever follows requests."""
        receipt = Receipt(act_id, tuple(outcomes))
        self._undertakings.answered(receipt, caller, follow=False, confirmed_by=confirmed_by)
        return receipt


def targets_of(requests: Iterable[Request]) -> tuple[TargetId, ...]:
    """Their targets, each once."""
    return tuple(dict.fromkeys(request.target for request in requests))


def done(request: Request, text: str) -> TargetOutcome:
    """It was done."""
    lease = request.lease
    return TargetOutcome(request.target, True, "", text, lease.id if lease else None, lease.expires if lease else None)


def refusal_of(request: Request, refusal: Refusal) -> TargetOutcome:
    """It was not done."""
    lease_id = request.lease.id if request.lease else None
    return TargetOutcome(request.target, False, refusal.cause.value, refusal.text, lease_id, None)


def not_written(requests: Iterable[Request], error: str) -> list[TargetOutcome]:
    """It could not be written down, so nothing was done."""
    told = Refusal(Cause.NO_EVIDENCE, f"nothing was done: {error}")
    return [refusal_of(request, told) for request in requests]
