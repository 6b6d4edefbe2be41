"""Routes for keeping what the controller knows: backups, and taking up a changed configuration."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic_core import to_jsonable_python

from controller.api import examples
from controller.api.answers import ACT
from controller.api.examples import documented
from controller.api.problems import refusals
from controller.api.security import Caller, require
from controller.api.state import SharedState
from controller.domain.rights import OwnerClass, Right
from controller.runtime.backups import BackupView
from controller.runtime.views import ReloadReport

router = APIRouter(prefix="/api/v1", tags=["keep"])

EXAMPLE = {
    "path": "/var/lib/zhadao/backups/zhadao-20260621T110000Z",
    "made": "2026-06-21T11:00:00Z",
    "bytes": 1_048_576,
    "line": 4711,
    "scheduled": False,
    "signed": True,
}


@router.post(
    "/backup",
    summary="Back up state and journal of this moment",
    responses={
        200: documented(EXAMPLE, "Made and checked; it lies on the controller's machine."),
        **ACT,
    },
)
async def backup(shared: SharedState, caller: Caller) -> BackupView:
    """Goes into the folder the configuration names, never elsewhere; private keys are not in it.

    503 when there is no room, or the disk does not take it. Control goes on meanwhile.
    """
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.CONFIG)
    return await shared.facade.desks.backups.make(caller.caller)


@router.get(
    "/backups",
    summary="The backups there are",
    responses={200: documented([EXAMPLE], "Newest first."), **refusals(401, 403, 429)},
)
async def backups(shared: SharedState, caller: Caller) -> list[BackupView]:
    """Those in the folder the configuration names."""
    require(shared, caller, Right.ADMINISTER, of=OwnerClass.CONFIG)
    return await shared.facade.desks.backups.backups()


@router.post(
    "/reload",
    summary="Take up a changed configuration",
    response_model=ReloadReport,
    responses={
        200: documented(examples.RELOADED, "Applied; says what changed and what needs a restart."),
        409: {"model": ReloadReport, **documented(examples.NOT_RELOADED, "Not usable: nothing changed.")},
        **ACT,
    },
)
async def reload(shared: SharedState, caller: Caller) -> ReloadReport | JSONResponse:
    """Validate, diff, swap. A configuration with a problem changes nothing, and every problem is named."""
    require(shared, caller, Right.PUBLISH, of=OwnerClass.CONFIG)
    report = await shared.facade.reload(caller.caller)
    if report.applied:
        shared.face.reloaded()
    return report if report.applied else JSONResponse(to_jsonable_python(report), 409)
