"""Standing orders: longer than their slot's maximum, two people strong, and confirmed anew each shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from controller.domain.request import Request
from controller.logic.lease_times import stands_for_s
from controller.runtime.leases.views import StandingView
from controller.store.changes import DropRecord, PutRecord

KIND = "standing_order"
"""Kind of the records in the state store."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One standing order. Its leases reach two shifts ahead at most; confirming it moves them on, up to ``until``.

    So an order that everybody forgot ends by the book's own clock, whatever becomes of alarms. ``until_s`` and
    ``confirmed_s`` are monotonic: a stepped wall clock neither ends nor lengthens it.
    """

    id: str
    owner: str
    reason: str
    leases: frozenset[str]
    until: datetime
    until_s: float
    confirmed: datetime
    confirmed_s: float
    confirmed_by: str
    shift_s: float

    @property
    def due_s(self) -> float:
        """When it has to be confirmed anew (monotonic)."""
        return self.confirmed_s + self.shift_s

    def next_lease_s(self, now_s: float) -> float:
        """For how long its leases are granted when it is confirmed at ``now_s``."""
        return stands_for_s(self.until_s - now_s, self.shift_s)

    def overdue(self, now_s: float) -> bool:
        """Whether a shift went by without anybody confirming it, and more than that is to come."""
        return now_s >= self.due_s and self.until_s > self.due_s

    def confirmed_again(self, by: str, wall: datetime, now_s: float) -> Standing:
        """Somebody confirmed it."""
        return replace(self, confirmed=wall, confirmed_s=now_s, confirmed_by=by)

    def record(self) -> PutRecord:
        """As the state store keeps it; ``restored`` reads it back."""
        body = {
            "owner": self.owner,
            "reason": self.reason,
            "leases": sorted(self.leases),
            "until": self.until.isoformat(),
            "confirmed": self.confirmed.isoformat(),
            "confirmed_by": self.confirmed_by,
            "shift_s": self.shift_s,
        }
        return PutRecord(KIND, self.id, body)

    def dropped(self) -> DropRecord:
        """It is over."""
        return DropRecord(KIND, self.id)

    def view(self, members: list[Request], now_s: float) -> StandingView:
        """As people see it; ``members`` are its requests that live."""
        ends_s = max((one.lease.expires_s for one in members if one.lease), default=now_s)
        ends = max((one.lease.expires for one in members if one.lease), default=self.until)
        first = members[0] if members else None
        return StandingView(
            id=self.id,
            owner=self.owner,
            reason=self.reason,
            leases=len(members),
            targets=len({one.target for one in members}),
            slot=first.slot.label if first else "",
            value=str(first.value) if first else "",
            until=self.until,
            confirmed=self.confirmed,
            confirmed_by=self.confirmed_by,
            confirm_by=self.confirmed + timedelta(seconds=self.shift_s),
            ends=ends,
            overdue=self.overdue(now_s) and ends_s > now_s,
        )


def restored(name: str, body: Mapping[str, Any], wall: datetime, now_s: float) -> Standing:
    """The standing order of a record; a wall clock that stepped back meanwhile makes it no longer than it was.

    Raises:
        KeyError, ValueError, TypeError: the record is not one that ``record`` made.
    """
    until, confirmed = datetime.fromisoformat(body["until"]), datetime.fromisoformat(body["confirmed"])
    left = min(until - wall, until - confirmed)
    since = max(wall - confirmed, timedelta())
    return Standing(
        id=name,
        owner=body["owner"],
        reason=body["reason"],
        leases=frozenset(body["leases"]),
        until=until,
        until_s=now_s + left.total_seconds(),
        confirmed=confirmed,
        confirmed_s=now_s - since.total_seconds(),
        confirmed_by=body["confirmed_by"],
        shift_s=float(body["shift_s"]),
    )
