"""A command: one absolute write to one point of one device, with the proof that would confirm it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.points import DeviceId, TargetId, Value, point_id
from controller.domain.slots import Slot


class CommandState(StrEnum):
    """The life cycle of DESIGN section 4."""

    RECEIVED = "RECEIVED"
    AUTHORISED = "AUTHORISED"
    VALIDATED = "VALIDATED"
    SELECTED = "SELECTED"
    QUEUED = "QUEUED"
    SENT = "SENT"
    ACKED = "ACKED"
    VERIFYING = "VERIFYING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    FAILED = "FAILED"
    MISMATCH = "MISMATCH"
    INDETERMINATE = "INDETERMINATE"

    @property
    def final(self) -> bool:
        """Whether nothing follows. INDETERMINATE is not final: the read-back decides."""
        return self in FINAL


FINAL = frozenset(
    {
        CommandState.CONFIRMED,
        CommandState.REJECTED,
        CommandState.EXPIRED,
        CommandState.CANCELLED,
        CommandState.SUPERSEDED,
        CommandState.FAILED,
        CommandState.MISMATCH,
    }
)
"""What nothing follows; for whoever asks it of ten thousand commands a second."""


class Cause(StrEnum):
    """Why a command or request was refused, in the field's words (IEC 61850 AddCause, DNP3 status)."""

    LOCAL = "BLOCKED_LOCAL"
    TAGGED = "BLOCKED_BY_TAG"
    INTERLOCK = "BLOCKED_BY_INTERLOCKING"
    NO_AUTHORITY = "NO_ACCESS_AUTHORITY"
    LOCKED = "LOCKED_BY_OTHER_CLIENT"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TOO_MANY_OPS = "TOO_MANY_OPS"
    EXPIRED = "EXPIRED"
    UNKNOWN_TARGET = "UNKNOWN_TARGET"
    NOT_READY = "NOT_READY"
    NO_EVIDENCE = "JOURNAL_UNAVAILABLE"
    OFFLINE = "DEVICE_OFFLINE"
    DEVICE_REFUSED = "DEVICE_REFUSED"
    NO_FEEDBACK = "NO_FEEDBACK"
    NOT_SELECTED = "OBJECT_NOT_SELECTED"


@dataclass(frozen=True, slots=True)
class PointWrite:
    """An absolute value for one writable point; sending it twice does no more than sending it once."""

    device: DeviceId
    point: str
    value: Value

    def __str__(self) -> str:
        return f"{point_id(self.device, self.point)}={self.value}"


@dataclass(frozen=True, slots=True)
class Proof:
    """Independent feedback that confirms a write: ``point`` reads ``expected ± tolerance`` within ``within_s``."""

    point: str
    expected: Value
    within_s: float
    tolerance: float = 0.0

    def met_by(self, value: Value | None) -> bool:
        """Whether a GOOD value proves the write."""
        return agrees(value, self.expected, self.tolerance)


def agrees(value: Value | None, expected: Value, tolerance: float) -> bool:
    """Whether a value is the expected one; numbers (not booleans) within ``tolerance``. Nothing agrees with None."""
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and isinstance(value, (int, float)):
        return abs(float(value) - float(expected)) <= tolerance
    return value is not None and value == expected


@dataclass(frozen=True, slots=True)
class Wanted:
    """A write a sequencer wants, with its proof (None only where the profile says ``feedback: none``)."""

    target: TargetId
    write: PointWrite
    proof: Proof | None
    protective: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A wanted write that passed the interlocks and is on its way. Times are monotonic seconds."""

    id: str
    target: TargetId
    write: PointWrite
    proof: Proof | None
    slot: Slot
    owner: str
    reason: str
    created_s: float
    not_after_s: float
    lease_id: str | None = None
    protective: bool = False
    request_id: str = ""
    """The request behind it, of ``owner``; empty for what the controller wants by itself."""
    on_behalf_of: TargetId = ""
    """The target whose winning request it serves: a station's, where one of its units is told to start."""
