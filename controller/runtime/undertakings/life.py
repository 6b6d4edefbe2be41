"""One request and each of its targets: where they stand, and which step may follow which. Pure: time is handed in.

The words are DESIGN's (``CommandState``). A *part* is one target of a request. It is *followed* while the field or the
priority array can still change its state: a target that could not be reached is told again when it returns, so FAILED,
MISMATCH, EXPIRED (of one command) and INDETERMINATE may still become CONFIRMED. CONFIRMED, REJECTED, and what its own
request's end made of it (EXPIRED, CANCELLED, SUPERSEDED) are the last word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from controller.domain.command import Cause, CommandState
from controller.domain.points import TargetId
from controller.domain.slots import Slot

Key = tuple[str, str]
"""Whose request, and its id: the same id of another owner is another request."""

BEFORE_DISPATCH = (CommandState.RECEIVED, CommandState.AUTHORISED, CommandState.VALIDATED, CommandState.SELECTED)
IN_HAND = (CommandState.QUEUED, CommandState.SENT, CommandState.ACKED, CommandState.VERIFYING)
_WORST_FIRST = (
    CommandState.MISMATCH,
    CommandState.INDETERMINATE,
    CommandState.FAILED,
    CommandState.EXPIRED,
    CommandState.SUPERSEDED,
    CommandState.CANCELLED,
    CommandState.REJECTED,
    *BEFORE_DISPATCH,  # masked: admitted, and something above it decides
    *IN_HAND,
    CommandState.CONFIRMED,
)
_EARLIEST_FIRST = (*BEFORE_DISPATCH, CommandState.INDETERMINATE, *IN_HAND)


@dataclass(slots=True)
class Part:
    """One target of a request. ``masked_by`` is empty unless something above it decides the target."""

    target: TargetId
    state: CommandState
    at: datetime
    cause: str = ""
    remark: str = ""
    masked_by: str = ""
    attempts: int = 0
    """Commands sent or tried for it."""
    command: str = ""
    """The newest of them."""
    followed: bool = False

    @property
    def waits(self) -> bool:
        """Whether more is to be expected without anybody doing anything."""
        return not self.state.final and not self.masked_by


@dataclass(frozen=True, slots=True)
class Tally:
    """The targets of a request by state; those something above it decides are counted apart."""

    plain: Mapping[CommandState, int]
    masked_ones: Mapping[CommandState, int]

    @property
    def counts(self) -> Mapping[CommandState, int]:
        """How many targets stand in each state."""
        return Counter(self.plain) + Counter(self.masked_ones)

    @property
    def masked(self) -> int:
        """How many targets are decided by something above this request."""
        return sum(self.masked_ones.values())

    @property
    def waiting(self) -> int:
        """Of how many targets more is to be expected."""
        return sum(count for state, count in self.plain.items() if not state.final)

    @property
    def state(self) -> CommandState:
        """One word for all: the earliest step of what still waits, else the worst end."""
        waiting = {state for state in self.plain if not state.final}
        return _first(_EARLIEST_FIRST, waiting) if waiting else _first(_WORST_FIRST, {*self.plain, *self.masked_ones})


@dataclass(slots=True)
class Undertaking:
    """One request: who asked what, and how far each target got."""

    id: str
    actor: str
    person: str
    origin: str
    kind: str
    value: str
    slot: Slot | None
    reason: str
    opened: datetime
    parts: dict[TargetId, Part]
    confirmed_by: str = ""
    follow: bool = False
    """Whether its accepted targets are followed to the field; else being durable is all there is to them."""
    answered: bool = False
    stages: dict[CommandState, datetime] = field(default_factory=dict)
    """When the first target reached each state."""
    settled: datetime | None = None
    """When nothing more was to be expected for the first time."""

    @property
    def key(self) -> Key:
        """Its place in the book."""
        return self.actor, self.id

    @property
    def followed(self) -> bool:
        """Whether any target of it is still followed."""
        return any(part.followed for part in self.parts.values())

    def tally(self) -> Tally:
        """All targets added up."""
        counts: Counter[CommandState] = Counter()
        masked: Counter[CommandState] = Counter()
        for part in self.parts.values():
            (masked if part.masked_by else counts)[part.state] += 1
        return Tally(counts, masked)

    def waiting(self) -> bool:
        """Whether of any target more is to be expected."""
        return any(part.waits for part in self.parts.values())

    def note(self, state: CommandState, at: datetime) -> None:
        """A state was reached by a target."""
        self.stages.setdefault(state, at)


def move(
    undertaking: Undertaking, part: Part, state: CommandState, at: datetime, *, cause: str = "", remark: str = ""
) -> bool:
    """Put a part into a state; whether that says anything new. The caller knows that the step may follow."""
    if (part.state, part.cause, part.remark, part.masked_by) == (state, cause, remark, ""):
        return False
    if part.state is not state:
        part.at = at
        undertaking.note(state, at)
    part.state, part.cause, part.remark, part.masked_by = state, cause, remark, ""
    return True


def end(undertaking: Undertaking, part: Part, state: CommandState, at: datetime, remark: str) -> bool:
    """The request itself ended for this target. What the field proved before stays the last word."""
    if not part.followed:
        return False
    part.followed = False
    if part.state.final and not part.masked_by:
        part.remark = f"{part.remark}; then {remark}" if part.remark else remark
        return True
    cause = Cause.EXPIRED.value if state is CommandState.EXPIRED else ""
    return move(undertaking, part, state, at, cause=cause, remark=remark)


def confirm(undertaking: Undertaking, part: Part, at: datetime, remark: str) -> bool:
    """Independent feedback proves it: the last word."""
    part.followed = False
    return move(undertaking, part, CommandState.CONFIRMED, at, remark=remark)


def mask(part: Part, by: str, at: datetime) -> bool:
    """Something above it decides the target."""
    if part.masked_by == by:
        return False
    if not part.masked_by:
        part.at = at
    part.state, part.masked_by, part.cause = CommandState.VALIDATED, by, ""
    part.remark = f"taken, but masked: {by} / 已受理，但被屏蔽"
    return True


def step_of_command(
    undertaking: Undertaking, part: Part, command_id: str, state: CommandState, at: datetime, *, cause: str, remark: str
) -> bool:
    """One of its commands made a step.

    A command that was superseded or withdrawn says nothing of the request: what decides then is what stands in the
    priority array. Older commands than the newest are not listened to any more.
    """
    if not part.followed:
        return False
    if state is CommandState.QUEUED and part.command != command_id:
        part.command, part.attempts = command_id, part.attempts + 1
    if part.command != command_id:
        return False
    if state in (CommandState.SUPERSEDED, CommandState.CANCELLED):
        return move(undertaking, part, CommandState.VALIDATED, at, remark=remark)
    return move(undertaking, part, state, at, cause=cause, remark=remark)


def _first(order: Iterable[CommandState], among: set[CommandState]) -> CommandState:
    return next((state for state in order if state in among), CommandState.RECEIVED)
