"""What a channel remembers of one device behind its endpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from controller.domain.image import LinkState
from controller.domain.points import Value
from controller.runtime.traffic.poll_plan import NEVER_S, PollPlan
from drivers.base import Binding
from drivers.link import Link
from drivers.plausible import Watch
from drivers.profile import PointSpec, Poll


class Rank(IntEnum):
    """Who is served before whom where both are due: those that answer, those not heard of yet, those that are dead."""

    LIVING = 0
    UNMET = 1
    DEAD = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What devices with the same points have in common, worked out once.

    ``buttons``: its pulse outputs. ``starts``: the points that tell of a restart (uptime, boots).
    """

    buttons: tuple[PointSpec, ...] = ()
    starts: tuple[PointSpec, ...] = ()


@dataclass(slots=True, eq=False)
class DeviceState:
    """One device's link and what is due for it (monotonic seconds).

    ``due_s`` and ``seat``: its next turn (see ``Turns``). ``beat_due_s``: its next heartbeat. ``looked``: a
    look was made and its proof had not come; the next is made only if it still has not. ``look_s``: when it is
    read for a proof, ``look_polls`` which classes, ``looks_until_s`` until when at the fast pace, ``prove_by_s`` from
    when on that goes before ordinary writes. ``complete``: read completely since the link last failed. ``fruitless``:
    requests in a row it did not answer. ``cost_s``: what a read of it takes, ``share``: of its wire's time. ``busy``:
    how often in a row it said busy, ``busy_since_s`` since when it says nothing else, ``busy_told``: people were told.
    ``refused``: points it does not give, though it answers. ``written``: what it acknowledged, by point, with the time.
    ``starts``: what its uptime and boots points last said. ``phase``: 0 ≤ phase < 1, the device's own, by which what
    begins together for a whole city is spread over its period.
    """

    binding: Binding
    link: Link
    plan: PollPlan
    kind: Kind
    watch: Watch | None
    beat_every_s: float | None
    phase: float
    beat_due_s: float
    due_s: float = 0.0
    seat: int = 0
    look_s: float = NEVER_S
    looked: bool = False
    look_polls: frozenset[Poll] = frozenset()
    looks_until_s: float = float("-inf")
    prove_by_s: float = NEVER_S
    beat: int = 0
    complete: bool = False
    replied_s: float = float("-inf")
    fruitless: int = 0
    busy: int = 0
    busy_since_s: float = NEVER_S
    busy_told: bool = False
    refused: frozenset[str] = frozenset()
    cost_s: float = 0.0
    share: float = 0.0
    written: dict[str, tuple[Value, float]] = field(default_factory=dict)
    starts: dict[str, float] = field(default_factory=dict)

    @property
    def rank(self) -> Rank:
        """Its place in the queue."""
        if self.link.usable or self.link.state is LinkState.RESYNC:
            return Rank.LIVING if self.fruitless == 0 else Rank.UNMET
        return Rank.DEAD if self.fruitless > 0 else Rank.UNMET
