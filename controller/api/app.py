"""The app factory: one app per running controller, nothing global."""

from __future__ import annotations

from fastapi import FastAPI

from controller import __version__
from controller.api import acting, guard, live, page, probes, problems, seeing
from controller.api.state import share
from controller.runtime.authority import Authority
from controller.runtime.facade import ControllerFacade

DESCRIPTION = """\
One guarded controller for a city's street lights and water stations.

Everything but `health`, `ready`, `metrics` and `sign-in` needs `Authorization: Bearer TOKEN`.
Every refusal has one shape: `{error, message, what_to_do}`; an order refused for all its targets answers 409 with its
receipt. Times are UTC, ages and remaining times are seconds of the controller's clock.

Live changes: WebSocket `/api/v1/live`. Offer the subprotocols `zhadao.live.v1` and `bearer.TOKEN`, or send
`{"token": "TOKEN"}` as the first message. Messages are JSON with a `type`: `hello`, `changes`, `overview`, `end`.
Close codes: 4401 not signed in, 4403 not allowed, 4408 no token in time, 4429 too slow to keep up.
"""


def create_app(facade: ControllerFacade, authority: Authority) -> FastAPI:
    """The API of one running controller.

    FastAPI's own documentation pages are off: they load scripts from elsewhere.
    """
    app = FastAPI(title="zhadao 闸刀", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.shared = share(facade, authority)
    problems.install(app)
    app.add_middleware(guard.BodyLimit)
    app.add_middleware(guard.CarefulHeaders)
    for router in (probes.router, probes.sign_in_router, seeing.router, acting.router, live.router, page.router):
        app.include_router(router)
    return app
