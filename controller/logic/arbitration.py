"""Arbitration: of everything asked of a target, who wins, who is masked, and what comes after.

Pure. The book of requests (``controller.runtime.book``) keeps who asked; this decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from controller.domain.command import Cause
from controller.domain.intents import Show, kind_of
from controller.domain.request import Decision, Request
from controller.domain.slots import MAX_LEASE, Slot, SlotKind
from controller.domain.targets import Target

_SLOT = attrgetter("slot")


def default_request(target: Target) -> Request:
    """Slot 16, from config: never empty, never masked by nothing."""
    return Request(target.id, Slot.DEFAULT, target.default, owner="config", reason="default of this target")


def arbitrate(default: Request, requests: Iterable[Request], now_s: float) -> Decision:
    """The winner among the living requests of one target.

    A lease that is over at ``now_s`` (monotonic) does not count, whether or not it was removed yet. At most one
    request per slot is given; the default stands last, unless a computed default (a road light's astronomical ON)
    is among the requests and takes its place.
    """
    living = [request for request in requests if request.lease is None or not request.lease.over(now_s)]
    living.sort(key=_SLOT)
    if not living or living[-1].slot is not Slot.DEFAULT:
        living.append(default)
    return Decision(default.target, living[0], tuple(living[1:]))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request cannot enter its slot, in the field's word and in a sentence."""

    cause: Cause
    text: str


def admit(
    request: Request,
    target: Target,
    holder: Request | None,
    *,
    take_over: bool,
    now_s: float,
    maximum: timedelta | None = None,
) -> Refusal | None:
    """Whether a request may enter its slot of this target; None when it may.

    Rules: the value fits the target's kind; a leased slot needs a lease no longer than the slot's maximum (or the
    site's shorter ``maximum``), and no other slot may have one; one owner per slot, another needs ``take_over``.
    """
    return (
        _misfit(request, target)
        or _lease_refusal(request, now_s, maximum or MAX_LEASE.get(request.slot))
        or _owner_refusal(request, holder, take_over=take_over, now_s=now_s)
    )


def _misfit(request: Request, target: Target) -> Refusal | None:
    if kind_of(request.value) is target.kind:
        return _too_long(request, target)
    return Refusal(Cause.OUT_OF_RANGE, f"{target.id} is a {target.kind.value}; it does not understand {request.value}")


def _too_long(request: Request, target: Target) -> Refusal | None:
    """A text that the display's registers have no room for is refused whole: half a warning is another warning."""
    if target.text_bytes is None or not isinstance(request.value, Show):
        return None
    taken = len(request.value.text.encode())
    if taken <= target.text_bytes:
        return None
    room = target.text_bytes
    return Refusal(
        Cause.OUT_OF_RANGE,
        f"the message takes {taken} bytes of UTF-8 and {target.id} has room for {room} ({room // 3} Chinese "
        f"characters): shorten it / 显示屏最多 {room} 字节，请缩短",
    )


def _lease_refusal(request: Request, now_s: float, maximum: timedelta | None) -> Refusal | None:
    if request.slot.kind is not SlotKind.LEASED:
        if request.lease is None:
            return None
        return Refusal(Cause.OUT_OF_RANGE, f"slot {request.slot.label} takes no lease")
    if request.lease is None or maximum is None:
        return Refusal(Cause.OUT_OF_RANGE, f"slot {request.slot.label} needs a lease: say for how long")
    length_s = request.lease.expires_s - now_s
    if not 0 < length_s <= maximum.total_seconds() + 1.0:
        hours = maximum.total_seconds() / 3600
        return Refusal(
            Cause.OUT_OF_RANGE,
            f"a lease in slot {request.slot.label} lasts more than nothing and at most {hours:g} h; "
            f"{length_s:.0f} s were asked",
        )
    return None


def _owner_refusal(request: Request, holder: Request | None, *, take_over: bool, now_s: float) -> Refusal | None:
    if holder is None or holder.owner == request.owner or take_over:
        return None
    if holder.lease is not None and holder.lease.over(now_s):
        return None
    return Refusal(
        Cause.LOCKED,
        f"{holder.owner} holds slot {request.slot.label} of {request.target} ({holder.value}: {holder.reason}); "
        "ask them to release it or take it over explicitly",
    )


@dataclass(frozen=True, slots=True)
class AfterLease:
    """What happens when one lease ends: the request that ends, and who wins then (all else unchanged)."""

    ends: Request
    then: Request
    changes: bool


def after_leases(default: Request, requests: Iterable[Request], now_s: float) -> tuple[AfterLease, ...]:
    """For every living lease, earliest end first: the winner right after it ends."""
    everything = tuple(requests)
    leased = sorted(
        (request for request in everything if request.lease is not None and not request.lease.over(now_s)),
        key=lambda request: request.lease.expires_s if request.lease else 0.0,
    )
    found = []
    for request in leased:
        assert request.lease is not None  # noqa: S101 - narrows the type; `leased` holds nothing else
        at_s = request.lease.expires_s
        before = arbitrate(default, everything, at_s - 0.001).winner
        then = arbitrate(default, everything, at_s).winner
        found.append(AfterLease(request, then, changes=before.value != then.value))
    return tuple(found)
