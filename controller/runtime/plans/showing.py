"""Plans and runs as views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from controller.domain.slots import Slot
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.acts import filled
from controller.logic.plans.conditions import Found
from controller.logic.plans.plan import Act, Plan, Set, Start, Step, Together, Until, Verify, Wait
from controller.logic.plans.run import Phase, Run, StepRun, StepState, Want
from controller.logic.plans.turn import Turn
from controller.runtime.book import RequestBook
from controller.runtime.plans.views import (
    AnswerView,
    BlockView,
    ConditionView,
    ParameterView,
    PlanView,
    PromptView,
    RunView,
    StepNow,
    StepView,
    WantView,
)

Placed = tuple[Step, int, int]
"""A step, how deep it stands, and in which branch (from 1)."""


def in_order(steps: Sequence[Step], depth: int = 0, branch: int = 0) -> Iterator[Placed]:
    """Steps in reading order, each with its place."""
    for step in steps:
        yield step, depth, branch
        if isinstance(step.act, Together):
            for nth, inner in enumerate(step.act.branches, 1):
                yield from in_order(inner, depth + 1, nth)


def plan_view(plan: Plan, found: Sequence[Found], running: str = "") -> PlanView:
    """A plan with its conditions as they stand now."""
    return PlanView(
        id=plan.id,
        title_zh=plan.title.zh,
        title_en=plan.title.en,
        purpose_zh=plan.purpose.zh,
        purpose_en=plan.purpose.en,
        scope=dict(plan.scope),
        targets=plan.targets,
        may_start=tuple(sorted(role.value for role in plan.may_start)),
        states=tuple(sorted(state.value for state in plan.states)),
        parameters=tuple(
            ParameterView(p.id, p.title.zh, p.title.en, p.default, p.low, p.high, p.whole, p.unit)
            for p in plan.parameters
        ),
        conditions=tuple(map(condition_view, found)),
        steps=tuple(_step_view(*one) for one in in_order(plan.steps)),
        abort_zh=plan.way_out.state.zh,
        abort_en=plan.way_out.state.en,
        abort_steps=tuple(_step_view(*one) for one in in_order(plan.way_out.steps)),
        leave=plan.ending.value,
        abort_leave=plan.way_out.ending.value,
        next_plan=plan.next_plan,
        lease_s=plan.lease_s,
        longest_s=plan.longest_s,
        running=running,
    )


def condition_view(found: Found) -> ConditionView:
    """A condition as it stands."""
    one = found.condition
    now = found.truth.value
    return ConditionView(one.id, str(one.expression), one.text.zh, one.text.en, one.when.value, now, found.refuses)


def kind_of(act: Act) -> str:
    """The word a plan's file has for it."""
    return type(act).__name__.lower()


def does(act: Act) -> str:
    """What a step does, in one line without language."""
    match act:
        case Set(target, to):
            return f"{target} → {to}"
        case Start(station=station, units=units, direction=direction):
            shown = units if isinstance(units, str) else f"{units:g}"
            return f"{station} {'≥' if act.at_least else '='} {shown} ({direction.value})"
        case Wait(for_s):
            return f"{for_s:g} s"
        case Until(expression) | Verify(expression):
            return str(expression)
        case _:
            return ""


def _step_view(step: Step, depth: int, branch: int) -> StepView:
    title, fallback = step.title, step.fallback
    otherwise = fallback.act.value + (f" after {fallback.retries} retries" if fallback.retries else "")
    kind = kind_of(step.act)
    return StepView(step.id, kind, title.zh, title.en, does(step.act), step.within_s, otherwise, depth, branch)


class RunShow:
    """Runs as views: what they want with its leases, what they wait for, what they ask."""

    def __init__(self, book: RequestBook) -> None:
        self._book = book

    def view(self, plan: Plan | None, run: Run, turn: Turn | None, moment: Moment) -> RunView:
        """A run now. ``plan`` None: it cannot be read any more; ``turn``: its last."""
        title = plan.title if plan is not None else Words(run.plan_id, run.plan_id)
        live = run.phase.live
        return RunView(
            id=run.id,
            plan=run.plan_id,
            title_zh=title.zh,
            title_en=title.en,
            phase=run.phase.value,
            live=live,
            by=run.by,
            confirmed_by=run.confirmed_by,
            reason=run.reason,
            basis=run.basis,
            ticket=run.ticket,
            parameters=dict(run.parameters),
            begun=run.begun,
            ends=_wall(moment, run.ends_s),
            ended=run.ended,
            why_zh=run.why.zh,
            why_en=run.why.en,
            targets=tuple(plan.targets) if plan is not None else tuple(sorted(run.wants)),
            steps=tuple(self._steps(plan, run, moment)) if plan is not None else (),
            wants=tuple(self._want(one, run) for one in run.wants.values()),
            prompts=tuple(_prompts(turn, moment)) if turn is not None and live else (),
            blocks=tuple(_blocks(turn)) if turn is not None and live else (),
            next_plan=plan.next_plan if plan is not None and run.phase is Phase.FINISHED else "",
        )

    def _steps(self, plan: Plan, run: Run, moment: Moment) -> Iterator[StepNow]:
        aborting = run.phase in (Phase.ABORTING, Phase.ABORTED)
        for step, depth, branch in (*in_order(plan.steps), *(in_order(plan.way_out.steps) if aborting else ())):
            now = run.steps.get(step.id)
            yield StepNow(
                id=step.id,
                kind=kind_of(step.act),
                title_zh=_said(step.title.zh, run),
                title_en=_said(step.title.en, run),
                state=_state(now, run),
                since=_wall(moment, now.since_s) if now else None,
                deadline=_wall(moment, now.deadline_s) if now and now.deadline_s is not None else None,
                ended=_wall(moment, now.ended_s) if now and now.ended_s is not None else None,
                tries=now.tries if now else 0,
                note_zh=now.note.zh if now else "",
                note_en=now.note.en if now else "",
                depth=depth,
                branch=branch,
            )

    def _want(self, want: Want, run: Run) -> WantView:
        held = self._book.holder(want.target, Slot.PLAN) if want.target in self._book else None
        mine = held is not None and held.owner == run.owner
        ends = held.lease.expires if held is not None and held.lease and mine else None
        return WantView(want.target, str(want.value), want.step, want.placed and mine, ends)


def _state(now: StepRun | None, run: Run) -> str:
    """A step that was under way when its run ended, or turned to its abort, was left."""
    if now is None:
        return "waiting"
    return "left" if now.state is StepState.ACTIVE and not run.phase.live else now.state.value


def _said(text: str, run: Run) -> str:
    return filled(text, run.parameters) if "{" in text and run.parameters else text


def _prompts(turn: Turn, moment: Moment) -> Iterator[PromptView]:
    for one in turn.prompts:
        answers = tuple(AnswerView(answer.id, answer.title.zh, answer.title.en) for answer in one.answers)
        deadline = _wall(moment, one.deadline_s) if one.deadline_s is not None else None
        yield PromptView(one.step, one.text.zh, one.text.en, answers, deadline, one.silence)


def _blocks(turn: Turn) -> Iterator[BlockView]:
    for one in turn.blocks:
        yield BlockView(one.step, one.target, one.bar.value, one.text.zh, one.text.en)


def _wall(moment: Moment, at_s: float) -> datetime:
    return moment.wall + timedelta(seconds=at_s - moment.s)
