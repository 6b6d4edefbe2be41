"""Serving a controller: the socket, the store, the API and the signals round an assembly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
import uvicorn
import uvloop

from controller.api.app import create_app
from controller.assembly import Assembly
from controller.domain.clock import Clock
from controller.runtime.alarms import Priority
from controller.runtime.authority import SingleOperator
from controller.runtime.clocks import RealClock
from controller.runtime.facade import ControllerFacade
from controller.runtime.listening import Listener, listening, local_note
from controller.runtime.logs import configure_logs
from controller.runtime.pace import paced
from controller.runtime.signals import stop_signals
from controller.runtime.startup import settle
from controller.runtime.tasks import cancel_all
from controller.runtime.witness import WitnessedAuthority
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store

log = structlog.get_logger("main")

LAST_ANSWERS_S = 3
"""How long open requests may take to end when the controller stops; a page's live stream would stay for ever."""
Announce = Callable[[str, str], None]
LiveView = Callable[[ControllerFacade], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class Serving:
    """How a controller is served: where it listens, whose data it keeps, what it tells people once it is up.

    ``announce`` is called once with the page's address and the one-time sign-in code. ``config`` is the folder a
    reload reads anew; ``adapt`` turns what it read into what this process runs (the demo's own addresses).
    """

    data: Path
    host: str | None = None
    port: int | None = None
    announce: Announce | None = None
    live: LiveView | None = None
    config: Path | None = None
    adapt: Callable[[Site], Site] = lambda site: site


async def serve(site: Site, clock: Clock, serving: Serving) -> None:
    """Run a controller with its API until SIGINT or SIGTERM (or until cancelled).

    Raises:
        ControllerError: in one sentence what is in the way: the data folder, the port, the configuration.
    """
    port = site.api.port if serving.port is None else serving.port
    with listening(serving.host or site.api.host, port) as listener:
        store = Store.open(serving.data)
        try:
            await _serve_with(Assembly(paced(site, clock.speed), clock, store), serving, listener)
        finally:
            await store.close()


async def _serve_with(assembly: Assembly, serving: Serving, listener: Listener) -> None:
    authority = SingleOperator(assembly.clock)
    door = WitnessedAuthority(authority, assembly.evidence)
    config = uvicorn.Config(
        create_app(assembly.controller, door),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )
    server = _Server(config)
    token = authority.new_session("local-cli").token
    async with assembly.running(serving.config, serving.adapt) as controller:
        with stop_signals(controller) as stop, local_note(serving.data, listener.url, token):
            api = asyncio.create_task(server.serve(sockets=[listener.socket]), name="api")
            api.add_done_callback(partial(_api_ended, assembly, server))
            if serving.announce is not None:
                serving.announce(listener.url, authority.new_code())
            settle()
            live = [asyncio.create_task(serving.live(controller), name="live")] if serving.live else []
            try:
                await stop.wait()
            finally:
                await cancel_all(live)
                server.should_exit = True
                await asyncio.wait([api])
                door.close()


def _api_ended(assembly: Assembly, server: uvicorn.Server, api: asyncio.Task[None]) -> None:
    """Control goes on without its face, loudly: nobody can see or order anything until it is started again."""
    if not server.should_exit:
        error = None if api.cancelled() else api.exception()
        log.error("api_ended", reason=repr(error))
        text = f"the API ended by itself ({error!r}); control goes on, restart the controller when it is safe"
        assembly.alarms.set("api", "ended", text, Priority.EMERGENCY)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: one place decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def run_controller(
    config: Path,
    data: Path,
    host: str | None,
    port: int | None,
    log_json: bool,
    live: LiveView | None,
    announce: Announce | None = None,
) -> int:
    """``zhadao run``: control a site of real devices in real time until told to stop; the exit code.

    Raises:
        ControllerError: in one sentence what is in the way.
    """
    configure_logs(as_json=log_json, quiet=live is not None)
    serving = Serving(data, host, port, announce, live, config)
    uvloop.run(serve(load_site(config), RealClock(), serving))
    return 0
