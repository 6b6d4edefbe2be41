"""Whether a plan's steps make sense among themselves: ids, deadlines, answers, reach, time, and its way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controller.logic.plans.flaws import Flaw, Path, Placed, placed_steps
from controller.logic.plans.plan import (
    Ask,
    Condition,
    FallbackAct,
    Otherwise,
    Plan,
    Set,
    Start,
    Step,
    Tell,
    Together,
    Until,
    Verify,
    Wait,
    Way,
    When,
    every_step,
)

LONGEST_S = 72 * 3600.0
"""No plan runs longer: three days are another situation, and another plan."""
SHORTEST_LEASE_S = 300.0
"""Leases shorter than this would end while a busy controller restarts."""
MOST_STEPS = 200
DEEPEST = 3


def structure_flaws(plan: Plan) -> Iterator[Flaw]:
    """Everything wrong with the steps as such."""
    steps = list(placed_steps(plan))
    if len(steps) > MOST_STEPS:
        yield Flaw(("steps",), f"{len(steps)} steps", f"nobody can follow more than {MOST_STEPS}; make two plans of it")
    yield from _ids(plan, steps)
    for one in steps:
        yield from _deadline(one)
        yield from _answers(one)
        yield from _branches(one)
        yield from _of_abort(one)
    yield from _reach(plan.steps, ("steps",))
    yield from _times(plan)
    yield from _parameters(plan)
    yield from _way_out_is_used(plan)


def _ids(plan: Plan, steps: Sequence[Placed]) -> Iterator[Flaw]:
    first: set[str] = set()
    for one in steps:
        if one.step.id in first:
            yield Flaw((*one.path, "id"), "another step of this plan has this id", "every step has its own")
        first.add(one.step.id)
    known: set[str] = set()
    for nth, condition in enumerate(plan.conditions):
        if condition.id in known:
            yield Flaw(("conditions", nth, "id"), "another condition of this plan has this id", "rename one")
        known.add(condition.id)


_NEED_TIME = (Set, Start, Until, Verify, Ask)


def _deadline(one: Placed) -> Iterator[Flaw]:
    step = one.step
    if isinstance(step.act, _NEED_TIME) and step.within_s is None:
        yield Flaw(one.path, "no deadline: nobody would be told when it never comes true", "say within: 10m")
    if isinstance(step.act, (Wait, Tell)) and step.within_s is not None:
        yield Flaw((*one.path, "within"), "it ends by itself", "leave within out")
    if step.within_s is not None and step.within_s <= 0:
        yield Flaw((*one.path, "within"), "a deadline of no time", "say within: 10m")
    if step.fallback.retries and step.within_s is None:
        yield Flaw((*one.path, "retries"), "only what has a deadline is tried again", "say within as well")


def _answers(one: Placed) -> Iterator[Flaw]:
    act = one.step.act
    if not isinstance(act, Ask):
        return
    ids = [answer.id for answer in act.answers]
    if len(ids) < 2 or len(set(ids)) < len(ids):
        yield Flaw(
            (*one.path, "answers"), "a question has at least two different answers", "say what people may answer"
        )
    if act.silence and act.silence not in ids:
        yield Flaw((*one.path, "silence"), "not one of its answers", f"one of {', '.join(ids)}")
    later = [step.id for step in one.siblings[one.position + 1 :]]
    for nth, answer in enumerate(act.answers):
        if answer.way is Way.TO and answer.to not in later:
            hint = f"next, abort, finish, or one of {', '.join(later) or 'no later step here'}"
            yield Flaw((*one.path, "answers", nth, "then"), "leads nowhere: no later step of the same list", hint)


def _branches(one: Placed) -> Iterator[Flaw]:
    act = one.step.act
    if not isinstance(act, Together):
        return
    if len(act.branches) < 2 or not all(act.branches):
        yield Flaw((*one.path, "together"), "at least two branches, each with a step", "or write its steps in line")
    if sum(word == "together" for word in one.path) >= DEEPEST:
        yield Flaw(one.path, f"branches within branches, {DEEPEST} deep", "nobody can follow it; make it flatter")


def _of_abort(one: Placed) -> Iterator[Flaw]:
    if not one.aborting:
        return
    if isinstance(one.step.act, Ask):
        yield Flaw(one.path, "an abort asks nobody: its end must be reached without people", "decide before, or tell")
    if one.step.fallback.act is not FallbackAct.SKIP:
        hint = "otherwise: skip (the default here); the next step of the abort comes either way"
        yield Flaw((*one.path, "otherwise"), "an abort that waits or aborts again never reaches its safe state", hint)


def _reach(steps: Sequence[Step], path: Path) -> Iterator[Flaw]:
    """Steps no way leads to: behind a question all of whose answers lead elsewhere."""
    reached = {0}
    for nth, step in enumerate(steps):
        here = (*path, nth)
        if nth not in reached:
            yield Flaw(here, "never reached: no answer before it leads here", "remove it, or lead an answer to it")
        elif isinstance(step.act, Ask):
            reached |= _after(step, step.act, steps, nth)
        else:
            reached.add(nth + 1)
        if isinstance(step.act, Together):
            for branch, inner in enumerate(step.act.branches):
                yield from _reach(inner, (*here, "together", branch))


def _after(step: Step, act: Ask, steps: Sequence[Step], nth: int) -> set[int]:
    places = {one.id: at for at, one in enumerate(steps)}
    found = {nth + 1 for answer in act.answers if answer.way is Way.NEXT}
    found |= {places[answer.to] for answer in act.answers if answer.way is Way.TO and answer.to in places}
    if not act.silence and step.fallback.act is FallbackAct.SKIP:
        found.add(nth + 1)
    return found


def _times(plan: Plan) -> Iterator[Flaw]:
    if not 0 < plan.longest_s <= LONGEST_S:
        yield Flaw(("longest",), "not a plan's longest time", f"more than nothing and at most {LONGEST_S / 3600:g}h")
    if plan.lease_s < SHORTEST_LEASE_S:
        yield Flaw(("lease",), "a lease this short ends by accident", f"at least {SHORTEST_LEASE_S / 60:g}m")
    least_s = _least_s(plan.steps)
    if least_s >= plan.longest_s:
        hint = f"its waits alone take {least_s / 3600:.2g}h: raise longest, or wait less"
        yield Flaw(("longest",), "it can never reach its end in this time", hint)


def _least_s(steps: Sequence[Step]) -> float:
    total = 0.0
    for step in steps:
        if isinstance(step.act, Wait):
            total += step.act.for_s
        elif isinstance(step.act, Together):
            total += max((_least_s(branch) for branch in step.act.branches), default=0.0)
        elif isinstance(step.act, Ask) and any(answer.way is not Way.NEXT for answer in step.act.answers):
            break  # an answer may lead past all that follows
    return total


def _parameters(plan: Plan) -> Iterator[Flaw]:
    for one in plan.parameters:
        here: Path = ("parameters", one.id)
        if not one.low <= one.default <= one.high:
            yield Flaw((*here, "default"), "outside its own range", f"from {one.low:g} to {one.high:g}")
        if one.whole and any(value != round(value) for value in (one.default, one.low, one.high)):
            yield Flaw(here, "a whole number has whole limits", "or leave whole out")


def _way_out_is_used(plan: Plan) -> Iterator[Flaw]:
    """Steps of an abort that only a person could ever ask for are right; a condition that would abort must be asked."""
    for nth, condition in enumerate(plan.conditions):
        if condition.otherwise is Otherwise.ABORT and condition.when is When.START:
            hint = "say when: always, or leave otherwise out"
            yield Flaw(
                ("conditions", nth, "otherwise"), "it is asked at the start only: its abort is never reached", hint
            )
    steps = every_step(plan.way_out.steps)
    if sum((step.within_s or 0.0) * (1 + step.fallback.retries) for step in steps) > plan.longest_s:
        yield Flaw(("abort", "steps"), "its safe state may not be reached within the plan's longest time", "shorten it")


def always(plan: Plan) -> list[Condition]:
    """Conditions that hold as long as it runs."""
    return [one for one in plan.conditions if one.when is When.ALWAYS]
