"""What machines ask without a token: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic_core import to_jsonable_python

from controller.api import examples
from controller.api.examples import documented
from controller.api.state import SharedState
from controller.runtime.views import Health

router = APIRouter(tags=["probe"])


def _probe(yes: str, no: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: documented(examples.HEALTH, yes),
        503: {"model": Health, **documented(examples.NOT_READY, no)},
    }


def _as(health: Health, *, good: bool) -> Health | JSONResponse:
    return health if good else JSONResponse(to_jsonable_python(health), 503)


@router.get(
    "/api/v1/health",
    summary="Do the cycles run?",
    response_model=Health,
    responses=_probe("The cycles run.", "A cycle stands still."),
)
async def health(shared: SharedState) -> Health | JSONResponse:
    """For a supervisor that restarts what is dead: says nothing about the field."""
    state = shared.facade.health()
    return _as(state, good=state.alive)


@router.get(
    "/api/v1/ready",
    summary="Has the field been read?",
    response_model=Health,
    responses=_probe("Every device that can be read has been read once.", "Not yet; `reasons` says what is missing."),
)
async def ready(shared: SharedState) -> Health | JSONResponse:
    """For whoever waits for the city to be under control."""
    state = shared.facade.health()
    return _as(state, good=state.alive and state.ready)


@router.get(
    "/metrics",
    summary="Numbers for Prometheus",
    response_class=Response,
    responses={200: {"description": "Prometheus text format.", "content": {"text/plain": {"schema": {}}}}},
)
async def metrics(shared: SharedState) -> Response:
    """Counted at the moment of asking."""
    return Response(await shared.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
