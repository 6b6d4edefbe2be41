"""Smart poles: what they measure, who calls for help, and what their displays show."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from controller.api import examples_poles as examples
from controller.api.answers import acted, answer, seen
from controller.api.inputs_poles import AnswerInput, ClearInput
from controller.api.parameters import AssetId
from controller.api.security import Caller, Viewer, require, sees
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.domain.slots import Slot
from controller.runtime.poles.views import DisplayView, FloodWarningView, PoleView, TemplateView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["poles"])
IN_ONE_GO = 100
"""Poles looked at between two chances for everybody else."""
_SCOPE = "`city`, `division:330106`, `road:…`, `group:NAME`, or a pole's id; empty: all."
InScope = Annotated[str, Query(max_length=112, description=_SCOPE)]
ShownBy = Annotated[str, Query(max_length=112, description=f"{_SCOPE} A display's id (`330106-SP-0001/D1`) is one.")]


@router.get("/poles", summary="Sensors, calls, lamps and displays", responses=seen([examples.POLE], "By pole."))
async def poles(shared: SharedState, viewer: Viewer, scope: InScope = "") -> list[PoleView]:
    """Every pole the caller may see. What is not GOOD says so; nothing is made up."""
    found: list[PoleView] = []
    for position, view in enumerate(shared.facade.desks.poles.poles(scope)):
        if position % IN_ONE_GO == IN_ONE_GO - 1:
            await asyncio.sleep(0)
        if sees(shared, viewer, view.id):
            found.append(view)
    return found


@router.post(
    "/poles/{asset_id}/answer",
    summary="Answer a call for help",
    response_model=Receipt,
    responses=acted("Answered; the light goes back after its shortest time.", "Nobody calls there.", 404),
)
async def answer_call(shared: SharedState, caller: Caller, asset_id: AssetId, why: AnswerInput) -> JSONResponse:
    """A person's. Acknowledging the call's alarm does the same."""
    require(shared, caller, Right.OPERATE, [asset_id])
    return answer(await shared.facade.desks.poles.answer(asset_id, caller.caller, why.reason))


@router.get("/displays", summary="What displays show, and by whom", responses=seen([examples.DISPLAY], "By display."))
async def displays(shared: SharedState, viewer: Viewer, scope: ShownBy = "") -> list[DisplayView]:
    """With what is masked and shows again. Messages are ordered like everything else: `POST /orders`, `text: …`."""
    found: list[DisplayView] = []
    for position, view in enumerate(shared.facade.desks.poles.displays(scope)):
        if position % IN_ONE_GO == IN_ONE_GO - 1:
            await asyncio.sleep(0)
        if sees(shared, viewer, view.target):
            found.append(view)
    return found


@router.post(
    "/displays/clear",
    summary="Take messages down",
    response_model=Receipt,
    responses=acted("Their leases ended; what they masked shows again.", "Refused; says why.", 404),
)
async def clear(shared: SharedState, caller: Caller, wanted: ClearInput) -> JSONResponse:
    """Ends the leases of messages in one slot; a warning the controller shows by itself stays."""
    require(shared, caller, Right.OPERATE, wanted.displays, slot=Slot[wanted.slot.upper()])
    desk = shared.facade.desks.poles
    return answer(await desk.clear(tuple(dict.fromkeys(wanted.displays)), wanted.slot, caller.caller, wanted.reason))


@router.get(
    "/display-templates", summary="Messages agreed on beforehand", responses=seen([examples.TEMPLATE], "By id.")
)
async def templates(shared: SharedState, viewer: Viewer) -> list[TemplateView]:
    """Of the site's configuration."""
    del viewer
    return list(shared.facade.desks.poles.templates())


@router.get(
    "/flood-warnings", summary="Underpasses and the displays before them", responses=seen([examples.FLOOD], "By id.")
)
async def flood_warnings(shared: SharedState, viewer: Viewer) -> list[FloodWarningView]:
    """Those with a display the caller may see."""
    known = shared.facade.desks.poles.warnings()
    return [one for one in known if any(sees(shared, viewer, display) for display in one.displays)]
