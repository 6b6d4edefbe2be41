"""What every route of one app shares."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from controller.api.cookies import CookieJar
from controller.api.face import Face
from controller.api.limits import Turnstile
from controller.api.metrics import Metrics
from controller.api.snapshot import OverviewSnapshot
from controller.api.streams import Streams
from controller.runtime.authority import Authority
from controller.runtime.facade import ControllerFacade


@dataclass(frozen=True, slots=True)
class Shared:
    """The running controller, who may ask it, and what is worth computing once for all listeners."""

    facade: ControllerFacade
    authority: Authority
    metrics: Metrics
    overview: OverviewSnapshot
    face: Face
    cookies: CookieJar
    turnstile: Turnstile
    streams: Streams


def share(facade: ControllerFacade, authority: Authority, face: Face | None = None) -> Shared:
    """What the routes of one app need of this controller."""
    face = face or Face()
    return Shared(
        facade,
        authority,
        Metrics(facade),
        OverviewSnapshot(facade),
        face,
        CookieJar(face.seal, facade.clock),
        Turnstile(face.limits, _now_s),
        Streams(facade),
    )


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def shared_of(connection: HTTPConnection) -> Shared:
    """The shared parts, for requests and web sockets alike."""
    shared: Shared = connection.app.state.shared
    return shared


SharedState = Annotated[Shared, Depends(shared_of)]
