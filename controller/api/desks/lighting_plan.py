"""Programs, calendars and the nights to come: read-only. Programs and calendars are said in TALQ's words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from controller.api import examples_plans as examples
from controller.api.answers import seen
from controller.api.parameters import Day, NightOf, Target
from controller.api.security import Viewer, require, sees
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.runtime.lighting_plans.views import PlannedNight, PlannedYear, TalqBook

router = APIRouter(prefix="/api/v1/lighting", tags=["lighting"])


@router.get(
    "/programs", summary="Lighting programs in TALQ's words", responses=seen(examples.PROGRAMS, "All programs.")
)
async def programs(shared: SharedState, viewer: Viewer) -> TalqBook:
    """`ControlProgramOne` of TALQ 2.7.1, noon to noon. Where `exact` is false, `unsaid` tells what is lost."""
    require(shared, viewer, Right.SEE, [])
    return shared.facade.desks.lighting_plans.programs()


@router.get(
    "/calendars", summary="Lighting calendars in TALQ's words", responses=seen(examples.CALENDARS, "All calendars.")
)
async def calendars(shared: SharedState, viewer: Viewer) -> TalqBook:
    """One `Calendar` of TALQ 2.7.1 for each program and set of rules lights have. Rules go in order, the first wins.

    Holidays, lunar dates and modes, for which TALQ has no words, are written out as dates for two years.
    """
    require(shared, viewer, Right.SEE, [])
    return await shared.facade.desks.lighting_plans.calendars()


@router.get(
    "/nights",
    summary="One night of a scope as it is planned",
    responses=seen([examples.NIGHT], "Lights treated alike together, the most first.", 404),
)
async def nights(
    shared: SharedState,
    viewer: Viewer,
    scope: Annotated[str, Query(max_length=96, description="`road:文一路`, an asset, a light …")] = "city",
    night: NightOf = None,
) -> list[PlannedNight]:
    """Which program, which rule chose it, every switching and every hour; photocells and people may change it."""
    desk = shared.facade.desks.lighting_plans
    visible = (target for target in desk.lights(scope) if sees(shared, viewer, target))
    return await desk.nights(visible, night)


@router.get(
    "/years/{target:path}",
    summary="A year of one light, condensed",
    responses=seen(examples.YEAR, "Which program on which nights, and why.", 404),
)
async def year(
    shared: SharedState,
    viewer: Viewer,
    target: Target,
    first: Annotated[Day | None, Query(description="The first night; left out: tonight.")] = None,
) -> PlannedYear:
    """Nights in a row with the same program, rule and mode are one line."""
    require(shared, viewer, Right.SEE, [target])
    return shared.facade.desks.lighting_plans.year(target, first)
