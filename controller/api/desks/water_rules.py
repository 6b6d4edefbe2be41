"""The network's rules: what guidance stands for each station, and why. Slot 12 obeys them; nobody orders them."""

from __future__ import annotations

from fastapi import APIRouter

from controller.api import examples_water_rules as examples
from controller.api.answers import seen
from controller.api.security import Viewer, sees
from controller.api.state import SharedState
from controller.runtime.water_rules.views import RulesView

router = APIRouter(prefix="/api/v1/water", tags=["water"])


@router.get("/rules", summary="Guidance of the network's rules", responses=seen(examples.RULES, "Now."))
async def rules(shared: SharedState, viewer: Viewer) -> RulesView:
    """Units asked for, whether more may be added, gravity or pumps, the plan's peak; and reaches that will overflow."""
    return shared.facade.desks.water_rules.show(lambda name: sees(shared, viewer, name))
