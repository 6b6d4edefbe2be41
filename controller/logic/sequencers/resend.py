"""When a station's write may be sent again: not while its proof is open, and later after each failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from controller.domain.command import PointWrite, Proof, Wanted
from controller.domain.points import TargetId, Value, device_of
from controller.logic.contract import LastWrite, Moment

RETRY_S = (30.0, 60.0, 120.0, 300.0)
"""Waits after the first, second … unconfirmed write; the last one repeats."""
URGENT_RETRY_S = 5.0
"""What protects is tried again this soon, every time."""
UNDONE_S = 10.0
"""A confirmed value that no longer holds is written again, but not faster than this."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A write that is due now, or what it waits for."""

    wanted: tuple[Wanted, ...]
    phase: str
    next_s: float | None = None


def send(
    target: TargetId,
    point: str,
    value: Value,
    proof: Proof,
    last: Mapping[TargetId, LastWrite],
    moment: Moment,
    *,
    said: str,
    urgent: bool = False,
) -> Sending:
    """The write towards ``value``, if it is due."""
    due_s = _due_s(last.get(target), point, value, proof.within_s, urgent=urgent)
    if moment.s >= due_s:
        write = PointWrite(device_of(target), point, value)
        return Sending((Wanted(target, write, proof, protective=urgent),), said)
    left_s = due_s - moment.s
    open_proof = (before := last.get(target)) is not None and not before.settled
    phase = f"{said}: proof within {left_s:.0f} s" if open_proof else f"{said} not confirmed: again in {left_s:.0f} s"
    return Sending((), phase, due_s)


def _due_s(last: LastWrite | None, point: str, value: Value, proof_s: float, *, urgent: bool) -> float:
    if last is None or last.point != point or last.value != value:
        return float("-inf")
    if not last.settled:
        # An outcome nobody reports any more must not block the station for ever.
        return last.sent_s + 2.0 * proof_s + UNDONE_S
    if urgent:
        return last.sent_s + URGENT_RETRY_S
    if last.confirmed:
        return last.sent_s + UNDONE_S
    return last.sent_s + RETRY_S[min(max(last.failures, 1), len(RETRY_S)) - 1]
