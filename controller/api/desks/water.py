"""Tidal waters and river gates, water quality, diversion: what people look at; gates and units are ordered as ever."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import examples_water as examples
from controller.api.answers import seen
from controller.api.security import Viewer, sees
from controller.api.state import SharedState
from controller.runtime.diversion.views import DiversionView
from controller.runtime.tidal.views import TidesView
from controller.runtime.water_quality.views import QualityView

router = APIRouter(prefix="/api/v1/water", tags=["water"])


@router.get("/tide", summary="Tidal waters, bores and river gates", responses=seen(examples.TIDES, "Now."))
async def tide(shared: SharedState, viewer: Viewer) -> TidesView:
    """How far table and gauges agree, the next high and low waters and bores, and what each outfall may do."""
    return shared.facade.desks.tides.show(lambda name: sees(shared, viewer, name))


@router.get("/diversion", summary="Diversion 引配水", responses=seen(examples.DIVERSION, "Now."))
async def diversion(shared: SharedState, viewer: Viewer) -> DiversionView:
    """Every station that brings water in: what runs, why, what bars it, and what comes next."""
    return shared.facade.desks.diversion.show(lambda name: sees(shared, viewer, name))


@router.get("/quality", summary="Water quality", responses=seen(examples.QUALITY, "Now."))
async def quality(shared: SharedState, viewer: Viewer) -> QualityView:
    """Every judged gauge: its values against their limits, and whether its water is fit to draw from."""
    return shared.facade.desks.quality.show(lambda name: sees(shared, viewer, name))
