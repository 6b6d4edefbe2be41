"""Faults of lighting: what is open, how it was told, and what each circuit is compared with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from controller.api import examples_faults as examples
from controller.api.answers import seen
from controller.api.parameters import AssetId
from controller.api.security import Viewer, require, sees
from controller.api.state import SharedState
from controller.domain.rights import Right
from controller.runtime.light_faults.views import BaselineView, LightFaultsView

router = APIRouter(prefix="/api/v1/lighting", tags=["lighting faults"])


@router.get(
    "/faults",
    summary="Open faults of lighting",
    responses=seen(examples.FAULTS, "Each with its method, its evidence, and since when.", 404, 422),
)
async def faults(
    shared: SharedState,
    viewer: Viewer,
    scope: Annotated[
        str, Query(max_length=112, description="city, division:330106, road:文一路, group:NAME, a cabinet or circuit.")
    ] = "city",
) -> LightFaultsView:
    """Only of what the caller may see; the gravest kinds first. Circuits without a baseline yet are counted apart."""
    return shared.facade.desks.light_faults.of_scope(scope, lambda device: sees(shared, viewer, device))


@router.get(
    "/faults/baselines/{asset_id}",
    summary="What a cabinet's circuits are compared with",
    responses=seen([examples.BASELINE], "Learned from their own nights.", 404),
)
async def baselines(shared: SharedState, viewer: Viewer, asset_id: AssetId) -> list[BaselineView]:
    """How much each draws while sound, from which deviation on it counts, and how many lost lamps that is."""
    require(shared, viewer, Right.SEE, [asset_id])
    return list(shared.facade.desks.light_faults.baselines(asset_id))
