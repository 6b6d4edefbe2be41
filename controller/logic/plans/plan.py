"""A plan as data: whom it concerns, what must hold, its steps, its way out, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from controller.domain.expression import Expression
from controller.domain.intents import Direction
from controller.domain.operating import OperatingState
from controller.domain.points import DeviceId, TargetId, device_of
from controller.domain.rights import Role
from controller.logic.alarm_settings import Words
from controller.logic.interlocks import OnBad


class When(StrEnum):
    """START: asked when the plan begins and when it goes on after a pause. ALWAYS: as long as it runs, too."""

    START = "start"
    ALWAYS = "always"


class Otherwise(StrEnum):
    """What a condition proven false does to a running plan: HOLD it for a person, or ABORT it."""

    HOLD = "hold"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold. ``on_bad``: what it means when it cannot be known.

    ALLOW: nothing; BLOCK: it counts as false (a running plan is held, never aborted, for what nobody knows); ASK: a
    person decides, by starting or resuming with it in sight.
    """

    id: str
    expression: Expression
    text: Words
    when: When = When.START
    on_bad: OnBad = OnBad.BLOCK
    otherwise: Otherwise = Otherwise.HOLD


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number people may choose at the start, from ``low`` to ``high``; ``whole``: a count."""

    id: str
    title: Words
    default: float
    low: float
    high: float
    whole: bool = False
    unit: str = ""


Amount = float | str
"""A number, or the parameter that says it."""


@dataclass(frozen=True, slots=True)
class Set:
    """A target gets a value, in the words people type; ``{units}`` stands for a parameter. Done when proven."""

    target: TargetId
    to: str


@dataclass(frozen=True, slots=True)
class Start:
    """At least so many units of a station run this way: what runs already counts and is never stopped for it.

    A draining station's own level control adds further units where the water asks for them; ``exactly``: it does not.
    """

    station: DeviceId
    units: Amount
    direction: Direction = Direction.DRAIN
    exactly: bool = False

    @property
    def at_least(self) -> bool:
        """Whether the order leaves room for more."""
        return self.direction is Direction.DRAIN and not self.exactly


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass."""

    for_s: float


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until it is known to be true."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Verify:
    """It has to be true now; what cannot be known yet is waited for, what is proven false fails the step."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell people, on every way notices have."""

    text: Words
    urgent: bool = False


class Way(StrEnum):
    """Where an answer leads: on to the NEXT step, to the ABORT, to the plan's end, or (TO) to a later step."""

    NEXT = "next"
    ABORT = "abort"
    FINISH = "finish"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing a person may say, and where it leads."""

    id: str
    title: Words
    way: Way = Way.NEXT
    to: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A person decides. ``silence``: the answer that counts when nobody gives one in time; empty: the fallback."""

    text: Words
    answers: tuple[Answer, ...]
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Branches that run side by side; it is done when all of them are."""

    branches: tuple[tuple[Step, ...], ...]


Act = Set | Start | Wait | Until | Verify | Tell | Ask | Together


class FallbackAct(StrEnum):
    """What follows a step that failed or was not done in time: SKIP it with an alarm, HOLD for a person, ABORT."""

    SKIP = "skip"
    HOLD = "hold"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Fallback:
    """``retries`` more times the step gets its whole time again; then ``act``."""

    act: FallbackAct = FallbackAct.HOLD
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``within_s``: its time (s); None only for what ends by itself."""

    id: str
    title: Words
    act: Act
    within_s: float | None = None
    fallback: Fallback = Fallback()


class Ending(StrEnum):
    """What becomes of what the plan ordered: HAND_BACK to whoever decides without it (bumpless: what runs goes on),
    HOLD things as they are until the lease ends, KEEP the orders themselves until then."""

    HAND_BACK = "hand_back"
    HOLD = "hold"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class WayOut:
    """The abort: its steps, how it leaves things, and the safe state that is, in words. It never stops a unit.

    Handed back, level control goes on with what runs and may add to it; HOLD keeps it from adding, too, for as long as
    the lease lives.
    """

    state: Words
    steps: tuple[Step, ...] = ()
    ending: Ending = Ending.HAND_BACK


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. ``lease_s``: how long its orders live unless the running plan extends them; ``longest_s``: its own
    longest life. ``scope``: the names its conditions go by, and what they stand for. ``source`` is the entry as it
    was read: a run keeps it, and goes on by it whatever the folder says later."""

    id: str
    title: Words
    purpose: Words
    scope: Mapping[str, DeviceId]
    steps: tuple[Step, ...]
    way_out: WayOut
    lease_s: float
    longest_s: float
    may_start: frozenset[Role] = frozenset()
    states: frozenset[OperatingState] = frozenset()
    conditions: tuple[Condition, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    ending: Ending = Ending.HAND_BACK
    next_plan: str = ""
    source: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def targets(self) -> tuple[TargetId, ...]:
        """Everything it may order, its abort included; sorted."""
        steps = (*every_step(self.steps), *every_step(self.way_out.steps))
        return tuple(sorted({target for step in steps if (target := ordered_by(step.act))}))

    @property
    def stations(self) -> tuple[DeviceId, ...]:
        """The devices its targets belong to; sorted."""
        return tuple(sorted({device_of(target) for target in self.targets}))

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return next((one for one in self.parameters if one.id == name), None)

    def step(self, step_id: str) -> Step | None:
        """The step of this id, the abort's included."""
        steps = (*every_step(self.steps), *every_step(self.way_out.steps))
        return next((one for one in steps if one.id == step_id), None)


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """These steps and those within their branches, in reading order."""
    for step in steps:
        yield step
        if isinstance(step.act, Together):
            for branch in step.act.branches:
                yield from every_step(branch)


def ordered_by(act: Act) -> TargetId:
    """The target a step orders; empty when it orders nothing."""
    if isinstance(act, Set):
        return act.target
    return act.station if isinstance(act, Start) else ""
