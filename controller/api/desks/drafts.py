"""Lighting programs as drafts: written, proven over a year, published by two people; and the versions there were."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from controller.api import examples_drafts as examples
from controller.api.answers import ACT, proposed, seen
from controller.api.examples import documented
from controller.api.inputs import WhyInput
from controller.api.inputs_drafts import DraftFilesInput, DraftInput, PublishInput
from controller.api.problems import refusals
from controller.api.security import Caller, Viewer, only_visible, require
from controller.api.state import Shared, SharedState
from controller.domain.rights import OwnerClass, Right
from controller.logic.scopes import parse_scope
from controller.runtime.publishing.report import LightProof
from controller.runtime.publishing.views import DraftView, FilesView, ProofView, VersionsView
from controller.runtime.two_persons import ProposalView

router = APIRouter(prefix="/api/v1/lighting", tags=["schedules"])

Name = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$", description="The draft.")]
Number = Annotated[int, Path(ge=0, le=10_000_000, description="The version's number; 0 is the site folder's own.")]
_DONE = {**ACT, **refusals(404)}


def may_draft(shared: Shared, caller: Caller) -> None:
    """Drafts reach the whole city, so the right is asked for the whole city."""
    require(shared, caller, Right.OPERATE, of=OwnerClass.SCHEDULES)


def _may_look(shared: Shared, viewer: Viewer) -> None:
    """They name lights of the whole city, so whoever sees a part of it does not read them."""
    require(shared, viewer, Right.SEE, of=OwnerClass.SCHEDULES)
    require(shared, viewer, Right.SEE, ["drafts"])


@router.get("/drafts", summary="Drafts of lighting programs", responses=seen([examples.DRAFT], "By name."))
async def drafts(shared: SharedState, viewer: Viewer) -> list[DraftView]:
    """Each with how it stands and what to do next."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.list()


@router.post(
    "/drafts", summary="Make a draft", responses={200: documented(examples.DRAFT, "Made, and checked."), **_DONE}
)
async def new(shared: SharedState, caller: Caller, wanted: DraftInput) -> DraftView:
    """Of what is in force, of the site folder's own files, or of a published version: always the whole set of files."""
    may_draft(shared, caller)
    desk = shared.facade.desks.drafts
    return await desk.new(wanted.name, caller.caller, source=wanted.source, version=wanted.version)


@router.get("/drafts/{name}", summary="One draft", responses=seen(examples.DRAFT, "How it stands.", 404))
async def draft(shared: SharedState, viewer: Viewer, name: Name) -> DraftView:
    """Its files by name, what is wrong with them, and what to do next."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.get(name)


@router.get("/drafts/{name}/files", summary="A draft's files", responses=seen(examples.FILES, "Whole texts.", 404))
async def files(shared: SharedState, viewer: Viewer, name: Name) -> FilesView:
    """To be edited, and put back."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.files(name)


@router.post(
    "/drafts/{name}/files",
    summary="Put files into a draft",
    responses={200: documented(examples.DRAFT, "Kept; `problems` names what is wrong, as file:line."), **_DONE},
)
async def put(shared: SharedState, caller: Caller, name: Name, wanted: DraftFilesInput) -> DraftView:
    """Checked whole, as the whole site is. A bad draft is kept, and can be neither proven nor published."""
    may_draft(shared, caller)
    return await shared.facade.desks.drafts.put(name, caller.caller, wanted.files, wanted.drop)


@router.post(
    "/drafts/{name}/drop",
    summary="Forget a draft",
    responses={200: documented([examples.DRAFT], "Gone; these are left."), **_DONE},
)
async def drop(shared: SharedState, caller: Caller, name: Name) -> list[DraftView]:
    """Anybody who may draft may drop; the journal says who did."""
    may_draft(shared, caller)
    await shared.facade.desks.drafts.drop(name, caller.caller)
    return shared.facade.desks.drafts.list()


@router.post(
    "/drafts/{name}/prove",
    summary="Prove a draft over a year",
    responses={200: documented(examples.PROOF, "Proven; look at its findings."), **_DONE},
)
async def prove(shared: SharedState, caller: Caller, name: Name) -> ProofView:
    """366 nights from tonight for every light, beside what is in force. Answers when it is done: seconds, or a minute.

    It runs in a process of its own; control does not feel it.
    """
    may_draft(shared, caller)
    return await shared.facade.desks.drafts.prove(name, caller.caller)


@router.get("/drafts/{name}/proof", summary="A draft's last proof", responses=seen(examples.PROOF, "Found.", 404))
async def proof(shared: SharedState, viewer: Viewer, name: Name) -> ProofView:
    """Sums, roads that change, findings by severity; whether it still holds."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.proof(name)


@router.get(
    "/drafts/{name}/lights", summary="The proof light by light", responses=seen([examples.LIGHT], "One a light.", 404)
)
async def lights(
    shared: SharedState,
    viewer: Viewer,
    name: Name,
    scope: Annotated[str, Query(max_length=112, description="`city`, `road:文一路`, an asset, a light …")] = "city",
    limit: Annotated[int, Query(ge=1, le=5000, description="At most this many.")] = 1000,
) -> list[LightProof]:
    """Burn hours, energy, day burning, dark gaps and switchings, in the draft and in force."""
    _may_look(shared, viewer)
    found = await shared.facade.desks.drafts.lights(name, parse_scope(scope), limit)
    return only_visible(shared, viewer, found, lambda light: light.target)


@router.post(
    "/drafts/{name}/accept",
    summary="Accept what blocks a draft",
    responses={200: documented(examples.PROOF, "Your word stands beside the proof."), **_DONE},
)
async def accept(shared: SharedState, caller: Caller, name: Name, why: WhyInput) -> ProofView:
    """Dark roads and day burning are published only where both people say, each with a reason, that it is meant so."""
    may_draft(shared, caller)
    return await shared.facade.desks.drafts.accept(name, caller.caller, why.reason)


@router.post(
    "/drafts/{name}/publish", status_code=202, summary="Propose to put a draft in force", responses=proposed(404)
)
async def publish(shared: SharedState, caller: Caller, name: Name, wanted: PublishInput) -> ProposalView:
    """It has to be proven over what is in force now. A second, different person confirms the proposal."""
    may_draft(shared, caller)
    desk = shared.facade.desks.drafts
    return await desk.publish(name, caller.caller, reason=wanted.reason, accept=wanted.accept)


@router.get("/versions", summary="What was published", responses=seen(examples.VERSIONS, "Newest first."))
async def versions(shared: SharedState, viewer: Viewer) -> VersionsView:
    """By whom, when and why; and whether the site folder's own files say something else."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.versions()


@router.get(
    "/versions/{number}/files", summary="A version's files", responses=seen(examples.FILES, "Whole texts.", 404)
)
async def version_files(shared: SharedState, viewer: Viewer, number: Number) -> FilesView:
    """To look at, or to put back into the site folder."""
    _may_look(shared, viewer)
    return shared.facade.desks.drafts.version_files(number)
