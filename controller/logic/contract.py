"""The shapes pure decisions come back in, and the memory they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from controller.domain.command import Cause, Wanted
from controller.domain.points import TargetId
from controller.domain.request import Request


@dataclass(frozen=True, slots=True)
class Moment:
    """One cycle's time: wall (aware, UTC) for programs and people, monotonic seconds for everything that elapses."""

    wall: datetime
    s: float


class Ruling(Enum):
    """What an interlock says of a wanted write."""

    ALLOW = "allow"
    HOLD = "hold"
    FORCE = "force"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An interlock's word, always with a reason a person can act on.

    HOLD: not now (``until_s``: when it is worth asking again, monotonic; None: when an input changes).
    FORCE: ``instead`` is written whatever was wanted.
    """

    ruling: Ruling
    interlock: str = ""
    cause: Cause = Cause.INTERLOCK
    reason: str = ""
    until_s: float | None = None
    instead: Wanted | None = None


ALLOWED = Verdict(Ruling.ALLOW)


@dataclass(frozen=True, slots=True)
class LastWrite:
    """What was last sent for a target and how it ended: keeps a sequencer from repeating itself.

    ``failures`` counts consecutive writes that were not confirmed; ``settled`` is true once the outcome is known.
    """

    point: str
    value: object
    sent_s: float
    settled: bool
    confirmed: bool
    failures: int = 0


@dataclass(frozen=True, slots=True)
class UnitMemory:
    """What a pump unit's rules need to know of its past (monotonic seconds; the runtime persists it)."""

    starts_s: tuple[float, ...] = ()
    """Proven starts of the last 24 h."""
    running_since_s: float | None = None
    stopped_since_s: float | None = None
    run_hours: float = 0.0
    starts_total: int = 0
    locked_out: str = ""
    """Reason of a lock-out that a person must reset; empty when none."""


@dataclass(frozen=True, slots=True)
class StationMemory:
    """A station's memory between cycles. A new one starts from the actual state (bumpless)."""

    units: Mapping[TargetId, UnitMemory] = field(default_factory=dict)
    wanted_count: int = 0
    last_start_s: float | None = None
    last_stop_s: float | None = None
    gravity_since_s: float | None = None
    """Since when the head for gravity discharge has been there."""
    dry_run_hold: bool = False
    since_power_s: float | None = None


@dataclass(frozen=True, slots=True)
class StationStep:
    """What one cycle made of a station."""

    memory: StationMemory
    wanted: tuple[Wanted, ...] = ()
    phases: Mapping[TargetId, str] = field(default_factory=dict)
    """One line per target for people: ``waits 42 s: one unit starts per feeder at a time``."""
    alarms: tuple[tuple[str, str], ...] = ()
    """(condition id, text) of what people should know; the alarm book makes alarms of it."""
    next_s: float | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """Requests of computed slots (or of an automatic trip) that hold for this cycle."""

    requests: tuple[Request, ...]
    until: datetime | None = None
    """Wall time at which they change by themselves (lighting: the next edge of the program)."""
