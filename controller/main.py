"""Serving a controller: the socket, the store, the API and the signals round an assembly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
import uvicorn
import uvloop

from controller.api.app import create_app
from controller.api.face import Face, seal_of
from controller.api.server import Server, configured
from controller.assembly import Assembly
from controller.domain.clock import Clock
from controller.northbound.service import Northbound, Parts
from controller.northbound.trust import TrustFolder
from controller.runtime.alarms import Priority
from controller.runtime.certificate_watch import CertificateWatch
from controller.runtime.clocks import RealClock
from controller.runtime.facade import ControllerFacade
from controller.runtime.listening import Listener, listening, local_note
from controller.runtime.logs import configure_logs
from controller.runtime.pace import paced
from controller.runtime.people.house import People
from controller.runtime.people.tokens import key_in
from controller.runtime.people.views import OneTimeCode
from controller.runtime.publishing.startup import load_in_force
from controller.runtime.signals import stop_signals
from controller.runtime.startup import settle, tidy
from controller.runtime.tasks import cancel_all
from controller.runtime.tls import Tls
from controller.runtime.witness import WitnessedAuthority
from controller.settings.site import Site
from controller.store.store import Store
from drivers.opcua.pki import FOLDER, Pki

log = structlog.get_logger("main")

Announce = Callable[[str, Sequence[OneTimeCode]], None]
Welcome = Callable[[People], Awaitable[Sequence[OneTimeCode]]]
LiveView = Callable[[ControllerFacade], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class Serving:
    """How a controller is served: where it listens, whose data it keeps, what it tells people once it is up.

    ``announce`` is called once with the page's address and the one-time codes ``welcome`` gives out: to the first
    administrator, while there is none, unless said otherwise. ``config`` is the folder a reload reads anew; ``adapt``
    turns what it read into what this process runs (the demo's own addresses).
    """

    data: Path
    host: str | None = None
    port: int | None = None
    announce: Announce | None = None
    welcome: Welcome = People.first_codes
    live: LiveView | None = None
    config: Path | None = None
    adapt: Callable[[Site], Site] = lambda site: site


async def serve(site: Site, clock: Clock, serving: Serving) -> None:
    """Run a controller with its API until SIGINT or SIGTERM (or until cancelled).

    Raises:
        ControllerError: in one sentence what is in the way: the data folder, the port, the configuration.
    """
    port = site.api.port if serving.port is None else serving.port
    host = serving.host or site.api.host
    site.api.check(host)
    tls = None if site.api.tls is None else Tls(site.api.tls, clock)
    with listening(host, port, secure=tls is not None) as listener:
        store = Store.open(serving.data, site.evidence.second, site.backups.folder_of(serving.data))
        try:
            await _serve_with(Assembly(paced(site, clock.speed), clock, store), serving, listener, tls)
        finally:
            await store.close()


async def _serve_with(assembly: Assembly, serving: Serving, listener: Listener, tls: Tls | None) -> None:
    assembly.ask_rights()
    door = WitnessedAuthority(assembly.people.authority, assembly.evidence)
    watch = None if tls is None else CertificateWatch(tls, assembly.alarms, assembly.clock, assembly.local)
    northbound = _northbound(assembly, door, serving.data)
    renew = partial(_renew, assembly, tls, watch, northbound)
    names = frozenset(assembly.site.api.hosts) | {listener.host}
    face = Face(hosts=names, seal=seal_of(key_in(serving.data)), reloaded=renew, turned_away=door.turned_away)
    app = create_app(assembly.controller, door, face)
    server = Server(configured(app, tls, face.limits.connections))
    token = assembly.people.authority.local_token()
    shown = None if assembly.site.api.tls is None else assembly.site.api.tls.certificate
    async with assembly.running(serving.config, serving.adapt) as controller:
        with stop_signals(controller, renew) as stop, local_note(serving.data, listener.url, token, shown):
            api = asyncio.create_task(server.serve(sockets=[listener.socket]), name="api")
            api.add_done_callback(partial(_api_ended, assembly, server))
            if serving.announce is not None:
                serving.announce(listener.url, await serving.welcome(assembly.people))
            settle()
            live = [asyncio.create_task(tidy(), name="tidy")]
            live += [asyncio.create_task(serving.live(controller), name="live")] if serving.live else []
            live += [asyncio.create_task(watch.run(), name="certificate")] if watch else []
            live.append(asyncio.create_task(northbound.run(), name="northbound"))
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


def _renew(assembly: Assembly, tls: Tls | None, watch: CertificateWatch | None, northbound: Northbound) -> None:
    """A certificate that was renewed is taken up; one that will not do is told, and the old one stays."""
    problem = "" if tls is None else tls.renew()
    if problem:
        text = f"the renewed certificate is not used, the old one is: {problem}"
        assembly.alarms.set("api", "certificate", text, Priority.HIGH)
    else:
        assembly.alarms.clear("api", "certificate")
    if watch is not None:
        watch.look()
    northbound.adopt(assembly.site)


def _northbound(assembly: Assembly, door: WitnessedAuthority, data: Path) -> Northbound:
    parts = Parts(assembly.clock, assembly.table, assembly.book, assembly.alarms, assembly.evidence)
    return Northbound(assembly.site, parts, door, TrustFolder(Pki(data / FOLDER), assembly.clock))


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
    serving = Serving(data, host, port, announce, live=live, config=config)
    uvloop.run(serve(load_in_force(config, data), RealClock(), serving))
    return 0
