"""What people are told of plans and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A number people may choose at the start."""

    id: str
    title_zh: str
    title_en: str
    default: float
    low: float
    high: float
    whole: bool
    unit: str


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition and how it stands: ``true``, ``false`` or ``unknown``. ``refuses``: nothing begins on it now."""

    id: str
    needs: str
    text_zh: str
    text_en: str
    when: str
    now: str
    refuses: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a plan. ``depth``: how many branches it stands within; ``branch``: which of them, from 1."""

    id: str
    kind: str
    title_zh: str
    title_en: str
    does: str
    within_s: float | None
    otherwise: str
    depth: int = 0
    branch: int = 0


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as a person picks it."""

    id: str
    title_zh: str
    title_en: str
    purpose_zh: str
    purpose_en: str
    scope: Mapping[str, str]
    targets: tuple[str, ...]
    may_start: tuple[str, ...]
    states: tuple[str, ...]
    parameters: tuple[ParameterView, ...]
    conditions: tuple[ConditionView, ...]
    steps: tuple[StepView, ...]
    abort_zh: str
    abort_en: str
    abort_steps: tuple[StepView, ...]
    leave: str
    abort_leave: str
    next_plan: str
    lease_s: float
    longest_s: float
    running: str = ""
    """The run of it that lives, if one does."""


@dataclass(frozen=True, slots=True)
class StepPreview:
    """What a step would do if it came now: ``effect`` as of an order; ``blocked``: what would stand in its way."""

    step: str
    title_zh: str
    title_en: str
    target: str
    value: str
    effect: str
    starts: int
    power_kw: float
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels foreseen at one water: (hours from now, with the plan, without it), metres above the network's datum."""

    water: str
    title: str
    warning_m: float | None
    guarantee_m: float | None
    course: tuple[tuple[float, float, float], ...]
    highest_with_m: float
    highest_without_m: float


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the model makes of the plan: levels, and when each step would be over (hours from now; None: not within)."""

    levels: tuple[Levels, ...]
    steps: tuple[tuple[str, float | None], ...]
    end: str
    note: str = ""
    """What the forecast is worth; empty text never means that it is certain."""


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What starting a plan now would mean. ``token`` starts exactly this, once, until ``expires``; it is empty where
    ``refused`` says why it cannot be started."""

    token: str
    expires: datetime
    plan: str
    title_zh: str
    title_en: str
    parameters: Mapping[str, float]
    conditions: tuple[ConditionView, ...]
    steps: tuple[StepPreview, ...]
    targets: tuple[str, ...]
    starts: int
    power_kw: float
    second_person: tuple[str, ...]
    alone: str
    refused: tuple[str, ...]
    takes_over: tuple[str, ...]
    ends: datetime
    lease_s: float
    abort_zh: str
    abort_en: str
    foretold: Foretold | None = None


@dataclass(frozen=True, slots=True)
class StepNow:
    """One step of a run: ``waiting``, ``active``, ``done``, ``skipped``, ``passed``; ``left`` when its run ended."""

    id: str
    kind: str
    title_zh: str
    title_en: str
    state: str
    since: datetime | None
    deadline: datetime | None
    ended: datetime | None
    tries: int
    note_zh: str
    note_en: str
    depth: int = 0
    branch: int = 0


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer people may give."""

    id: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class PromptView:
    """A question that waits."""

    step: str
    text_zh: str
    text_en: str
    answers: tuple[AnswerView, ...]
    deadline: datetime | None
    silence: str


@dataclass(frozen=True, slots=True)
class BlockView:
    """What a step waits for. ``bar``: local, tag, interlock, masked, offline, refused; empty: nothing is wrong."""

    step: str
    target: str
    bar: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class WantView:
    """What the run ordered. ``placed``: it stands in the plan's slot."""

    target: str
    value: str
    step: str
    placed: bool
    lease_ends: datetime | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run of a plan. ``phase``: running, paused, held, aborting; finished, aborted, lapsed, superseded."""

    id: str
    plan: str
    title_zh: str
    title_en: str
    phase: str
    live: bool
    by: str
    confirmed_by: str
    reason: str
    basis: tuple[str, ...]
    ticket: str
    parameters: Mapping[str, float]
    begun: datetime
    ends: datetime
    ended: datetime | None
    why_zh: str
    why_en: str
    targets: tuple[str, ...]
    steps: tuple[StepNow, ...]
    wants: tuple[WantView, ...]
    prompts: tuple[PromptView, ...]
    blocks: tuple[BlockView, ...]
    next_plan: str = ""


@dataclass(frozen=True, slots=True)
class RunReceipt:
    """What became of an act on a run."""

    accepted: bool
    cause: str
    text_en: str
    text_zh: str
    id: str = ""
