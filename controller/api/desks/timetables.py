"""Cabinets' own timetables and clocks: how they stand, one night side by side, and downloading."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import acted, answer, seen
from controller.api.inputs_site import TimetablesInput
from controller.api.parameters import AssetId
from controller.api.security import Caller, Viewer, require, sees
from controller.api.state import SharedState
from controller.domain.errors import InvalidValue
from controller.domain.rights import Right
from controller.runtime.timetables.views import NightComparison, TimetableView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["timetables"])
IN_ONE_GO = 100
"""Cabinets looked at between two chances for everybody else."""


@router.get(
    "/timetables", summary="Whose own fallback equals the programs", responses=seen([examples.TIMETABLE], "By cabinet.")
)
async def timetables(
    shared: SharedState,
    viewer: Viewer,
    scope: Annotated[str, Query(max_length=64, description="A division, a cabinet, or the beginning of an id.")] = "",
) -> list[TimetableView]:
    """Each cabinet with what its clock is off, when its table was written, and where it differs."""
    found: list[TimetableView] = []
    for position, view in enumerate(shared.facade.desks.timetables.list(scope)):
        if position % IN_ONE_GO == IN_ONE_GO - 1:
            await asyncio.sleep(0)
        if sees(shared, viewer, view.cabinet):
            found.append(view)
    return found


@router.get(
    "/timetables/{asset_id}",
    summary="One night: the device's own fallback beside the program",
    responses=seen(examples.TIMETABLE_NIGHT, "Read from the device just now, where it can be reached.", 404),
)
async def night(
    shared: SharedState,
    viewer: Viewer,
    asset_id: AssetId,
    night: Annotated[date | None, Query(description="Dated by its sunset; left out: tonight.")] = None,
) -> NightComparison:
    """Output by output. What was not read says so; it is never guessed."""
    require(shared, viewer, Right.SEE, [asset_id])
    return await shared.facade.desks.timetables.night(asset_id, night)


@router.post(
    "/timetable-downloads",
    summary="Have cabinets' tables written",
    response_model=Receipt,
    responses=acted("Taken; each is written in its turn.", "Refused for every one; says why.", 404),
)
async def download(shared: SharedState, caller: Caller, wanted: TimetablesInput) -> JSONResponse:
    """Needs the right to operate there. Refused where somebody works (LOCAL, a tag) and for what is out of reach."""
    require(shared, caller, Right.OPERATE, wanted.cabinets)
    desk = shared.facade.desks.timetables
    if wanted.all == bool(wanted.cabinets):
        raise InvalidValue("name cabinets, or say all: true; not both")
    cabinets: Sequence[str] = wanted.cabinets
    if wanted.all:
        cabinets = [one for one in desk.keeping() if sees(shared, caller, one)]
        require(shared, caller, Right.OPERATE, cabinets)
    return answer(await desk.download(cabinets, caller.caller, reason=wanted.reason))
