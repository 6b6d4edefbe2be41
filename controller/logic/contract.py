"""The shapes pure decisions come back in, and the memory they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from controller.domain.command import Cause, Wanted
from controller.domain.points import TargetId
from controller.domain.request import Request
from controller.logic.gauge_exclusion import EXCLUDES_NOTHING, Excluded, LoneGauge


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

    ``failures`` counts consecutive writes of this value that were not confirmed: a gate that could not be closed says
    nothing of how it opens. ``settled`` is true once the outcome is known.
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
    seen_s: float | None = None
    """When the running feedback was last GOOD."""
    proven_s: float | None = None
    """When the unit was last seen truly running: contactor closed and, where it is measured, current drawn
    (``Scene.proves_start``)."""
    asked_s: float | None = None
    """When a start was last handed to dispatch: bridges the moment until it shows in the last write."""
    withdraw: bool = False
    """A start failed: its command is taken back until the unit is proven stopped."""
    low_current_s: float | None = None
    """Since when it runs behind an open path and is proven to draw too little current."""
    path_lost_s: float | None = None
    """Since when it runs and its discharge gate is proven not open."""
    auxiliary_lost_s: float | None = None
    """Since when it runs and an auxiliary of it is proven not to."""
    stopping_s: float | None = None
    """Since when its stop is under way: a centrifugal pump's gate closes before its motor stops."""


@dataclass(frozen=True, slots=True)
class GateMemory:
    """How a gate was last seen moving: what keeps it from being reversed while it travels."""

    percent: float | None = None
    moved_s: float | None = None
    opening: bool = False
    moves_s: tuple[float, ...] = ()
    """When it was sent somewhere, in the last hour."""
    locked_out: str = ""
    """Why it was stopped and stays so until a person resets it (jammed, over-torque); empty when it is not."""
    rest_percent: float | None = None
    """Where it was left: what drift is measured from. None: it travels, or others command it."""
    torque_s: float | None = None
    """Since when its drive has been past its torque limit."""
    limits_s: float | None = None
    """Since when its limit switches have contradicted each other or its position."""


@dataclass(frozen=True, slots=True)
class InterlockMemory:
    """A configured interlock's delays and latch (monotonic seconds)."""

    false_since_s: float | None = None
    true_since_s: float | None = None
    acting: bool = False
    latched: bool = False


@dataclass(frozen=True, slots=True)
class OrderMemory:
    """Which orders of a target were known in the last cycle: tells a new order from one an expiry revealed."""

    winning: str = ""
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TargetMemory:
    """A target level or flow being held: by which order, with how many units, and when that last changed (monotonic s).

    ``off_s``: since when the measured flow has been so far off the target that a unit more or fewer would meet it
    better. ``speed_percent``: what the drives were corrected to; None: not corrected.
    """

    order: str = ""
    count: int = 0
    stepped_s: float | None = None
    off_s: float | None = None
    speed_percent: float | None = None
    counted: bool = False
    """Whether ``count`` was worked out from rated flows already."""


@dataclass(frozen=True, slots=True)
class GaugeWatch:
    """One of several gauges of a level: where it was last seen, where it last moved to, and the others then (m).

    ``since_s``: when it was last seen to move (monotonic s). ``out``: why it has no vote; empty when it has.
    """

    value_m: float
    anchor_m: float
    others: tuple[float, ...] | None
    since_s: float
    out: str = ""


class RoadStage(Enum):
    """Whether the road of an underpass can be used, by the water over it."""

    OPEN = "open"
    CLOSED = "closed"
    NO_PASS = "no_pass"  # noqa: S105 (a road nobody passes; no password)


@dataclass(frozen=True, slots=True)
class RoadMemory:
    """An underpass's road: its stage, and the levels of the last minutes as (monotonic s, m)."""

    stage: RoadStage = RoadStage.OPEN
    samples: tuple[tuple[float, float], ...] = ()
    shut: bool = False
    """Whether the water closed it: only then it opens again by itself."""
    dry_since_s: float | None = None
    """Since when the water has stood low enough for it to open again."""


@dataclass(frozen=True, slots=True)
class CriticalMemory:
    """Slot 4 of a station: ``level_m`` is the level near its guarantee level, None on all other days.

    ``passed`` names the orders of people that its starts are not held by; ``unaided`` why nobody can start from here.
    """

    level_m: float | None = None
    guarantee_m: float = 0.0
    passed: tuple[str, ...] = ()
    unaided: str = ""


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
    """When the supply was seen back, or the PLC was seen to have restarted."""
    supply_lost: bool = False
    boots: float | None = None
    """The PLC's own count of its restarts, when it was last read."""
    shed_units: frozenset[TargetId] = frozenset()
    """Units stopped for the trash rack's sake, until it is clean enough for a start."""
    shed_s: float | None = None
    """When the last one was shed."""
    rack_dirty_s: float | None = None
    """Since when the trash rack's head has been past its shed limit."""
    rack_clean_s: float | None = None
    """When the trash rack's head was last below its start limit."""
    rack_passable_s: float | None = None
    """And when below its shed limit."""
    rack_unclean_s: float | None = None
    """When it was last at its start limit or above."""
    exercised: TargetId = ""
    """The unit that is being exercised; empty: none."""
    exercised_s: float | None = None
    """When the last exercise was begun."""
    adopted: bool = False
    """Whether the actual state was taken over after the first complete read."""
    in_control: bool = False
    """Whether the station's outputs followed us in the last cycle (ready, switch and mode REMOTE)."""
    blocked: bool = False
    """Whether the station was LOCAL or unreachable in the last cycle."""
    stepped_s: float | None = None
    """When the staged control last changed ``wanted_count``."""
    held_count: int = 0
    """Units kept running because an order ended by itself (expiry, release, restart), until a new order."""
    held_units: frozenset[TargetId] = frozenset()
    """Units whose STOP order was only revealed by the end of another: kept running until a new order."""
    gravity_open: bool = False
    """Whether gravity discharge was last asked for."""
    rack_since_s: float | None = None
    """Since when the trash rack's head has been past its stop limit."""
    head_blind_since_s: float | None = None
    """Since when inner or outer level has not been trusted, so that nobody knows the head."""
    diverting: bool = False
    """Whether a diversion program has the station: it brings water in, or is being stopped doing so."""
    gauges: Mapping[str, GaugeWatch] = field(default_factory=dict)
    """The inner level's gauges, watched against each other."""
    excluded: Excluded = EXCLUDES_NOTHING
    """The station's level gauges that people took out of the vote, as last told."""
    lone: LoneGauge | None = None
    """The one inner gauge that leaves, while there is just one."""
    road: RoadMemory = RoadMemory()
    target: TargetMemory = TargetMemory()
    """How far a target level or a flow that was ordered has been made up."""
    critical: CriticalMemory = CriticalMemory()
    """Whether the level is near the guarantee level, and whose orders are passed for it."""
    below_guarantee_m: float | None = None
    """How far its water stands below the guarantee level (m), where both are known: who is in more danger."""
    short_of: int = 0
    """How many units its order still asks for that do not run: what a feeder keeps room for."""
    helping: bool = False
    """Whether the units the network asks for at least are kept running."""
    orders: Mapping[TargetId, OrderMemory] = field(default_factory=dict)
    gates: Mapping[TargetId, GateMemory] = field(default_factory=dict)
    interlocks: Mapping[str, InterlockMemory] = field(default_factory=dict)


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
    because: Mapping[TargetId, TargetId] = field(default_factory=dict)
    """Whose decision stands behind a target's write, where it is not the target's own: a unit that starts because
    its station was ordered ``count 2`` acts under the station's slot, owner and lease."""
    verdicts: Mapping[TargetId, Verdict] = field(default_factory=dict)
    """The interlock that holds or forces a target in this cycle, for ``explain``."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Requests of computed slots (or of an automatic trip) that hold for this cycle."""

    requests: tuple[Request, ...]
    until: datetime | None = None
    """Wall time at which they change by themselves (lighting: the next edge of the program)."""
