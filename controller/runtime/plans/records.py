"""Runs as the state store keeps them: wall times in place of this process's monotonic ones, and the plan with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from controller.domain.intents import decode_intent, encode_intent
from controller.logic.alarm_settings import Words
from controller.logic.contract import Moment
from controller.logic.plans.run import Phase, Run, Said, StepRun, StepState, Want
from controller.logic.plans.wording import FOUND_LATE
from controller.store.changes import PutRecord

RUN = "plan_run"
"""Kind of the records in the state store."""
LOOK_AGAIN_S = 120.0
"""An active step whose time ran out while nobody was there has so long (s) to be looked at before it counts as late."""


@dataclass(frozen=True, slots=True)
class _Times:
    """This moment, by both clocks."""

    moment: Moment

    def wall(self, at_s: float | None) -> str | None:
        return None if at_s is None else (self.moment.wall + timedelta(seconds=at_s - self.moment.s)).isoformat()

    def s(self, wall: str | None) -> float | None:
        if wall is None:
            return None
        return self.moment.s + (datetime.fromisoformat(wall) - self.moment.wall).total_seconds()

    def sure(self, wall: str) -> float:
        return self.moment.s + (datetime.fromisoformat(wall) - self.moment.wall).total_seconds()


def record_of(run: Run, source: Mapping[str, Any], moment: Moment) -> PutRecord:
    """A run as it is kept; ``source`` is its plan's entry as it was read when the run began."""
    at = _Times(moment)
    body = {
        "plan": run.plan_id,
        "source": dict(source),
        "phase": run.phase.value,
        "parameters": dict(run.parameters),
        "by": run.by,
        "person": run.person,
        "confirmed_by": run.confirmed_by,
        "reason": run.reason,
        "basis": list(run.basis),
        "ticket": run.ticket,
        "begun": run.begun.isoformat(),
        "ends": at.wall(run.ends_s),
        "longest_s": run.ends_s - run.begun_s,
        "steps": {name: _step(one, at) for name, one in run.steps.items()},
        "wants": [
            {"target": one.target, "value": encode_intent(one.value), "step": one.step, "placed": one.placed}
            for one in run.wants.values()
        ],
        "answers": {step: [said.answer, said.by] for step, said in run.answers.items()},
        "vouched": sorted(run.vouched),
        "why": [run.why.zh, run.why.en],
        "phase_by": run.phase_by,
        "phase_at": at.wall(run.phase_s),
        "abort_asked": run.abort_asked,
        "closing": run.closing.value if run.closing else None,
        "ended": run.ended.isoformat() if run.ended else None,
        "takes_over": run.takes_over,
    }
    return PutRecord(RUN, run.id, body)


def _step(one: StepRun, at: _Times) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "since": at.wall(one.since_s),
        "deadline": at.wall(one.deadline_s),
        "ended": at.wall(one.ended_s),
        "tries": one.tries,
        "note": [one.note.zh, one.note.en],
    }


def run_of(run_id: str, body: Mapping[str, Any], moment: Moment) -> Run:
    """The run ``record_of`` wrote, its times counted from now on this process's clock.

    A wall clock that was set back while nobody was there never gives it longer than its plan did.
    """
    at = _Times(moment)
    ends_s = min(at.sure(body["ends"]), moment.s + float(body["longest_s"]))
    return Run(
        id=run_id,
        plan_id=body["plan"],
        phase=Phase(body["phase"]),
        parameters={name: float(value) for name, value in body["parameters"].items()},
        by=body["by"],
        person=body["person"],
        reason=body["reason"],
        begun=datetime.fromisoformat(body["begun"]),
        begun_s=at.sure(body["begun"]),
        ends_s=ends_s,
        confirmed_by=body["confirmed_by"],
        basis=tuple(body["basis"]),
        ticket=body["ticket"],
        steps={name: _step_of(one, at) for name, one in body["steps"].items()},
        wants={
            one["target"]: Want(one["target"], decode_intent(one["value"]), one["step"], one["placed"])
            for one in body["wants"]
        },
        answers={step: Said(*said) for step, said in body["answers"].items()},
        vouched=frozenset(body["vouched"]),
        why=Words(*body["why"]),
        phase_by=body["phase_by"],
        phase_s=min(at.sure(body["phase_at"]), moment.s),
        abort_asked=body["abort_asked"],
        closing=Phase(body["closing"]) if body["closing"] else None,
        ended=datetime.fromisoformat(body["ended"]) if body["ended"] else None,
        takes_over=body["takes_over"],
    )


def _step_of(one: Mapping[str, Any], at: _Times) -> StepRun:
    """A wall clock that was set back while nobody was there makes nothing last longer than it was given."""
    since_s, deadline_s = at.sure(one["since"]), at.s(one["deadline"])
    ahead_s = max(0.0, since_s - at.moment.s)
    return StepRun(
        StepState(one["state"]),
        since_s - ahead_s,
        None if deadline_s is None else deadline_s - ahead_s,
        at.s(one["ended"]),
        one["tries"],
        Words(*one["note"]),
    )


def taken_up(run: Run, moment: Moment) -> Run:
    """A run found at the start: past its longest time it waits for a person; else it looks before it calls late."""
    if not run.phase.live:
        return run
    if moment.s >= run.ends_s:
        return replace(run, phase=Phase.HELD, phase_s=moment.s, phase_by="", why=FOUND_LATE, closing=None)
    steps = {name: _with_time(one, moment) for name, one in run.steps.items()}
    return replace(run, steps=steps)


def _with_time(one: StepRun, moment: Moment) -> StepRun:
    if one.over or one.deadline_s is None:
        return one
    return replace(one, deadline_s=max(one.deadline_s, moment.s + LOOK_AGAIN_S))
