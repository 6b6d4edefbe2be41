"""A real controller behind a real socket, in a thread of its own: every part real but the wire to the field."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import uvicorn
from typer.testing import CliRunner, Result

from controller.api.app import create_app
from controller.assembly import Assembly
from controller.cli.app import app
from controller.domain.points import Value
from controller.domain.rights import Grant, Role
from controller.runtime.clocks import ScaledClock
from controller.runtime.pace import paced
from controller.runtime.witness import WitnessedAuthority
from controller.settings.load import load_site
from controller.store.store import Store
from hil.demo_people import demo_people
from tests.unit.runtime.people.rig import fast
from tests.unit.runtime.soft_city import SoftField
from tests.unit.settings.small_site import write_site

AFTERNOON = datetime(2026, 6, 21, 9, 10, tzinfo=UTC)
"""17:10 in Hangzhou: an order of half an hour ends in daylight, one of two hours reaches into the night."""
SPEED = 20.0
SECRET = " ".join(("four", "unrelated", "words", "here"))
T = TypeVar("T")


@dataclass
class City:
    """The controller, its field, and the codes it gave out at its start."""

    data: Path
    url: str
    assembly: Assembly
    field: SoftField
    loop: asyncio.AbstractEventLoop
    codes: dict[str, str]

    def ask(self, question: Callable[[], T]) -> T:
        """Ask something of the controller, in its own thread."""

        async def asked() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(asked(), self.loop).result(10)

    def set(self, device: str, point: str, value: Value) -> None:
        """The field shows another value."""
        driver = self.field.drivers["ua-1" if "-PS-" in device else "gw-1"]
        self.ask(lambda: driver.set(device, point, value))

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until the controller sees it so."""

        async def waited() -> None:
            async with asyncio.timeout(10):
                while not condition():  # noqa: ASYNC110 - the controller tells nobody but people
                    await asyncio.sleep(0.02)

        asyncio.run_coroutine_threadsafe(waited(), self.loop).result(12)


@dataclass
class Desk:
    """A terminal of one user of this machine: an own folder of sessions, and the command line."""

    city: City
    home: Path
    said: list[str] = field(default_factory=list)

    def __call__(self, *words: str, typed: str = "") -> Result:
        """Type a command about this city; what is read from standard input is ``typed``."""
        env = {"XDG_STATE_HOME": str(self.home), "COLUMNS": "200"}
        asked = [*words, "--data", str(self.city.data)]
        return CliRunner().invoke(app, asked, input=typed, env=env)

    def signed_in(self, name: str, secret: str = SECRET) -> Desk:
        """Sign in by the one-time code, setting a password, or by the password once it is set."""
        code = self.city.codes.pop(name, "")
        typed = f"{code}\n{secret}\n" if code else f"{secret}\n"
        result = self("sign-in", name, "--password-stdin", typed=typed)
        assert result.exit_code == 0, result.output
        return self

    def spawn(self, *words: str) -> subprocess.Popen[str]:
        """The same in a process of its own."""
        env = {**os.environ, "XDG_STATE_HOME": str(self.home)}
        command = [
            sys.executable,
            "-c",
            "from controller.cli import main; main()",
            *words,
            "--data",
            str(self.city.data),
        ]
        return subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
        )


class _Server(uvicorn.Server):
    """Leaves the signals alone, and says when it listens."""

    def __init__(self, config: uvicorn.Config, up: asyncio.Event) -> None:
        super().__init__(config)
        self._up = up

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]  # uvicorn's own
        self._up.set()


@contextmanager
def real_city(folder: Path) -> Iterator[City]:
    """A running controller of the small site, until the end of the block."""
    ready: list[City] = []
    up, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_run(folder, ready, up, over)))
    thread.start()
    try:
        assert up.wait(20), "the controller did not get up"
        yield ready[0]
    finally:
        over.set()
        thread.join(20)


async def _run(folder: Path, ready: list[City], up: threading.Event, over: threading.Event) -> None:
    loop, data = asyncio.get_running_loop(), folder / "data"
    site = load_site(write_site(folder / "config"))
    clock = ScaledClock(AFTERNOON, SPEED, source=loop.time, origin_s=loop.time())
    with ExitStack() as while_starting:
        # Other tests of this process want real drivers while this controller lives on.
        wires = while_starting.enter_context(SoftField().wired())
        store = Store.open(data)
        assembly = Assembly(paced(site, SPEED), clock, store)
        assembly.ask_rights()
        assembly.people.known.hasher.close()
        assembly.people.known.hasher = fast()
        assembly.people.known.local_grants = tuple(Grant(role) for role in Role)
        door = WitnessedAuthority(assembly.people.authority, assembly.evidence)
        listening = asyncio.Event()
        config = uvicorn.Config(
            create_app(assembly.controller, door),
            port=0,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = _Server(config, listening)
        try:
            async with assembly.running() as controller:
                serving = asyncio.create_task(server.serve())
                codes = [*await demo_people(assembly.people), *await assembly.people.first_codes()]
                await listening.wait()
                while not controller.health().ready:  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.05)
                while_starting.close()
                url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
                note(data, url, assembly.people.authority.local_token())
                ready.append(City(data, url, assembly, wires, loop, {one.name: one.code for one in codes}))
                up.set()
                await asyncio.to_thread(over.wait)
                server.should_exit = True
                await serving
                door.close()
        finally:
            up.set()
            await store.close()


def note(data: Path, url: str, token: str) -> None:
    """Note a running controller in its data folder."""
    (data / "run").mkdir(exist_ok=True)
    (data / "run" / "local.json").write_text(json.dumps({"url": url, "token": token}))
