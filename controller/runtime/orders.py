"""Orders of people and machines: admitted, written down, then put in the book. Nothing is half-applied."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from controller.domain.assets import Target
from controller.domain.clock import Clock
from controller.domain.command import Cause
from controller.domain.errors import InvalidValue, StoreError, UnknownTarget
from controller.domain.intents import Intent, encode_intent, parse_intent
from controller.domain.points import TargetId
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.logic.arbitration import Refusal, admit
from controller.runtime.book import RequestBook
from controller.runtime.evidence import Evidence
from controller.runtime.views import Order, Receipt, TargetOutcome
from controller.store.changes import Change, DropRequest, PutOutcome, PutRequest
from controller.store.state import StateStore

log = structlog.get_logger("orders")

MANUAL_SLOTS: Mapping[str, Slot] = {slot.label: slot for slot in (Slot.CITY_MANUAL, Slot.DISTRICT_MANUAL)}
"""Slots a person may fill by a plain order. Emergency orders, plans and scenes come by their own ways."""
REMEMBERED = timedelta(days=7)
"""How long an idempotency key is remembered."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    request: Request
    replaced: Request | None


class OrderDesk:
    """Takes orders and releases; ``changed`` is called once the book has changed, so that cycles turn at once."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: RequestBook,
        targets: Mapping[TargetId, Target],
        maxima: Mapping[Slot, timedelta],
        state: StateStore,
        evidence: Evidence,
        changed: Callable[[Sequence[Request]], None],
    ) -> None:
        self._clock = clock
        self._book = book
        self._targets = targets
        self._maxima = maxima
        self._state = state
        self._evidence = evidence
        self._changed = changed
        self._one_at_a_time = asyncio.Lock()
        """Between looking at who holds a slot and filling it lies a durable write; nobody else may come between."""

    def adopt(self, targets: Mapping[TargetId, Target], maxima: Mapping[Slot, timedelta]) -> None:
        """Swap the site (reload)."""
        self._targets, self._maxima = targets, maxima

    async def order(self, order: Order, actor: str) -> Receipt:
        """Fill one slot of every target named, or say for each why not.

        Raises:
            InvalidValue: the order itself makes no sense (slot, duration, no target, no reason).
        """
        slot = _checked(order)
        async with self._one_at_a_time:
            return await self._order(order, slot, actor)

    async def _order(self, order: Order, slot: Slot, actor: str) -> Receipt:
        request_id = order.request_id or secrets.token_hex(8)
        known = await self._state.outcome(_key(actor, request_id))
        if known is not None:
            return _receipt_from(known)
        outcomes: list[TargetOutcome] = []
        candidates: list[_Candidate] = []
        for target in dict.fromkeys(order.targets):
            taken = self._candidate(order, target, slot, actor)
            if isinstance(taken, Refusal):
                outcomes.append(TargetOutcome(target, False, taken.cause.value, taken.text, None, None))
            else:
                candidates.append(taken)
                outcomes.append(_accepted(taken.request))
        receipt = Receipt(request_id, tuple(outcomes))
        refusal = await self._write_down(order, actor, receipt, candidates)
        if refusal is not None:
            return Receipt(request_id, tuple(_refused(outcome, refusal) for outcome in outcomes))
        for candidate in candidates:
            self._book.hold(candidate.request)
        if candidates:
            self._changed([candidate.request for candidate in candidates])
        return receipt

    async def release(self, lease_id: str, actor: str, reason: str) -> Receipt:
        """End a lease early.

        Raises:
            UnknownTarget: no such lease; it may have ended by itself.
        """
        async with self._one_at_a_time:
            return await self._release(lease_id, actor, reason)

    async def _release(self, lease_id: str, actor: str, reason: str) -> Receipt:
        request = self._book.lease(lease_id)
        if request is None:
            raise UnknownTarget(f"no living lease {lease_id}; it may have ended by itself, see `zhadao explain TARGET`")
        data = {"lease": lease_id, "slot": request.slot.label, "value": str(request.value), "reason": reason}
        try:
            await self._evidence.before("release", actor, request.target, data)
            await self._state.apply([DropRequest(request.target, request.slot)])
        except StoreError as error:
            outcome = TargetOutcome(request.target, False, Cause.NO_EVIDENCE.value, str(error), lease_id, None)
            return Receipt(lease_id, (outcome,))
        self._book.release(request.target, request.slot)
        self._changed([request])
        text = f"released; {request.slot.label} of {request.target} is empty and everything is decided anew"
        return Receipt(lease_id, (TargetOutcome(request.target, True, "", text, lease_id, None),))

    async def end(self, over: Sequence[Request], why: str) -> None:
        """Note leases that ended by themselves."""
        for request in over:
            data = {"slot": request.slot.label, "value": str(request.value), "owner": request.owner, "why": why}
            self._evidence.later("lease_ended", "controller", request.target, data)
        try:
            async with self._one_at_a_time:
                # A slot filled anew meanwhile was kept anew: that one stays.
                empty = [one for one in over if self._book.holder(one.target, one.slot) is None]
                await self._state.apply([DropRequest(one.target, one.slot) for one in empty])
        except StoreError as error:
            log.error("lease_end_not_stored", leases=len(over), reason=str(error))

    def _candidate(self, order: Order, target_id: TargetId, slot: Slot, actor: str) -> _Candidate | Refusal:
        target = self._targets.get(target_id)
        if target is None:
            return Refusal(Cause.UNKNOWN_TARGET, f"no target {target_id} in this site")
        try:
            value = parse_intent(target.kind, order.value)
        except InvalidValue as error:
            return Refusal(Cause.OUT_OF_RANGE, str(error))
        misfit = _beyond_station(target, value)
        if misfit is not None:
            return misfit
        request = self._request(order, target_id, slot, actor, value)
        holder = self._book.holder(target_id, slot)
        refusal = admit(
            request,
            target,
            holder,
            take_over=order.take_over,
            now_s=self._clock.monotonic(),
            maximum=self._maxima.get(slot),
        )
        return refusal or _Candidate(request, holder)

    def _request(self, order: Order, target: TargetId, slot: Slot, actor: str, value: Intent) -> Request:
        now = self._clock.now()
        lease = Lease(
            id=secrets.token_hex(6),
            granted=now,
            expires=now + timedelta(seconds=order.for_s),
            expires_s=self._clock.monotonic() + order.for_s,
        )
        return Request(
            target=target,
            slot=slot,
            value=value,
            owner=actor,
            reason=order.reason.strip(),
            origin="api",
            ticket=order.ticket,
            since=now,
            lease=lease,
        )

    async def _write_down(
        self, order: Order, actor: str, receipt: Receipt, candidates: Sequence[_Candidate]
    ) -> str | None:
        """Journal first, then the state; a text when either could not be written, and then nothing is done."""
        data = {
            "request": receipt.request_id,
            "value": order.value,
            "slot": order.slot,
            "for_s": order.for_s,
            "reason": order.reason,
            "ticket": order.ticket,
            "accepted": [encode_request(candidate) for candidate in candidates],
            "rejected": [{"target": o.target, "cause": o.cause} for o in receipt.outcomes if not o.accepted],
        }
        changes: list[Change] = [PutRequest(candidate.request) for candidate in candidates]
        key = _key(actor, receipt.request_id)
        changes.append(PutOutcome(key, _receipt_data(receipt), self._clock.now() + REMEMBERED))
        try:
            await self._evidence.before("order", actor, "", data)
            await self._state.apply(changes)
        except StoreError as error:
            return str(error)
        return None


def encode_request(candidate: _Candidate) -> dict[str, object]:
    """A candidate as the journal keeps it."""
    request, replaced = candidate.request, candidate.replaced
    return {
        "target": request.target,
        "intent": encode_intent(request.value),
        "lease": request.lease.id if request.lease else None,
        "takes_over_from": replaced.owner if replaced is not None and replaced.owner != request.owner else None,
    }


def _checked(order: Order) -> Slot:
    slot = MANUAL_SLOTS.get(order.slot)
    if slot is None:
        raise InvalidValue(f"slot {order.slot!r} cannot be filled by an order; say one of {', '.join(MANUAL_SLOTS)}")
    if not order.targets:
        raise InvalidValue("an order names at least one target")
    if not order.reason.strip():
        raise InvalidValue("an order needs a reason; it is read by whoever asks why, tonight or in court")
    if not 1 <= order.for_s <= 366 * 86_400:
        raise InvalidValue(f"a lease lasts at least 1 s; {order.for_s:g} s were asked")
    return slot


def _beyond_station(target: Target, value: Intent) -> Refusal | None:
    units = target.units
    count = getattr(value, "count", None)
    if units is None or count is None or count <= units:
        return None
    return Refusal(Cause.OUT_OF_RANGE, f"{target.id} has {units} units; {count} were asked")


def _accepted(request: Request) -> TargetOutcome:
    expires = request.lease.expires if request.lease else None
    lease_id = request.lease.id if request.lease else None
    return TargetOutcome(
        request.target, True, "", f"{request.value} taken into {request.slot.label}", lease_id, expires
    )


def _refused(outcome: TargetOutcome, text: str) -> TargetOutcome:
    if not outcome.accepted:
        return outcome
    told = f"nothing was done: {text}"
    return TargetOutcome(outcome.target, False, Cause.NO_EVIDENCE.value, told, None, None)


def _key(actor: str, request_id: str) -> str:
    return f"order/{actor}/{request_id}"


def _receipt_data(receipt: Receipt) -> dict[str, object]:
    return {
        "request_id": receipt.request_id,
        "outcomes": [
            [o.target, o.accepted, o.cause, o.text, o.lease_id, o.expires.isoformat() if o.expires else None]
            for o in receipt.outcomes
        ],
    }


def _receipt_from(data: Mapping[str, object]) -> Receipt:
    rows = data["outcomes"]
    assert isinstance(rows, list)  # noqa: S101 - narrows what _receipt_data wrote
    outcomes = tuple(
        TargetOutcome(target, accepted, cause, text, lease, datetime.fromisoformat(expires) if expires else None)
        for target, accepted, cause, text, lease, expires in rows
    )
    return Receipt(str(data["request_id"]), outcomes)
