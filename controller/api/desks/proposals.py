"""What waits for a second person: proposals, and acts of one person that another has to countersign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from controller.api import examples
from controller.api import examples_acts as more
from controller.api.answers import acted, answer, seen
from controller.api.inputs import MaybeWhyInput, WhyInput
from controller.api.parameters import Id
from controller.api.security import Caller, Viewer, any_visible, must, only_visible
from controller.api.state import Shared, SharedState
from controller.domain.errors import UnknownTarget
from controller.domain.rights import Right
from controller.runtime.authority import Session
from controller.runtime.commanding.proposals import FreshProposal
from controller.runtime.commanding.views import CountersignView
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Receipt

router = APIRouter(prefix="/api/v1", tags=["two persons"])

_ENDED = acted("It waits no more.", "It waits on, or cannot be ended so; says why.", 404)


@router.get(
    "/proposals", summary="What waits for a second person", responses=seen([examples.PROPOSAL], "Most urgent first.")
)
async def proposals(shared: SharedState, viewer: Viewer) -> list[ProposalView]:
    """Proposals about anything the caller may see; of each, the targets they may see."""
    waiting = shared.facade.desks.proposals.open()
    return [_shown(shared, viewer, one) for one in waiting if any_visible(shared, viewer, one.targets)]


@router.get(
    "/proposals/{proposal_id}",
    summary="One proposal, beside what it would do now",
    responses=seen(more.FRESH, "What was proposed, what would happen now, and what speaks against it.", 404),
)
async def proposal(shared: SharedState, viewer: Viewer, proposal_id: Id) -> FreshProposal:
    """What a person reads before they confirm. `problem` is empty when nothing speaks against it."""
    must(shared, viewer, Right.SEE, proposal_id, _targets(shared, proposal_id))
    fresh = await shared.facade.desks.proposals.fresh(proposal_id)
    return FreshProposal(_shown(shared, viewer, fresh.proposal), fresh.now, fresh.problem)


@router.post(
    "/proposals/{proposal_id}/confirm",
    summary="The second person's word",
    response_model=Receipt,
    responses=acted("Carried out; look at every outcome.", "Not done: same person, or it is not what it was.", 404),
)
async def confirm(shared: SharedState, caller: Caller, proposal_id: Id) -> JSONResponse:
    """By a different person, whatever the session. It is looked at afresh; what changed refuses it."""
    known = _known(shared, proposal_id)
    right, of = (Right.CONFIRM, None) if known is None else (known.right, known.of)
    must(shared, caller, right, proposal_id, None if known is None else known.targets, of)
    return answer(await shared.facade.desks.proposals.confirm(proposal_id, caller.caller))


@router.post(
    "/proposals/{proposal_id}/withdraw",
    summary="Take one's own proposal back",
    response_model=Receipt,
    responses=_ENDED,
)
async def withdraw(shared: SharedState, caller: Caller, proposal_id: Id) -> JSONResponse:
    """Only its proposer."""
    must(shared, caller, Right.SEE, proposal_id, _targets(shared, proposal_id))
    return answer(await shared.facade.desks.proposals.withdraw(proposal_id, caller.caller))


@router.post(
    "/proposals/{proposal_id}/refuse",
    summary="Say no to a proposal",
    response_model=Receipt,
    responses=_ENDED,
)
async def refuse(shared: SharedState, caller: Caller, proposal_id: Id, why: WhyInput) -> JSONResponse:
    """By whoever could confirm it, or its proposer; the proposer reads the reason."""
    must(shared, caller, Right.SEE, proposal_id, _targets(shared, proposal_id))
    return answer(await shared.facade.desks.proposals.refuse(proposal_id, caller.caller, why.reason))


@router.get(
    "/countersigns",
    summary="Acts of one person that wait for another's name",
    responses=seen([more.COUNTERSIGN], "Most urgent first."),
)
async def countersigns(shared: SharedState, viewer: Viewer) -> list[CountersignView]:
    """Done alone under a declared response; somebody else countersigns within two hours."""
    waiting = shared.facade.desks.orders.to_countersign()
    return [one for one in waiting if any_visible(shared, viewer, _acted_on(shared, one.id) or ())]


@router.post(
    "/countersigns/{act_id}",
    summary="Countersign an act of one person",
    response_model=Receipt,
    responses=acted("Countersigned.", "Not by the same person, and not by a machine.", 404),
)
async def countersign(
    shared: SharedState, caller: Caller, act_id: Id, why: MaybeWhyInput | None = None
) -> JSONResponse:
    """Judges nothing anew: the act is long done. Needs the right to confirm on every target of it."""
    known = any(one.id == act_id for one in shared.facade.desks.orders.to_countersign())
    must(shared, caller, Right.CONFIRM, act_id, _acted_on(shared, act_id) if known else None)
    return answer(await shared.facade.desks.orders.countersign(act_id, caller.caller, why.reason if why else ""))


def _known(shared: Shared, proposal_id: str) -> ProposalView | None:
    try:
        return shared.facade.desks.proposals.get(proposal_id)
    except UnknownTarget:
        return None


def _targets(shared: Shared, proposal_id: str) -> Sequence[str] | None:
    known = _known(shared, proposal_id)
    return None if known is None else known.targets


def _acted_on(shared: Shared, act_id: str) -> Sequence[str] | None:
    """The targets of an act: its id is its person and request. None when that request is not known any more."""
    actor, _, request_id = act_id.partition(":")
    try:
        return shared.facade.desks.undertakings.targets(request_id, actor)
    except UnknownTarget:
        return None


def _shown(shared: Shared, session: Session, one: ProposalView) -> ProposalView:
    return replace(one, targets=tuple(only_visible(shared, session, one.targets, str)))
