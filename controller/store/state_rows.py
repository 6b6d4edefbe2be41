"""How requests and unit counters stand in the state database, and how they are read back after a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from controller.domain.errors import InvalidValue
from controller.domain.intents import Intent, decode_intent, encode_intent
from controller.domain.points import TargetId
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot, SlotKind
from controller.store.lines import wall_text

Row = tuple[str | int | float | None, ...]

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_NEVER_MEASURED_S = 0.0


@dataclass(frozen=True, slots=True)
class UnitCounters:
    """A pump unit's past, in wall time (aware, UTC): the monotonic clock does not survive a restart.

    ``starts`` are the proven starts of the last 24 h; ``locked_out`` the reason of a lock-out, empty when none.
    """

    target: TargetId
    starts: tuple[datetime, ...] = ()
    run_hours: float = 0.0
    starts_total: int = 0
    last_stop: datetime | None = None
    locked_out: str = ""


def json_text(value: Any, what: str) -> str:
    """Canonical JSON of ``value``.

    Raises:
        InvalidValue: it is not plain JSON.
    """
    try:
        text = _JSON(dict(value) if isinstance(value, Mapping) else value)
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as cause:
        raise InvalidValue(f"{what} is not plain JSON: {cause}") from cause
    return text


def request_row(request: Request) -> Row:
    """The request as a row: target, slot, value, owner, reason, origin, ticket, since, epoch, lease, granted, expires,
    request, confirmed_by.

    Raises:
        InvalidValue: a computed or default slot (those are never kept), a leased slot without its lease.
    """
    kind, lease = request.slot.kind, request.lease
    if kind not in (SlotKind.LATCHED, SlotKind.LEASED):
        raise InvalidValue(f"slot {request.slot.label} of {request.target} is {kind.value}: such slots are never kept")
    if (lease is not None) is not (kind is SlotKind.LEASED):
        raise InvalidValue(f"slot {request.slot.label} of {request.target} is {kind.value}: that decides on a lease")
    value = _intent_text(request.value)
    since = wall_text(request.since) if request.since else None
    ends = (lease.id, wall_text(lease.granted), wall_text(lease.expires)) if lease else (None, None, None)
    return (
        request.target,
        int(request.slot),
        value,
        request.owner,
        request.reason,
        request.origin,
        request.ticket,
        since,
        request.epoch,
        *ends,
        request.request_id,
        request.confirmed_by,
    )


@lru_cache(maxsize=256)  # ten thousand lamps are mostly told the same
def _intent_text(value: Intent) -> str:
    return json_text(encode_intent(value), f"the value {value}")


def request_of(row: tuple[Any, ...]) -> Request:
    """The request of a row; its lease's monotonic end is set by ``resumed``.

    Raises:
        InvalidValue, ValueError, TypeError: the row is not one that ``request_row`` made.
    """
    (target, slot, value, owner, reason, origin, ticket, since, epoch, lease_id, granted, expires, request_id, by) = row
    lease = None
    if lease_id is not None:
        lease = Lease(lease_id, datetime.fromisoformat(granted), datetime.fromisoformat(expires), _NEVER_MEASURED_S)
    return Request(
        target=target,
        slot=Slot(slot),
        value=decode_intent(json.loads(value)),
        owner=owner,
        reason=reason,
        origin=origin,
        ticket=ticket,
        since=datetime.fromisoformat(since) if since else None,
        lease=lease,
        epoch=epoch,
        request_id=request_id,
        confirmed_by=by,
    )


def resumed(request: Request, wall: datetime, now_s: float) -> Request:
    """The request with what is left of its lease, counted from ``now_s`` (monotonic) at ``wall`` (aware).

    A wall clock that stepped back while we were down never makes a lease longer than it was granted for; one that
    is over comes back over (``lease.over(now_s)``), for the caller to end.
    """
    lease = request.lease
    if lease is None:
        return request
    left = min(lease.expires - wall, lease.expires - lease.granted)
    left_s = max(left, timedelta()).total_seconds()
    return replace(request, lease=replace(lease, expires_s=now_s + left_s))


def unit_row(counters: UnitCounters) -> Row:
    """The counters as a row: target, starts, run_hours, starts_total, last_stop, locked_out."""
    starts = json_text([wall_text(start) for start in counters.starts], f"the starts of {counters.target}")
    stop = wall_text(counters.last_stop) if counters.last_stop else None
    return (counters.target, starts, counters.run_hours, counters.starts_total, stop, counters.locked_out)


def unit_of(row: tuple[Any, ...]) -> UnitCounters:
    """The counters of a row.

    Raises:
        ValueError, TypeError: the row is not one that ``unit_row`` made.
    """
    target, starts, run_hours, starts_total, last_stop, locked_out = row
    return UnitCounters(
        target=target,
        starts=tuple(datetime.fromisoformat(start) for start in json.loads(starts)),
        run_hours=float(run_hours),
        starts_total=starts_total,
        last_stop=datetime.fromisoformat(last_stop) if last_stop else None,
        locked_out=locked_out,
    )
