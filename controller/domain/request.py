"""A request: somebody wants a target to have a value, in a slot, for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.domain.slots import Slot


@dataclass(frozen=True, slots=True)
class Lease:
    """The time a manual value lives.

    ``granted`` and ``expires`` are wall-clock (aware, UTC) for people and for restarts; ``expires_s`` is the
    monotonic moment that decides while the process runs, so that a stepped clock neither ends nor extends it.
    """

    id: str
    granted: datetime
    expires: datetime
    expires_s: float

    def over(self, now_s: float) -> bool:
        """Whether it has run out."""
        return now_s >= self.expires_s


@dataclass(frozen=True, slots=True)
class Request:
    """One filled slot of one target."""

    target: TargetId
    slot: Slot
    value: Intent
    owner: str
    reason: str
    origin: str = ""
    ticket: str = ""
    since: datetime | None = None
    lease: Lease | None = None
    epoch: int = 0
    request_id: str = ""
    """The request (one act of one owner, with one or many targets) that wanted it; empty for what is computed."""
    confirmed_by: str = ""
    """The second person, where it took two."""
    urgent: bool = False
    """Whether staging against inrush is compressed for it; not kept over a restart, by which its turns have passed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What arbitration made of a target's requests: the winner, and everyone it masks, highest slot first."""

    target: TargetId
    winner: Request
    masked: tuple[Request, ...] = ()
