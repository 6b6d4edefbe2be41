"""Routes that only look: overview, assets, points, explain, commands, schedule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from controller.api import examples
from controller.api.answers import seen
from controller.api.overview import visible_part
from controller.api.parameters import AssetId, Target
from controller.api.security import Viewer, only_visible, require
from controller.api.state import Shared, SharedState
from controller.domain.rights import Right
from controller.runtime.authority import Session
from controller.runtime.traffic.health import EndpointView
from controller.runtime.views import (
    AssetView,
    CommandView,
    Explanation,
    NightView,
    Overview,
    PointView,
)

router = APIRouter(prefix="/api/v1", tags=["see"])
JSON = "application/json"
SLICE = 50
"""Assets put into words in one go."""
MOST_COMMANDS = 1000
"""Commands looked at for a list."""


@router.get("/overview", summary="The whole city on one screen", responses=seen(examples.OVERVIEW, "Now."))
async def overview(shared: SharedState, viewer: Viewer) -> Overview:
    """Lights by proven state, stations, gauges, alarms. Unknown is shown apart, never counted as on.

    Totals are the city's; stations and gauges are those the caller may see.
    """
    return visible_part(shared, viewer, shared.facade.overview())


async def _listed(shared: Shared, viewer: Session, assets: Iterable[AssetView]) -> AsyncIterator[bytes]:
    """The visible ones as a JSON list, in slices: nobody else waits for a whole city's."""
    one_by_one, begun = iter(assets), False
    yield b"["
    while slice_ := list(islice(one_by_one, SLICE)):
        visible = only_visible(shared, viewer, slice_, lambda asset: asset.id)
        if visible:
            yield (b"," if begun else b"") + to_json(visible)[1:-1]
            begun = True
        await asyncio.sleep(0)
    yield b"]"


@router.get(
    "/assets",
    summary="Assets, filtered",
    response_model=list[AssetView],
    responses=seen([examples.ASSET], "Assets."),
)
async def assets(
    shared: SharedState,
    viewer: Viewer,
    kind: Annotated[str | None, Query(max_length=32, description="`cabinet`, `pole`, `station` or `gauge`.")] = None,
    division: Annotated[str | None, Query(max_length=32, description="Division code: `330106`.")] = None,
) -> StreamingResponse:
    """Every asset the caller may see, with its link and its outputs; a filter that fits nothing gives an empty list."""
    return StreamingResponse(_listed(shared, viewer, shared.facade.assets(kind, division)), media_type=JSON)


@router.get("/assets/{asset_id}", summary="One asset", responses=seen(examples.ASSET, "The asset.", 404))
async def asset(shared: SharedState, viewer: Viewer, asset_id: AssetId) -> AssetView:
    """One asset with its link and its outputs."""
    require(shared, viewer, Right.SEE, [asset_id])
    return shared.facade.asset(asset_id)


@router.get(
    "/assets/{asset_id}/points",
    summary="Every point of a device",
    responses=seen([examples.POINT], "Points with quality and age.", 404),
)
async def points(shared: SharedState, viewer: Viewer, asset_id: AssetId) -> list[PointView]:
    """Value, unit, quality with its detail, source time and age of every point; never a bare number."""
    require(shared, viewer, Right.SEE, [asset_id])
    return shared.facade.points(asset_id)


@router.get(
    "/endpoints", summary="How each wire to the field is doing", responses=seen([examples.WIRE], "Wires, worst first.")
)
async def endpoints(shared: SharedState, viewer: Viewer) -> list[EndpointView]:
    """Links by state, the last reply's age, round trips, the queue, and errors by kind since the controller started.

    Those of which the caller may see a device; what is down or has lost devices comes first.
    """
    found: list[EndpointView] = []
    for nth, wire in enumerate(shared.facade.endpoints()):
        found.extend([wire] if only_visible(shared, viewer, wire.members, str) else [])
        if nth % SLICE == 0:
            await asyncio.sleep(0)
    return sorted(found, key=lambda wire: (wire.state == "up", -wire.offline, wire.endpoint))


@router.get(
    "/explain/{target:path}",
    summary="Why is it as it is?",
    responses=seen(examples.EXPLANATION, "The answer, for programs and for people.", 404),
)
async def explain(shared: SharedState, viewer: Viewer, target: Target) -> Explanation:
    """Who wins, who is masked, which interlock acts, and what happens when each lease ends."""
    require(shared, viewer, Right.SEE, [target])
    return shared.facade.explain(target)


@router.get("/commands", summary="Recent commands, newest first", responses=seen([examples.COMMAND], "Commands.", 404))
async def commands(
    shared: SharedState,
    viewer: Viewer,
    target: Annotated[str | None, Query(max_length=64, description="Only this target's.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most this many.")] = 100,
) -> list[CommandView]:
    """What was sent to the field, how far it got, and what proved it."""
    require(shared, viewer, Right.SEE, [] if target is None else [target])
    recent = shared.facade.commands(target, MOST_COMMANDS)
    return only_visible(shared, viewer, recent, lambda command: command.target)[:limit]


@router.get(
    "/schedule/{target:path}",
    summary="When a target's program switches it",
    responses=seen(examples.NIGHT, "The night's switchings, spread included.", 404),
)
async def schedule(
    shared: SharedState,
    viewer: Viewer,
    target: Target,
    night: Annotated[
        date | None, Query(description="The night, dated by its sunset; the present one unless said.")
    ] = None,
) -> NightView:
    """One night is one day dated by its sunset: 00:30 belongs to the evening before."""
    require(shared, viewer, Right.SEE, [target])
    wanted = night or date.fromisoformat(shared.facade.overview().night)
    return shared.facade.night(target, wanted)
