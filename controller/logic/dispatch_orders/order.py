"""A dispatch order as a value: its words, its grounds, its ticket, its execution and every step it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.domain.points import TargetId, device_of
from controller.logic.alarm_settings import Words
from controller.logic.dispatch_orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Act:
    """An order written directly: one target gets a value, in the words people type, for ``for_s`` seconds.

    ``slot``: the manual slot it is executed in (``district_manual``, ``city_manual``, ``emergency_order``).
    """

    target: TargetId
    value: str
    for_s: float
    slot: str = "district_manual"


@dataclass(frozen=True, slots=True)
class FromPlan:
    """An order that starts a plan (预案) with these parameters."""

    plan: str
    title: Words
    parameters: Mapping[str, float]


Task = Act | FromPlan


@dataclass(frozen=True, slots=True)
class Signed:
    """Who did something, and when. ``person``: the human behind it; empty for a machine or the controller itself."""

    by: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the order's life."""

    state: OrderState
    signed: Signed
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """One fact the order stands on, as the controller knew it at that moment.

    ``quality`` as of readings (``good``, ``uncertain (old_data)`` …), empty where the word has no sense; ``age_s``:
    how old the fact was then.
    """

    text: Words
    quality: str = ""
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An order given by telephone: when it was spoken, by whom, and who took it down at the other end."""

    at: datetime
    by: str
    to: str


@dataclass(frozen=True, slots=True)
class TicketStep:
    """One line of an operation ticket. ``after``: it is ticked once the order executes; the others come before."""

    text: Words
    after: bool = False
    operator: Signed | None = None
    supervisor: Signed | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An operation ticket (操作票). ``supervised``: every line takes the supervisor's (监护人) tick too."""

    steps: tuple[TicketStep, ...]
    supervised: bool = True


@dataclass(frozen=True, slots=True)
class Execution:
    """The order's way into the field, written down before anything follows from it.

    ``owner``: whose request it is; ``request``: its id there (a plan's run, once it is known). ``proposal``: it waits
    for its second person. ``given``: it was taken: the run began, or the request stands in its slot.
    """

    signed: Signed
    owner: str
    request: str = ""
    proposal: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True)
class DispatchOrder:
    """One order. ``objects``: the targets it is about (a plan's stations as wholes). ``unit``: who executes it.

    ``begin``: not before; ``valid_until``: it must be executing by then. ``acknowledge_by``: from its issue on.
    ``urgent``: one person issued it alone. ``escalated``: how often nobody had acknowledged it in time.
    ``shift``: the shift that last acknowledged it at its beginning; empty: no change of shift came since.
    """

    number: str
    state: OrderState
    task: Task
    objects: tuple[TargetId, ...]
    unit: Words
    reason: str
    steps: tuple[Step, ...]
    valid_until: datetime
    grounds: tuple[Ground, ...] = ()
    said_grounds: tuple[str, ...] = ()
    begin: datetime | None = None
    acknowledge_by: datetime | None = None
    urgent: bool = False
    escalated: int = 0
    supersedes: tuple[str, ...] = ()
    superseded_by: str = ""
    ticket: Ticket | None = None
    execution: Execution | None = None
    attempts: int = 0
    spoken: Spoken | None = None
    shift: str = ""
    version: int = 0
    """Counts its changes: what the journal tells of and nobody kept is known by it."""

    @property
    def proposed(self) -> Signed:
        """Who wrote it."""
        return self.steps[0].signed

    @property
    def pending(self) -> bool:
        """Whether it is on its way into the field, and not known to be there yet."""
        return self.execution is not None and not self.execution.given

    @property
    def acted(self) -> bool:
        """Whether it ever came into the field."""
        return self.when(OrderState.EXECUTING) is not None

    def when(self, state: OrderState) -> Step | None:
        """The latest step into a state."""
        return next((step for step in reversed(self.steps) if step.state is state), None)


def overlap(one: DispatchOrder, other: DispatchOrder) -> bool:
    """Whether two orders are about the same object: a station as a whole overlaps each of its units and gates."""
    return any(_same(a, b) for a in one.objects for b in other.objects)


def _same(a: TargetId, b: TargetId) -> bool:
    return a == b or (device_of(a) == device_of(b) and (a == device_of(a) or b == device_of(b)))
