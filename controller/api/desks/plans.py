"""Plans (预案): pick one, look at what it would do, start it, watch it, answer it, abort it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_plan_runs as examples
from controller.api.answers import ACT, acted, answer, seen, settled, verdict
from controller.api.examples import documented
from controller.api.inputs import WhyInput
from controller.api.inputs_plans import PlanAnswerInput, PlanInput, ResumeInput, StartInput
from controller.api.parameters import Id, Limit
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, must, require, sees
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.authority import Session
from controller.runtime.plans.views import PlanPreview, PlanView, RunReceipt, RunView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["plans"])
_ANSWERS = settled(RunReceipt, examples.DONE, examples.NOT_DONE, 404)


@router.get("/plans", summary="The site's plans", responses=seen([examples.PLAN], "Those of which everything is seen."))
async def plans(shared: SharedState, viewer: Viewer) -> list[PlanView]:
    """Each with its steps, its conditions as they stand, its way out, and its run when one lives."""
    found = shared.facade.desks.plans.plans()
    return [one for one in found if _whole(shared, viewer, (*one.targets, *one.scope.values()))]


@router.get("/plans/{plan_id}", summary="One plan", responses=seen(examples.PLAN, "As it stands.", 404))
async def plan(shared: SharedState, viewer: Viewer, plan_id: Id) -> PlanView:
    """What it does and when, who may start it, what it leaves behind."""
    must(shared, viewer, Right.SEE, plan_id, _about(shared, plan_id))
    return shared.facade.desks.plans.plan(plan_id)


@router.post(
    "/plans/{plan_id}/preview",
    summary="Select a plan: what would it do?",
    responses={200: documented(examples.PREVIEW, "Every step as it would go now."), **ACT, **refusals(404)},
)
async def preview(shared: SharedState, caller: Caller, plan_id: Id, wanted: PlanInput) -> PlanPreview:
    """Nothing is done. The token starts exactly this, once, within 30 s; `refused` says why there is none.

    With the levels the model foresees with and without the plan, where the site has a model of its waters.
    """
    must(shared, caller, Right.SELECT, plan_id, _known(shared.facade.desks.plans.targets, plan_id), slot=Slot.PLAN)
    return await shared.facade.desks.plans.preview(
        plan_id,
        caller.caller,
        parameters=wanted.parameters,
        reason=wanted.reason,
        ticket=wanted.ticket,
        basis=wanted.basis,
        take_over=wanted.take_over,
    )


@router.post(
    "/plan-starts",
    summary="Start what was previewed",
    response_model=Receipt,
    responses=acted(
        "It runs; the receipt's request id is the run's id.",
        "Nothing was started: the token was used or ran out, a condition does not hold, another plan runs there.",
        proposed=True,
    ),
)
async def start(shared: SharedState, caller: Caller, given: StartInput) -> JSONResponse:
    """202 with a proposal when it takes a second person: several stations, a reversal, a gate to the river.

    The right to operate each of its targets is asked once more.
    """
    require(shared, caller, Right.OPERATE)
    return answer(await shared.facade.desks.plans.start(given.token, caller.caller))


@router.get("/plan-runs", summary="Runs of plans, newest first", responses=seen([examples.RUN], "Runs."))
async def runs(
    shared: SharedState,
    viewer: Viewer,
    live: Annotated[bool, Query(description="Only those that are not over.")] = False,
    limit: Limit = 100,
) -> list[RunView]:
    """Of what the caller may see, each with its steps, questions and what stands in its way."""
    found = shared.facade.desks.plans.runs(live=live, limit=1000)
    return [one for one in found if _seen_run(shared, viewer, one.id)][:limit]


@router.get("/plan-runs/{run_id}", summary="One run of a plan", responses=seen(examples.RUN, "As it stands.", 404))
async def run(shared: SharedState, viewer: Viewer, run_id: Id) -> RunView:
    """Step by step: what is done, what is waited for and what would clear it, what is asked."""
    desk = shared.facade.desks.plans
    must(shared, viewer, Right.SEE, run_id, _known(desk.run_concerned, run_id))
    return desk.run(run_id)


@router.post(
    "/plan-runs/{run_id}/answer", summary="Answer a run's question", response_model=RunReceipt, responses=_ANSWERS
)
async def answer_run(
    shared: SharedState, caller: Caller, run_id: Id, given: PlanAnswerInput
) -> RunReceipt | JSONResponse:
    """Each question is answered once; what it leads to begins at once."""
    _must_operate(shared, caller, run_id)
    return verdict(await shared.facade.desks.plans.answer(run_id, given.step, given.answer, caller.caller))


@router.post("/plan-runs/{run_id}/pause", summary="Pause a run", response_model=RunReceipt, responses=_ANSWERS)
async def pause(shared: SharedState, caller: Caller, run_id: Id, why: WhyInput) -> RunReceipt | JSONResponse:
    """Nothing new is ordered. What stands, stands until its lease ends; then it is handed back and nothing stops."""
    _must_operate(shared, caller, run_id)
    return verdict(await shared.facade.desks.plans.pause(run_id, caller.caller, why.reason))


@router.post("/plan-runs/{run_id}/resume", summary="Let a run go on", response_model=RunReceipt, responses=_ANSWERS)
async def resume(shared: SharedState, caller: Caller, run_id: Id, given: ResumeInput) -> RunReceipt | JSONResponse:
    """Its conditions are asked again, its steps get their time anew, orders it lost are given again."""
    _must_operate(shared, caller, run_id)
    desk = shared.facade.desks.plans
    return verdict(await desk.resume(run_id, caller.caller, given.reason, take_over=given.take_over))


@router.post("/plan-runs/{run_id}/abort", summary="Abort a run", response_model=RunReceipt, responses=_ANSWERS)
async def abort(shared: SharedState, caller: Caller, run_id: Id, why: WhyInput) -> RunReceipt | JSONResponse:
    """At once and by one person: it goes to the safe state its plan names, and stops no running unit."""
    _must_operate(shared, caller, run_id)
    return verdict(await shared.facade.desks.plans.abort(run_id, caller.caller, why.reason))


def _must_operate(shared: Shared, caller: Session, run_id: str) -> None:
    must(shared, caller, Right.OPERATE, run_id, _known(shared.facade.desks.plans.run_targets, run_id), slot=Slot.PLAN)


def _about(shared: Shared, plan_id: str) -> Sequence[str] | None:
    return _known(shared.facade.desks.plans.concerned, plan_id)


def _known(about: Callable[[str], Sequence[str]], name: str) -> Sequence[str] | None:
    """What a plan or run is about; None where there is none of this name."""
    try:
        return about(name)
    except UnknownTarget:
        return None


def _whole(shared: Shared, viewer: Session, about: Sequence[str]) -> bool:
    """Whether the caller sees everything a plan is about: half a plan would mislead, and tell of the rest."""
    return all(sees(shared, viewer, one) for one in about)


def _seen_run(shared: Shared, viewer: Session, run_id: str) -> bool:
    return _whole(shared, viewer, shared.facade.desks.plans.run_concerned(run_id))
