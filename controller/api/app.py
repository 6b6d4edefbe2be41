"""The app factory: one app per running controller, nothing global."""

from __future__ import annotations

from fastapi import FastAPI

from controller import __version__
from controller.api import doors, guard, keeping, live, page, probes, problems, seeing, signing_in
from controller.api.desks import ROUTERS
from controller.api.face import Face
from controller.api.state import share
from controller.runtime.authority import Authority
from controller.runtime.facade import ControllerFacade

DESCRIPTION = """\
One guarded controller for a city's street lights and water stations.

Everything but `health`, `ready`, `metrics`, `sign-in`, `sign-on` and `refresh` needs `Authorization: Bearer TOKEN`, or
the page's cookies; who comes by cookie sends `X-CSRF-Token` with every request that changes something.
Every refusal has one shape: `{error, message, what_to_do}`; an act refused for all its targets answers 409 with its
receipt, one that now waits for a second person 202 with its proposal. Times are UTC, ages and remaining times are
seconds of the controller's clock.

Before any route: 413 for a body over 1 MB, 422 for one nested deeper than 32, 421 for a Host header that is not ours,
429 for too many requests, 431 for too many headers. Other sites' pages are answered nothing (no CORS).

Live changes: WebSocket `/api/v1/live`. Offer the subprotocols `zhadao.live.v1` and `bearer.TOKEN`, come by cookie from
the page's own origin, or send `{"token": "TOKEN"}` as the first message. Messages are JSON with a `type`: `hello`,
`changes`, `overview`, `end`. Close codes: 4401 not signed in, 4403 not allowed, 4408 no token in time, 4429 too slow to
keep up, or too many streams.
"""


def create_app(facade: ControllerFacade, authority: Authority, face: Face | None = None) -> FastAPI:
    """The API of one running controller.

    FastAPI's own documentation pages are off: they load scripts from elsewhere.
    """
    app = problems.DescribedApi(
        title="zhadao 闸刀", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None
    )
    app.state.shared = share(facade, authority, face)
    problems.install(app)
    app.add_middleware(guard.BodyLimit)
    app.add_middleware(doors.Door)
    app.add_middleware(guard.CarefulHeaders, drill=facade.drill)
    routers = (
        probes.router,
        signing_in.router,
        seeing.router,
        *ROUTERS,
        keeping.router,
        live.router,
        page.router,
    )
    for router in routers:
        # The routes as they are: `include_router` would work all of them out anew, a second for every app.
        app.router.routes.extend(router.routes)
    return app
