"""What people do to a run: begin, pause, resume, abort, answer. Each gives a new run, or a sentence why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from controller.domain.errors import InvalidValue
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.advance import WAY_OUT_S
from controller.logic.plans.conditions import conditions_now
from controller.logic.plans.endings import ended
from controller.logic.plans.plan import Ask, Plan
from controller.logic.plans.run import Phase, Run, Said, StepRun, StepState
from controller.logic.plans.seen import Read
from controller.logic.plans.turn import Turn


def chosen(plan: Plan, said: Mapping[str, float]) -> dict[str, float]:
    """The parameters of a run: what people chose, and the plan's own for the rest.

    Raises:
        InvalidValue: unknown, out of range, or a count that is none.
    """
    strange = sorted(said.keys() - {one.id for one in plan.parameters})
    if strange:
        known = ", ".join(one.id for one in plan.parameters) or "none"
        raise InvalidValue(f"plan {plan.id} has no parameter {strange[0]}; there are: {known}")
    values = {one.id: float(said.get(one.id, one.default)) for one in plan.parameters}
    for one in plan.parameters:
        value = values[one.id]
        if not one.low <= value <= one.high:
            raise InvalidValue(f"{one.id} lies between {one.low:g} and {one.high:g} {one.unit}, not {value:g}".rstrip())
        if one.whole and value != round(value):
            raise InvalidValue(f"{one.id} is a count, not {value:g}")
    return values


def paused(run: Run, by: str, why: str, moment: Moment) -> Run:
    """Nothing new is ordered; what is ordered stays until its lease ends.

    Raises:
        InvalidValue: it does not run.
    """
    if run.phase is not Phase.RUNNING:
        raise InvalidValue(f"run {run.id} is {run.phase.value}: only a running one is paused")
    said = Words(f"{by} 暂停：{why}", f"paused by {by}: {why}")
    return replace(run, phase=Phase.PAUSED, phase_s=moment.s, phase_by=by, why=said)


def resumed(plan: Plan, run: Run, by: str, read: Read, moment: Moment, *, take_over: bool = False) -> Run:
    """It goes on: conditions are asked again, active steps get their time anew, lost orders are placed again.

    Raises:
        InvalidValue: it is not waiting, its longest time is over, or a condition does not hold.
    """
    if run.phase not in (Phase.PAUSED, Phase.HELD):
        raise InvalidValue(f"run {run.id} is {run.phase.value}: only a paused or held one is resumed")
    if moment.s >= run.ends_s:
        raise InvalidValue(f"the longest time of run {run.id} is over: abort it, and start a plan anew")
    found = conditions_now(plan, run.parameters, read)
    refusing = next((one for one in found if one.refuses), None)
    if refusing is not None:
        text = refusing.condition.text
        raise InvalidValue(f"not now: {text.en} ({refusing.truth.value}) / {text.zh}")
    steps = {name: _anew(plan, name, state, moment) for name, state in run.steps.items()}
    vouched = run.vouched | {one.condition.id for one in found if one.asks}
    return replace(
        run,
        phase=Phase.RUNNING,
        phase_s=moment.s,
        phase_by=by,
        why=Words(),
        steps=steps,
        vouched=vouched,
        takes_over=run.takes_over or take_over,
    )


def _anew(plan: Plan, name: str, state: StepRun, moment: Moment) -> StepRun:
    step = plan.step(name)
    if state.state is not StepState.ACTIVE or step is None or step.within_s is None:
        return state
    return replace(state, deadline_s=moment.s + step.within_s, tries=1)


def aborted(run: Run, by: str, why: str, moment: Moment) -> Run:
    """The way out begins with the next turn.

    Raises:
        InvalidValue: it is over, or on its way out already.
    """
    if run.phase is Phase.ABORTING or not run.phase.live:
        raise InvalidValue(f"run {run.id} is {run.phase.value} already")
    said = Words(f"{by} 中止：{why}", f"aborted by {by}: {why}")
    ends_s = max(run.ends_s, moment.s + WAY_OUT_S)
    return replace(run, phase=Phase.RUNNING, abort_asked=by, phase_by=by, why=said, closing=None, ends_s=ends_s)


def superseded(run: Run, by: str, moment: Moment) -> Turn:
    """Another run takes its targets: it is over, and what it still holds is given up."""
    said = Words(f"目标由 {by} 接管", f"its targets were taken over by {by}")
    return ended(run, Phase.SUPERSEDED, said, moment, release=True)


def answered(plan: Plan, run: Run, step_id: str, answer: str, by: str) -> Run:
    """A question has its answer.

    Raises:
        InvalidValue: no such question waits, or no such answer.
    """
    state, step = run.steps.get(step_id), plan.step(step_id)
    waits = state is not None and state.state is StepState.ACTIVE and run.phase.live
    if step is None or not isinstance(step.act, Ask) or not waits or step_id in run.answers:
        raise InvalidValue(f"run {run.id} asks nothing under {step_id!r} now; it may have been answered already")
    if answer not in {one.id for one in step.act.answers}:
        there = ", ".join(one.id for one in step.act.answers)
        raise InvalidValue(f"{answer!r} is no answer to {step_id}; say one of {there}")
    return replace(run, answers={**run.answers, step_id: Said(answer, by)})
