"""What a channel remembers of one device behind its endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.base import Binding
from drivers.link import Link


@dataclass(slots=True)
class DeviceState:
    """One device's link and what is due for it (monotonic seconds).

    ``due_s``: its next turn. ``slow_due_s``: when its slow points are read again. ``beat_due_s``: its next heartbeat.
    ``fast_until_s``: until when a proof is looked for at the fast pace. ``look_s``: when a subscribed device is read
    although nothing was reported: a write that changes nothing is followed by no report, and a report may be late.
    ``complete``: read completely since the link last failed. ``phase``: 0 ≤ phase < 1, the device's own, by which what
    begins together for a whole city is spread over its period.
    """

    binding: Binding
    link: Link
    due_s: float
    slow_due_s: float
    beat_due_s: float
    beat_every_s: float | None
    fast_until_s: float = float("-inf")
    look_s: float = float("inf")
    beat: int = 0
    complete: bool = False
    phase: float = 0.0
