"""Drills 演练: whether this controller is one's, its report, its end. A city's controller starts and ends none."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import examples_drills as examples
from controller.api.answers import ACT, seen
from controller.api.examples import documented
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, require
from controller.api.state import SharedState
from controller.domain.rights import OwnerClass, Right
from controller.runtime.drills.views import DrillReport, DrillView

router = APIRouter(prefix="/api/v1/drill", tags=["drill"])


@router.get("", summary="Is this a drill?", responses=seen(examples.DRILL, "Now; `run` is empty where it is none."))
async def drill(shared: SharedState, _: Viewer) -> DrillView:
    """What is drilled, from when until when. Every answer of a drill also carries the header `X-Zhadao-Drill`."""
    return shared.facade.desks.drill.show()


@router.get("/report", summary="The drill's report so far", responses=seen(examples.REPORT, "Judged up to now.", 404))
async def report(shared: SharedState, _: Viewer) -> DrillReport:
    """What happened, what was expected, points with their reasons. 404 where this is no drill."""
    return await shared.facade.desks.drill.report()


@router.post(
    "/end",
    summary="End the drill",
    responses={200: documented(examples.DRILL, "It ends, and writes its report."), **ACT, **refusals(404)},
)
async def end(shared: SharedState, caller: Caller) -> DrillView:
    """By an administrator of the drill. 404 where this is no drill: a city's controller is never ended by this."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.CONFIG)
    return await shared.facade.desks.drill.end(caller.caller)
