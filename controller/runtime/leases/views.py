"""What people are told of leases and standing orders: read-only. Times are aware, UTC; spans are seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LeaseView:
    """A lease that lives. ``then``: who decides the target once it is over; ``changes``: whether its value does.

    ``warned``: its end is near. ``standing``: the standing order it belongs to, empty when it belongs to none.
    """

    id: str
    request_id: str
    target: str
    slot: str
    value: str
    owner: str
    confirmed_by: str
    reason: str
    ticket: str
    granted: datetime
    expires: datetime
    remaining_s: float
    maximum_s: float
    """What it may be extended to from now by its owner alone (unless the order itself took two people)."""
    warned: bool
    then: str
    changes: bool
    standing: str


@dataclass(frozen=True, slots=True)
class StandingView:
    """An order that stands longer than its slot's maximum.

    ``confirm_by``: when somebody has to confirm it anew (alarmed from then on); ``ends``: when it ends unless they
    do; ``until``: when it ends for good.
    """

    id: str
    owner: str
    reason: str
    leases: int
    targets: int
    slot: str
    value: str
    until: datetime
    confirmed: datetime
    confirmed_by: str
    confirm_by: datetime
    ends: datetime
    overdue: bool
