"""Taking an order: the journal, the state and the book, in this order. Nothing is half-applied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from controller.domain.clock import Clock
from controller.domain.command import CommandState
from controller.domain.errors import InvalidValue, StoreError
from controller.domain.intents import encode_intent
from controller.domain.request import Request
from controller.domain.rights import Caller
from controller.logic.protective import written_or_not
from controller.runtime import patience
from controller.runtime.book import RequestBook
from controller.runtime.commanding.looked import Candidate, Looked, Sighting
from controller.runtime.commanding.ports import Follower
from controller.runtime.commanding.receipts import (
    REMEMBERED,
    accepted,
    asked_of,
    key_of,
    not_written,
    receipt_data,
    receipt_from,
)
from controller.runtime.evidence import Evidence
from controller.runtime.keeper import Keeper
from controller.runtime.views import Order, Receipt, TargetOutcome
from controller.store.changes import Change, PutOutcome, PutRequest
from controller.store.state import StateStore

log = structlog.get_logger("orders")


@dataclass(frozen=True, slots=True)
class Taking:
    """An order that is about to be taken.

    ``refused``: targets that are not. ``also``: changes kept with it in one transaction. ``said``: more for the
    journal's line (who confirmed, why one person was enough).
    """

    sighting: Sighting
    caller: Caller
    request_id: str
    taken: Sequence[Looked]
    refused: Sequence[TargetOutcome] = ()
    confirmed_by: str = ""
    also: Sequence[Change] = ()
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> Order:
        """What was asked."""
        return self.sighting.order


class Register:
    """Writes orders down and puts them in the book. Not safe against itself: the desk lets one in at a time."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        state: StateStore,
        keeper: Keeper,
        evidence: Evidence,
        changed: Callable[[Sequence[Request]], None],
        follower: Follower | None = None,
    ) -> None:
        self._clock = clock
        self._book = book
        self._state = state
        self._keeper = keeper
        self._evidence = evidence
        self._changed = changed
        self._follower = follower

    async def known(self, caller: Caller, request_id: str, order: Order | None) -> Receipt | str | None:
        """The answer this request was given before; None when it is new; why not, when nobody can tell.

        ``order`` is what it asks for now (None: not compared, the request is ours).

        Raises:
            InvalidValue: the request id was used for another order.
        """
        if not request_id:
            return None
        try:
            data = await asyncio.wait_for(self._state.outcome(key_of(caller.actor, request_id)), patience.PATIENCE_S)
        except (StoreError, TimeoutError) as error:
            why = str(error) or "the disk does not answer"
            log.error("outcome_unreadable", request=request_id, reason=why)
            return f"whether {request_id} was done already cannot be read: {why}"
        if data is None:
            return None
        if order is not None and data.get("asked", asked := asked_of(order)) != asked:
            raise InvalidValue(
                f"request id {request_id} was used for another order; nothing was done: a new act takes a new one"
            )
        return receipt_from(data)

    def denied(self, order: Order, caller: Caller, why: str, *, kind: str = "order_denied") -> None:
        """An attempt that was refused as a whole is written down too."""
        said = {"value": order.value, "slot": order.slot, "person": caller.person, "why": why}
        named = {"targets": len(order.targets), "first": order.targets[0] if order.targets else ""}
        self._evidence.later(kind, caller.actor, "", {**said, **named})

    async def take(self, taking: Taking) -> Receipt:
        """Journal, keep, hold, and wake the cycles. What protects goes on whatever cannot be written."""
        candidates = {one.target: _candidate(one, taking.confirmed_by) for one in taking.taken}
        outcomes = {one.target: one for one in taking.refused}
        for one in taking.taken:
            outcomes[one.target] = accepted(candidates[one.target].request, _remark(one))
        receipt = Receipt(taking.request_id, tuple(outcomes[one.target] for one in taking.sighting.members))
        self._opened(taking)
        unwritten = await self._write_down(taking, receipt, list(candidates.values()))
        if unwritten:
            slot = taking.sighting.slot
            goes_on = {one.target for one in taking.taken if written_or_not(slot, protects=one.protects)}
            receipt = Receipt(
                taking.request_id,
                tuple(o if o.target in goes_on else not_written(o, unwritten) for o in receipt.outcomes),
            )
            candidates = {target: one for target, one in candidates.items() if target in goes_on}
            for change in (*(PutRequest(one.request) for one in candidates.values()), *_along(taking, candidates)):
                self._keeper.keep(change)
        replaced = [candidate.replaced for candidate in candidates.values() if candidate.replaced is not None]
        for candidate in candidates.values():
            self._book.hold(candidate.request)
        if candidates:
            self._changed([candidate.request for candidate in candidates.values()])
        if self._follower is not None:
            self._follower.ended(replaced, CommandState.SUPERSEDED, f"{taking.caller.actor} ordered anew")
            self._follower.answered(receipt, taking.caller, confirmed_by=taking.confirmed_by)
        return receipt

    def _opened(self, taking: Taking) -> None:
        if self._follower is None:
            return
        order = taking.order
        self._follower.opened(
            taking.request_id,
            taking.caller,
            "switch" if order.scope else "order",
            order.targets,
            value=order.value,
            slot=taking.sighting.slot,
            reason=order.reason,
        )

    async def _write_down(self, taking: Taking, receipt: Receipt, candidates: Sequence[Candidate]) -> str:
        """Journal first, then the state; why not, when either could not be written (empty: both were)."""
        protects = {one.target for one in taking.taken if one.protects}
        line = _line(taking, receipt, candidates, protects)
        try:
            await self._evidence.before("order", taking.caller.actor, "", line)
        except StoreError as error:
            if any(written_or_not(taking.sighting.slot, protects=one.protects) for one in taking.taken):
                self._evidence.later("order", taking.caller.actor, "", {**line, "unwritten": str(error)})
            return str(error)
        key = key_of(taking.caller.actor, taking.request_id)
        told = receipt_data(receipt) | {"asked": asked_of(taking.order)}
        kept = PutOutcome(key, told, self._clock.now() + REMEMBERED)
        try:
            await self._keeper.keep_now([*(PutRequest(one.request) for one in candidates), kept, *taking.also])
        except StoreError as error:
            voided = {"request": taking.request_id, "why": str(error), "goes_on": sorted(protects)}
            await self._evidence.void("order", taking.caller, "", voided)
            return str(error)
        return ""


def _candidate(one: Looked, confirmed_by: str) -> Candidate:
    candidate = one.candidate
    assert candidate is not None  # noqa: S101 - narrows; only what may enter its slot is taken
    if not confirmed_by:
        return candidate
    return replace(candidate, request=replace(candidate.request, confirmed_by=confirmed_by))


def _along(taking: Taking, candidates: Mapping[str, Candidate]) -> Sequence[Change]:
    """What belongs to an act is kept late with it (a countersignature due, a proposal's end), and never without."""
    return taking.also if candidates else ()


def _remark(one: Looked) -> str:
    """What the receipt says besides: told only where the person has to know it."""
    preview = one.preview
    return preview.text if not preview.assured or preview.effect.value == "masked" else ""


def _line(taking: Taking, receipt: Receipt, candidates: Sequence[Candidate], protects: set[str]) -> dict[str, Any]:
    order = taking.order
    return {
        "request": taking.request_id,
        "value": order.value,
        "slot": order.slot,
        "for_s": order.for_s,
        "reason": order.reason,
        "ticket": order.ticket,
        "person": taking.caller.person,
        **({"scope": order.scope, "knife": order.knife, "urgent": order.urgent} if order.scope else {}),
        **taking.said,
        "accepted": [encode_request(candidate) for candidate in candidates],
        "rejected": [{"target": o.target, "cause": o.cause} for o in receipt.outcomes if not o.accepted],
        "protective": len(protects),
    }


def encode_request(candidate: Candidate) -> dict[str, object]:
    """A candidate as the journal keeps it."""
    request, replaced = candidate.request, candidate.replaced
    return {
        "target": request.target,
        "intent": encode_intent(request.value),
        "lease": request.lease.id if request.lease else None,
        "takes_over_from": replaced.owner if replaced is not None and replaced.owner != request.owner else None,
    }
