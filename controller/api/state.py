"""What every route of one app shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from controller.api.metrics import Metrics
from controller.api.snapshot import OverviewSnapshot
from controller.runtime.authority import Authority
from controller.runtime.facade import ControllerFacade


@dataclass(frozen=True, slots=True)
class Shared:
    """The running controller, who may ask it, and what is worth computing once for all listeners."""

    facade: ControllerFacade
    authority: Authority
    metrics: Metrics
    overview: OverviewSnapshot


def share(facade: ControllerFacade, authority: Authority) -> Shared:
    """What the routes of one app need of this controller."""
    return Shared(facade, authority, Metrics(facade), OverviewSnapshot(facade))


async def shared_of(connection: HTTPConnection) -> Shared:
    """The shared parts, for requests and web sockets alike."""
    shared: Shared = connection.app.state.shared
    return shared


SharedState = Annotated[Shared, Depends(shared_of)]
