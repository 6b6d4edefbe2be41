"""What one endpoint's traffic has been like since its channel began: counters, and the last reply's age."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.errors import (
    BadReply,
    DeviceBusy,
    DeviceRefused,
    GatewayFault,
    Indeterminate,
    LinkDown,
    NoReply,
)

SMOOTH = 0.125
"""Weight of the newest round trip in the running mean (as TCP weighs it, RFC 6298)."""


class Trouble(StrEnum):
    """Kinds of trouble, as ``zhadao endpoints`` and the metrics name them."""

    UNREACHABLE = "unreachable"
    SILENT = "silent"
    BAD_REPLY = "bad_reply"
    BUSY = "busy"
    GATEWAY = "gateway"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


_KINDS: tuple[tuple[type[Exception], Trouble], ...] = (
    (LinkDown, Trouble.UNREACHABLE),
    (NoReply, Trouble.SILENT),
    (BadReply, Trouble.BAD_REPLY),
    (Indeterminate, Trouble.IN_DOUBT),
    (DeviceBusy, Trouble.BUSY),
    (GatewayFault, Trouble.GATEWAY),
    (DeviceRefused, Trouble.REFUSED),
)


def trouble_of(error: Exception) -> Trouble:
    """What kind of trouble an error is."""
    return next((trouble for kind, trouble in _KINDS if isinstance(error, kind)), Trouble.REFUSED)


@dataclass(slots=True)
class WireHealth:
    """Counters since the channel began; ``replied_s`` monotonic; ``round_trip_s`` a running mean of whole reads."""

    reads: int = 0
    writes: int = 0
    connects: int = 0
    late: int = 0
    """Polls whose turn came later than their own period: the wire, or the machine, is too slow for what hangs on it."""
    repeated: int = 0
    """Reads and writes tried again after a device said busy."""
    round_trip_s: float = 0.0
    replied_s: float = float("-inf")
    last_error: str = ""
    troubles: dict[Trouble, int] = field(default_factory=dict)

    def replied(self, now_s: float, took_s: float) -> None:
        """A device answered a read."""
        self.reads += 1
        self.replied_s = now_s
        self.round_trip_s += (took_s - self.round_trip_s) * (SMOOTH if self.reads > 1 else 1.0)

    def failed(self, error: Exception) -> None:
        """Something went wrong."""
        trouble = trouble_of(error)
        self.troubles[trouble] = self.troubles.get(trouble, 0) + 1
        self.last_error = str(error)


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One endpoint's wire as people and machines are shown it. Ages and times in seconds; counts since its start."""

    endpoint: str
    members: tuple[str, ...]
    """The devices behind it."""
    state: str
    """``up``, or ``down``: not connected."""
    online: int
    suspect: int
    offline: int
    reply_age_s: float | None
    """Since a device last answered; None when none ever did."""
    round_trip_ms: float
    queue: int
    """Commands that wait to be sent."""
    reads: int
    writes: int
    connects: int
    late_polls: int
    repeated: int
    troubles: dict[str, int]
    """How often: unreachable, silent, bad_reply, busy, gateway, refused, in_doubt."""
    last_error: str
