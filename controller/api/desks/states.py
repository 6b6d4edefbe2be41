"""Operating states (平战结合): what is declared, what the rules propose, declaring, renewing, ending."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples_site as examples
from controller.api.answers import seen, settled, verdict
from controller.api.examples_forecasts import DISMISSED, NOT_DISMISSED
from controller.api.inputs import WhyInput
from controller.api.inputs_forecasts import DismissInput
from controller.api.inputs_site import DeclareInput, RenewInput
from controller.api.parameters import Id, Limit
from controller.api.security import Caller, Viewer, require
from controller.api.state import Shared, SharedState
from controller.domain.rights import CITY, Grant, Right, Role, Scope, ScopeKind
from controller.domain.slots import Slot
from controller.runtime.conditions.views import DeclarationView, ProposedState, SiteReceipt

router = APIRouter(prefix="/api/v1", tags=["states"])

_ANSWERS = settled(SiteReceipt, examples.DECLARED, examples.NOT_DECLARED)
_ANSWERS_OF_ONE = settled(SiteReceipt, examples.DECLARED, examples.NOT_DECLARED, 404)


@router.get("/states", summary="States in force", responses=seen([examples.DECLARATION], "Gravest first."))
async def states(shared: SharedState, _viewer: Viewer) -> list[DeclarationView]:
    """Everything declared; nothing in the list: ordinary days everywhere. What is declared is everybody's to know."""
    return list(shared.facade.desks.states.list())


@router.get(
    "/states/history", summary="States that were declared before", responses=seen([examples.DECLARATION], "How ended.")
)
async def history(shared: SharedState, _viewer: Viewer, limit: Limit = 100) -> list[DeclarationView]:
    """Newest first, with when and how each ended."""
    return list(shared.facade.desks.states.history(limit))


@router.get(
    "/states/proposed",
    summary="States the rules would propose",
    responses=seen([examples.PROPOSED_STATE], "And nobody has declared."),
)
async def proposed(shared: SharedState, _viewer: Viewer) -> list[ProposedState]:
    """Shown to people, never set by software."""
    return list(shared.facade.desks.states.proposed())


@router.post(
    "/states/proposed/dismiss",
    summary="Take a proposed state down",
    response_model=SiteReceipt,
    responses=settled(SiteReceipt, DISMISSED, NOT_DISMISSED, 404),
)
async def dismiss(shared: SharedState, caller: Caller, wanted: DismissInput) -> SiteReceipt | JSONResponse:
    """By a person who may declare there, with a reason. It stays down until its grounds change."""
    scope = Scope.parse(wanted.scope)
    _must_declare(shared, caller, scope)
    desk = shared.facade.desks.states
    return verdict(await desk.dismiss(wanted.discipline, scope, caller.caller, reason=wanted.reason))


@router.post("/states", summary="Declare a state", response_model=SiteReceipt, responses=_ANSWERS)
async def declare(shared: SharedState, caller: Caller, wanted: DeclareInput) -> SiteReceipt | JSONResponse:
    """By a duty officer whose scope covers the area. It takes the place of what stood for this discipline and scope."""
    scope = Scope.parse(wanted.scope)
    _must_declare(shared, caller, scope)
    desk = shared.facade.desks.states
    return verdict(
        await desk.declare(
            wanted.discipline,
            scope,
            wanted.state,
            for_s=wanted.for_s,
            reason=wanted.reason,
            caller=caller.caller,
        )
    )


@router.post(
    "/states/{declaration_id}/renew",
    summary="Let a declared state go on",
    response_model=SiteReceipt,
    responses=_ANSWERS_OF_ONE,
)
async def renew(
    shared: SharedState, caller: Caller, declaration_id: Id, wanted: RenewInput
) -> SiteReceipt | JSONResponse:
    """Counted from now, at most a day; whoever renews it answers for it."""
    _must_declare(shared, caller, _scope_of(shared, declaration_id))
    desk = shared.facade.desks.states
    return verdict(await desk.renew(declaration_id, caller.caller, for_s=wanted.for_s, reason=wanted.reason))


@router.post(
    "/states/{declaration_id}/end",
    summary="End a declared state",
    response_model=SiteReceipt,
    responses=_ANSWERS_OF_ONE,
)
async def end(shared: SharedState, caller: Caller, declaration_id: Id, why: WhyInput) -> SiteReceipt | JSONResponse:
    """Before its time; ordinary days begin there at once, unless a wider state holds."""
    _must_declare(shared, caller, _scope_of(shared, declaration_id))
    return verdict(await shared.facade.desks.states.end(declaration_id, caller.caller, reason=why.reason))


def _scope_of(shared: Shared, declaration_id: str) -> Scope:
    """Where it stands; for one that does not stand, the city: only who may declare there hears that it does not."""
    standing = (one for one in shared.facade.desks.states.list() if one.id == declaration_id)
    return next((Scope.parse(one.scope) for one in standing), CITY)


def _must_declare(shared: Shared, caller: Caller, scope: Scope) -> None:
    """A duty officer whose scope covers the area.

    For everybody but a duty officer of the city the scope's own name is asked about: that is no target, so the
    authority's answer is no, in its own words and in the journal.
    """
    require(shared, caller, Right.OPERATE)
    if not any(_covers(grant, scope) for grant in caller.grants):
        require(shared, caller, Right.OPERATE, [str(scope)], slot=Slot.EMERGENCY_ORDER)


def _covers(grant: Grant, scope: Scope) -> bool:
    if grant.role is not Role.DUTY_OFFICER:
        return False
    if grant.scope.kind is ScopeKind.DIVISION and scope.kind in (ScopeKind.STREET, ScopeKind.STATION):
        return scope.name.startswith((f"{grant.scope.name}/", f"{grant.scope.name}-"))
    return grant.scope in (CITY, scope)
