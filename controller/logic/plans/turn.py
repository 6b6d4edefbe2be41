"""What a turn of a run gives: its new state, what people are told and asked, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.points import TargetId
from controller.logic.alarm_settings import Words
from controller.logic.plans.plan import Answer
from controller.logic.plans.run import Run, Want
from controller.logic.plans.seen import Bar


class Kind(StrEnum):
    """What happened, for journal, stream and alarms."""

    BEGUN = "step_begun"
    DONE = "step_done"
    PASSED = "step_passed"
    RETRIED = "step_retried"
    SKIPPED = "step_skipped"
    TOLD = "told"
    ASKED = "asked"
    HELD = "held"
    ABORTING = "aborting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that happened in this turn."""

    kind: Kind
    step: str
    text: Words


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that waits for its answer, until ``deadline_s`` (monotonic; None: no limit)."""

    step: str
    text: Words
    answers: tuple[Answer, ...]
    deadline_s: float | None
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the way of a step or of something ordered before, and what would clear it."""

    step: str
    target: TargetId
    bar: Bar
    text: Words


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows. ``place``: requests wanted in the plan's slot; ``release``: everything it holds is given up."""

    run: Run
    place: tuple[Want, ...] = ()
    release: bool = False
    tellings: tuple[Telling, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    blocks: tuple[Block, ...] = ()
    next_s: float | None = None
    """When time alone changes something (monotonic)."""
