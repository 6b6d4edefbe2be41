"""Routes that only look: overview, assets, points, explain, commands, alarms, schedule."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from controller.api import examples
from controller.api.examples import documented
from controller.api.problems import refusals
from controller.api.security import Viewer
from controller.api.state import SharedState
from controller.runtime.views import (
    AlarmView,
    AssetView,
    CommandView,
    Explanation,
    NightView,
    Overview,
    PointView,
)

router = APIRouter(prefix="/api/v1", tags=["see"])

AssetId = Annotated[str, Path(max_length=64, description="Asset id, `division-class-serial`: `330106-LC-0001`.")]
Target = Annotated[str, Path(max_length=64, description="A station, or `asset/output`: `330106-LC-0001/K1`.")]


def _answers(example: object, description: str, *more: int) -> dict[int | str, dict[str, Any]]:
    return {200: documented(example, description), **refusals(401, 403, 422, *more)}


@router.get("/overview", summary="The whole city on one screen", responses=_answers(examples.OVERVIEW, "Now."))
async def overview(shared: SharedState, _viewer: Viewer) -> Overview:
    """Lights by proven state, stations, gauges, alarms. Unknown is shown apart, never counted as on."""
    return shared.facade.overview()


@router.get("/assets", summary="Assets, filtered", responses=_answers([examples.ASSET], "Assets."))
async def assets(
    shared: SharedState,
    _viewer: Viewer,
    kind: Annotated[str | None, Query(max_length=32, description="`cabinet`, `pole`, `station` or `gauge`.")] = None,
    division: Annotated[str | None, Query(max_length=32, description="Division code: `330106`.")] = None,
) -> list[AssetView]:
    """Every asset with its link and its outputs; a filter that fits nothing gives an empty list."""
    return shared.facade.assets(kind, division)


@router.get("/assets/{asset_id}", summary="One asset", responses=_answers(examples.ASSET, "The asset.", 404))
async def asset(shared: SharedState, _viewer: Viewer, asset_id: AssetId) -> AssetView:
    """One asset with its link and its outputs."""
    return shared.facade.asset(asset_id)


@router.get(
    "/assets/{asset_id}/points",
    summary="Every point of a device",
    responses=_answers([examples.POINT], "Points with quality and age.", 404),
)
async def points(shared: SharedState, _viewer: Viewer, asset_id: AssetId) -> list[PointView]:
    """Value, unit, quality with its detail, source time and age of every point; never a bare number."""
    return shared.facade.points(asset_id)


@router.get(
    "/explain/{target:path}",
    summary="Why is it as it is?",
    responses=_answers(examples.EXPLANATION, "The answer, for programs and for people.", 404),
)
async def explain(shared: SharedState, _viewer: Viewer, target: Target) -> Explanation:
    """Who wins, who is masked, which interlock acts, and what happens when each lease ends."""
    return shared.facade.explain(target)


@router.get(
    "/commands", summary="Recent commands, newest first", responses=_answers([examples.COMMAND], "Commands.", 404)
)
async def commands(
    shared: SharedState,
    _viewer: Viewer,
    target: Annotated[str | None, Query(max_length=64, description="Only this target's.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most this many.")] = 100,
) -> list[CommandView]:
    """What was sent to the field, how far it got, and what proved it."""
    return shared.facade.commands(target, limit)


@router.get(
    "/alarms",
    summary="Standing and unacknowledged alarms, most urgent first",
    responses=_answers([examples.ALARM], "Alarms."),
)
async def alarms(shared: SharedState, _viewer: Viewer) -> list[AlarmView]:
    """Alarms that stand, and those that went before anybody acknowledged them."""
    return shared.facade.alarms()


@router.get(
    "/schedule/{target:path}",
    summary="When a target's program switches it",
    responses=_answers(examples.NIGHT, "The night's switchings, spread included.", 404),
)
async def schedule(
    shared: SharedState,
    _viewer: Viewer,
    target: Target,
    night: Annotated[
        date | None, Query(description="The night, dated by its sunset; the present one unless said.")
    ] = None,
) -> NightView:
    """One night is one day dated by its sunset: 00:30 belongs to the evening before."""
    wanted = night or date.fromisoformat(shared.facade.overview().night)
    return shared.facade.night(target, wanted)
