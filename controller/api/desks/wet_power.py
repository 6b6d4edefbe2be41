"""涉水断电: circuits in water, decisions about them, what was measured, and the way back."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import acted, answer, proposed, seen
from controller.api.inputs_site import CheckInput, DecideInput, ReturnInput
from controller.api.parameters import Target
from controller.api.security import Caller, Viewer, must, only_visible, require
from controller.api.state import Shared, SharedState
from controller.domain.rights import Right
from controller.runtime.authority import Session
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt
from controller.runtime.wet_power.views import WetCircuitView, WetOverview, ZoneView

router = APIRouter(prefix="/api/v1/wet-power", tags=["wet power"])


@router.get("", summary="Circuits cut, asked about or kept", responses=seen(examples.WET, "And the roads gone dark."))
async def overview(shared: SharedState, viewer: Viewer) -> WetOverview:
    """With the dry neighbours turned to full. Roads are the city's; circuits are those the caller may see."""
    whole = shared.facade.desks.wet_power.overview()
    return WetOverview(
        tuple(only_visible(shared, viewer, whole.circuits, lambda one: one.circuit)),
        whole.roads,
        tuple(only_visible(shared, viewer, whole.neighbours, str)),
    )


@router.get("/zones", summary="Places that flood", responses=seen([examples.ZONE], "Gauges against live parts."))
async def zones(shared: SharedState, viewer: Viewer) -> list[ZoneView]:
    """Zones with a circuit the caller may see."""
    shown = (_shown(shared, viewer, zone) for zone in shared.facade.desks.wet_power.zones())
    return [zone for zone in shown if zone.circuits]


@router.get(
    "/circuits/{circuit:path}",
    summary="One circuit, and what its return would need",
    responses=seen(examples.WET_CIRCUIT, "As it is now.", 404),
)
async def circuit(shared: SharedState, viewer: Viewer, circuit: Target) -> WetCircuitView:
    """Where the water stands, whether the stop is retained in the cabinet, what was measured."""
    require(shared, viewer, Right.SEE, [circuit])
    return shared.facade.desks.wet_power.circuit(circuit)


@router.post(
    "/decide",
    summary="Cut now, or keep lit",
    response_model=Receipt,
    responses=acted("Decided; look at every outcome.", "Nothing was decided; each says why.", 404),
)
async def decide(shared: SharedState, caller: Caller, wanted: DecideInput) -> JSONResponse:
    """One person decides. `cut` acts at once on any circuit; `keep` answers an open question for a while."""
    members = _circuits_of(shared, wanted.target)
    if members is None:
        require(shared, caller, Right.OPERATE, [wanted.target])
    else:
        must(shared, caller, Right.OPERATE, wanted.target, members)
    return answer(
        await shared.facade.desks.wet_power.decide(wanted.target, wanted.choice, caller.caller, wanted.reason)
    )


@router.post(
    "/checks",
    summary="Put a measurement on record",
    response_model=Receipt,
    responses=acted("On record; the text says whether it passes.", "Not on record; says why.", 404),
)
async def check(shared: SharedState, caller: Caller, made: CheckInput) -> JSONResponse:
    """Insulation (MΩ) or leakage (mA) of cut circuits, by whom and when. A circuit only comes back with one."""
    require(shared, caller, Right.OPERATE, made.circuits)
    desk = shared.facade.desks.wet_power
    return answer(
        await desk.record_check(
            made.circuits, made.kind, made.value, caller.caller, by=made.by, at=made.at, note=made.note
        )
    )


@router.post("/returns", status_code=202, summary="Propose to bring circuits back", responses=proposed(404))
async def propose_return(shared: SharedState, caller: Caller, wanted: ReturnInput) -> ProposalView:
    """The cause is gone and the check passes; a second person confirms the proposal."""
    require(shared, caller, Right.OPERATE, wanted.circuits)
    desk = shared.facade.desks.wet_power
    return await desk.propose_return(wanted.circuits, caller.caller, wanted.reason)


def _circuits_of(shared: Shared, zone_id: str) -> list[str] | None:
    """The circuits of a zone; None for what is no zone."""
    zones = shared.facade.desks.wet_power.zones()
    return next(([one.circuit for one in zone.circuits] for zone in zones if zone.id == zone_id), None)


def _shown(shared: Shared, session: Session, zone: ZoneView) -> ZoneView:
    return replace(zone, circuits=tuple(only_visible(shared, session, zone.circuits, lambda one: one.circuit)))
