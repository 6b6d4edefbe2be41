"""Receipts: how they are made, and how they are kept under their idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from controller.domain.command import Cause
from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.runtime.views import Order, Receipt, TargetOutcome

REMEMBERED = timedelta(days=7)
"""How long an idempotency key is remembered."""


def key_of(actor: str, request_id: str) -> str:
    """The idempotency key of a caller's request."""
    return f"order/{actor}/{request_id}"


def asked_of(order: Order) -> str:
    """What an order asked for, as a digest: a request id that comes again must ask for the same."""
    asked = "\n".join((order.value, order.slot, f"{order.for_s:g}", *sorted(order.targets)))
    return sha256(asked.encode()).hexdigest()


def accepted(request: Request, remark: str = "") -> TargetOutcome:
    """The target's slot is filled."""
    expires = request.lease.expires if request.lease else None
    lease_id = request.lease.id if request.lease else None
    return TargetOutcome(request.target, True, "", _taken(request.value, request.slot, remark), lease_id, expires)


@lru_cache(maxsize=64)  # a sentence of ten thousand targets
def _taken(value: Intent, slot: Slot, remark: str) -> str:
    return f"{value} taken into {slot.label}" + (f"; {remark}" if remark else "")


def refused(target: TargetId, cause: Cause | str, text: str) -> TargetOutcome:
    """Nothing was done at this target."""
    return TargetOutcome(target, False, str(cause), text, None, None)


def not_written(outcome: TargetOutcome, text: str) -> TargetOutcome:
    """What would have been accepted, had it been possible to write it down."""
    if not outcome.accepted:
        return outcome
    return refused(outcome.target, Cause.NO_EVIDENCE, f"nothing was done: {text}")


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the state store keeps it."""
    return {
        "request_id": receipt.request_id,
        "outcomes": [
            [o.target, o.accepted, o.cause, o.text, o.lease_id, _iso(o.expires) if o.expires else None]
            for o in receipt.outcomes
        ],
    }


@lru_cache(maxsize=8)
def _iso(wall: datetime) -> str:
    return wall.isoformat()


def receipt_from(data: Mapping[str, Any]) -> Receipt:
    """The receipt ``receipt_data`` wrote."""
    outcomes = tuple(
        TargetOutcome(target, accepted, cause, text, lease, datetime.fromisoformat(expires) if expires else None)
        for target, accepted, cause, text, lease, expires in data["outcomes"]
    )
    return Receipt(str(data["request_id"]), outcomes)
