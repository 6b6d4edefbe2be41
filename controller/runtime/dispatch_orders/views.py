"""What people are told of dispatch orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from controller.runtime.commanding.views import Preview
from controller.runtime.plans.views import PlanPreview


@dataclass(frozen=True, slots=True)
class OrderStepView:
    """A step of the order's life: who, when, why."""

    state: str
    state_zh: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class GroundView:
    """A fact the order was issued on, as it was known then; ``age_s`` how old it was."""

    text_zh: str
    text_en: str
    quality: str
    age_s: float | None


@dataclass(frozen=True, slots=True)
class TicketLineView:
    """A line of the operation ticket; ``turn``: whose tick is next (operator, supervisor; empty: not its turn)."""

    nth: int
    text_zh: str
    text_en: str
    after: bool
    operator: str
    operated: datetime | None
    supervisor: str
    supervised: datetime | None
    turn: str


@dataclass(frozen=True, slots=True)
class HeldView:
    """What the order holds of the field now. ``ends``: when its lease is over unless it is extended."""

    target: str
    value: str
    slot: str
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class DispatchOrderView:
    """One dispatch order. ``kind``: plan, act, or phone (entered afterwards: it executes nothing).

    ``possible``: what may follow, for buttons. ``rivals``: orders that bind the same object. ``not_acknowledged``: the
    new shift has not acknowledged it yet. ``run``: the plan's run it started; ``request``: the request it made.
    """

    number: str
    state: str
    state_zh: str
    kind: str
    urgent: bool
    unit_zh: str
    unit_en: str
    objects: tuple[str, ...]
    object_names: tuple[str, ...]
    text_zh: str
    text_en: str
    plan: str
    parameters: Mapping[str, float]
    target: str
    value: str
    for_s: float | None
    slot: str
    reason: str
    begin: datetime | None
    valid_until: datetime
    acknowledge_by: datetime | None
    overdue: bool
    escalated: int
    next_contact_zh: str
    next_contact_en: str
    grounds: tuple[GroundView, ...]
    said_grounds: tuple[str, ...]
    steps: tuple[OrderStepView, ...]
    ticket: tuple[TicketLineView, ...]
    supervised: bool
    supersedes: tuple[str, ...]
    superseded_by: str
    rivals: tuple[str, ...]
    possible: tuple[str, ...]
    pending: str
    """Why it is on its way and not executing yet; empty when it is not."""
    run: str
    request: str
    held: tuple[HeldView, ...]
    doing_zh: str
    doing_en: str
    """What the field makes of it, while it executes."""
    spoken_at: datetime | None
    spoken_by: str
    spoken_to: str
    entered_by: str
    entered_at: datetime
    not_acknowledged: bool


@dataclass(frozen=True, slots=True)
class DispatchOrderPreview:
    """What executing it now would do. ``token`` executes exactly this, once; empty: it cannot be executed now, and
    ``not_now`` says why. ``obstacle``: what would refuse it whatever is signed; empty: once it is issued, acknowledged
    and ticked, it does what is shown. ``plan`` or ``act`` is the preview of what it orders; ``tide`` its river's hours
    ahead."""

    order: DispatchOrderView
    token: str
    not_now: str
    obstacle: str
    plan: PlanPreview | None
    act: Preview | None
    tide: tuple[GroundView, ...]
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DispatchReceipt:
    """What became of an act on a dispatch order. ``waits``: it was proposed to a second person under this id."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    number: str = ""
    waits: str = ""
    order: DispatchOrderView | None = None
