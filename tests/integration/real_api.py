"""A whole controller on soft devices behind its real web server, in a thread of its own: for clients that block."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from controller.api import create_app
from controller.api.face import Face
from controller.api.limits import Limits, Rate
from controller.api.server import Server, configured
from controller.assembly import Assembly
from controller.domain.clock import Clock
from controller.domain.rights import Grant
from controller.runtime.clocks import RealClock
from controller.runtime.listening import listening
from controller.runtime.witness import WitnessedAuthority
from controller.settings.load import load_site
from controller.store.store import Store
from tests.unit.runtime.soft_city import SoftField
from tests.unit.settings.small_site import write_site

T = TypeVar("T")
OFTEN = Limits(Rate(1e6, 1e6), Rate(1e6, 1e6))


@dataclass
class RealApi:
    """Where it listens, and a way into its loop."""

    url: str
    assembly: Assembly
    field: SoftField
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def token(self, name: str, *grants: Grant) -> str:
        """Somebody is signed in anew."""

        async def signed_in() -> str:
            session, changes = self.assembly.people.known.sessions.open(name, grants)
            await self.assembly.people.known.keep(changes)
            return session.token

        return self.run(signed_in())


@contextlib.contextmanager
def real_api(
    folder: Path, files: dict[str, str] | None = None, *, clock: Clock | None = None, limits: Limits = OFTEN
) -> Iterator[RealApi]:
    """Served until the block is left; ``files`` are the site's beside or instead of the small one's."""
    up, made = threading.Event(), list[RealApi]()
    stop: list[asyncio.Event] = []

    async def serve() -> None:
        config = write_site(folder / "config", files)
        with SoftField().wired() as field, listening("127.0.0.1", 0) as listener:
            store = Store.open(folder / "data")
            try:
                assembly = Assembly(load_site(config), clock or RealClock(), store)
                assembly.ask_rights()
                door = WitnessedAuthority(assembly.people.authority, assembly.evidence)
                app = create_app(assembly.controller, door, Face(limits=limits))
                server = Server(configured(app, None, 500))
                async with assembly.running(config):
                    serving = asyncio.create_task(server.serve(sockets=[listener.socket]))
                    stop.append(asyncio.Event())
                    made.append(RealApi(listener.url, assembly, field, asyncio.get_running_loop()))
                    up.set()
                    await stop[0].wait()
                    server.should_exit = True
                    await serving
                    door.close()
            finally:
                await store.close()

    def whole_life() -> None:
        try:
            asyncio.run(serve())
        finally:
            up.set()  # also when it never came up: nobody waits for it then

    thread = threading.Thread(target=whole_life, name="real api")
    thread.start()
    try:
        assert up.wait(20), "the controller did not start"
        assert made, "the controller ended while it started"
        yield made[0]
    finally:
        if made:
            with contextlib.suppress(RuntimeError):  # its loop is closed: it ended by itself
                made[0].loop.call_soon_threadsafe(stop[0].set)
        thread.join(20)
        assert not thread.is_alive(), "the controller did not end"
