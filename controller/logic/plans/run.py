"""A run of a plan: which steps are done, what it wants of the field, and who stands behind it. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller.domain.intents import Intent
from controller.domain.points import TargetId
from controller.logic.alarm_settings import Words

NO_WORDS = Words()


class Phase(StrEnum):
    """How a run stands. HELD waits for a person; LAPSED ended because its longest time was over."""

    RUNNING = "running"
    PAUSED = "paused"
    HELD = "held"
    ABORTING = "aborting"
    FINISHED = "finished"
    ABORTED = "aborted"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"

    @property
    def live(self) -> bool:
        """Whether it is not over."""
        return self in LIVE


LIVE = frozenset({Phase.RUNNING, Phase.PAUSED, Phase.HELD, Phase.ABORTING})
ACTING = frozenset({Phase.RUNNING, Phase.ABORTING})
"""Phases in which steps go on and leases are extended."""


class StepState(StrEnum):
    """A step that was begun. PASSED: an answer led past it."""

    ACTIVE = "active"
    DONE = "done"
    SKIPPED = "skipped"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class StepRun:
    """How far one step came (monotonic s; ``deadline_s`` None: it has none)."""

    state: StepState
    since_s: float
    deadline_s: float | None = None
    ended_s: float | None = None
    tries: int = 1
    note: Words = NO_WORDS

    @property
    def over(self) -> bool:
        """Whether the next step may begin."""
        return self.state is not StepState.ACTIVE


@dataclass(frozen=True, slots=True)
class Want:
    """What the run wants of a target. ``placed``: its request was taken into the plan's slot."""

    target: TargetId
    value: Intent
    step: str
    placed: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A person's answer to a question."""

    answer: str
    by: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``owner`` is the name its requests stand under; ``by`` started it, ``basis`` is why (levels, tide, rain,
    response as they were then). ``closing``: it is on its way to this end, as soon as its last orders are placed."""

    id: str
    plan_id: str
    phase: Phase
    parameters: Mapping[str, float]
    by: str
    person: str
    reason: str
    begun: datetime
    begun_s: float
    ends_s: float
    confirmed_by: str = ""
    basis: tuple[str, ...] = ()
    ticket: str = ""
    steps: Mapping[str, StepRun] = field(default_factory=dict)
    wants: Mapping[TargetId, Want] = field(default_factory=dict)
    answers: Mapping[str, Said] = field(default_factory=dict)
    vouched: frozenset[str] = frozenset()
    """Conditions a person let pass while they could not be known."""
    why: Words = NO_WORDS
    phase_by: str = ""
    """Who put it into its phase; empty: the plan itself."""
    phase_s: float = 0.0
    abort_asked: str = ""
    """Who asked for the abort; empty: nobody did."""
    closing: Phase | None = None
    ended: datetime | None = None
    takes_over: bool = False
    """Whether its orders may take the plan slot from another's."""

    @property
    def owner(self) -> str:
        """The name its requests stand under."""
        return owner_of(self.id)


def owner_of(run_id: str) -> str:
    """Whose requests those of a run are."""
    return f"plan/{run_id}"
