"""The city's waters as the model sees them: how they stand, and what an act would make of them."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import examples_network as examples
from controller.api.answers import seen
from controller.api.inputs_network import WhatIfInput
from controller.api.security import Caller, Viewer, require, sees
from controller.api.state import SharedState
from controller.domain.errors import InvalidValue
from controller.domain.rights import Right
from controller.runtime.hydraulics.views import NetworkView, WhatIfView

router = APIRouter(prefix="/api/v1/water", tags=["water"])


@router.get("/network", summary="The waters, measured and estimated", responses=seen(examples.NETWORK, "Now."))
async def network(shared: SharedState, viewer: Viewer) -> NetworkView:
    """Every reach of which the caller sees a gauge or a station: level, how sure, inflow, time to its limits."""
    return await shared.facade.desks.network.show(lambda name: sees(shared, viewer, name))


@router.post(
    "/whatif",
    summary="What would this do to the levels",
    responses=seen(examples.WHATIF, "With the acts and without.", 404, 413),
)
async def whatif(shared: SharedState, caller: Caller, wanted: WhatIfInput) -> WhatIfView:
    """Levels with a band, minutes above limits, energy and starts. Read-only: nothing is ordered, held or written.

    For whoever may select an order for these targets.
    """
    targets = [act.target for act in wanted.acts]
    require(shared, caller, Right.SELECT, targets)
    if len(set(targets)) < len(targets):
        raise InvalidValue("a target is named twice: say one value of each")
    said = {act.target: act.value for act in wanted.acts}
    desk = shared.facade.desks.network
    return await desk.whatif(said, wanted.hours, wanted.for_s, lambda name: sees(shared, caller, name))
