"""Times of leases: when people are warned, how far an extension reaches, and how long an order stands by itself. Pure.

A lease is extended from now on, never from its old end: who extends it takes it on anew, for no longer than a new one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from controller.domain.request import Lease

SHIFTS_AHEAD = 2
"""A standing order nobody confirmed for one shift is alarmed, and has ended after this many."""


def warned_from_s(lease: Lease, before_s: float, share: float) -> float:
    """The monotonic moment from which people are warned of its end: ``before_s`` ahead, or when ``share`` of its
    length is left, whichever is later."""
    length_s = max(0.0, (lease.expires - lease.granted).total_seconds())
    return lease.expires_s - min(before_s, share * length_s)


def renewed(lease: Lease, for_s: float, wall: datetime, now_s: float) -> Lease:
    """The same lease, granted anew for ``for_s`` seconds from now (``wall`` aware, ``now_s`` monotonic)."""
    return replace(lease, granted=wall, expires=wall + timedelta(seconds=for_s), expires_s=now_s + for_s)


def stands_for_s(left_s: float, shift_s: float) -> float:
    """How long a standing order with ``left_s`` to go stands by itself, once somebody has confirmed it."""
    return min(left_s, SHIFTS_AHEAD * shift_s)
