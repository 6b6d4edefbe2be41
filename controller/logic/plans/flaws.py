"""What is wrong with a plan, and where in its entry: the checks' common words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from controller.logic.plans.plan import Plan, Step, Together

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to put right. ``path``: where, within the plan's entry."""

    path: Path
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its place, and the list it stands in."""

    step: Step
    path: Path
    siblings: tuple[Step, ...]
    position: int
    aborting: bool


def placed_steps(plan: Plan) -> Iterator[Placed]:
    """Every step of a plan and of its abort, in reading order."""
    yield from _placed(plan.steps, ("steps",), aborting=False)
    yield from _placed(plan.way_out.steps, ("abort", "steps"), aborting=True)


def _placed(steps: Sequence[Step], path: Path, *, aborting: bool) -> Iterator[Placed]:
    for nth, step in enumerate(steps):
        here = (*path, nth)
        yield Placed(step, here, tuple(steps), nth, aborting)
        if isinstance(step.act, Together):
            for branch, inner in enumerate(step.act.branches):
                yield from _placed(inner, (*here, "together", branch), aborting=aborting)
