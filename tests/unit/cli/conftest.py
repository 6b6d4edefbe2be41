from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
import uvicorn
from typer.testing import CliRunner, Result

from controller.api import create_app
from controller.api.state import share
from controller.cli.app import app
from tests.unit.api.fake_controller import FakeController
from tests.unit.cli.real_city import City, Desk, note, real_city
from tests.unit.runtime.people.rig import Folk


class Server(uvicorn.Server):
    """Says when it listens, so that nobody has to look again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.up.set()


@dataclass
class Shell:
    """A data folder and the command line."""

    data: Path

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    def asking(self, *words: str) -> Result:
        """The command, about the controller of this data folder."""
        return self(*words, "--data", str(self.data))


@dataclass
class Running(Shell):
    """A controller in memory behind a real server, noted in the data folder as a running one is."""

    facade: FakeController
    folk: Folk
    url: str
    token: str


_put_together = functools.cache(typer.main.get_command)


@pytest.fixture(autouse=True)
def one_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is put together once, not for every command that is tried."""
    monkeypatch.setattr("typer.testing._get_command", _put_together)


@pytest.fixture(autouse=True)
def own_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees, or leaves, a session of whoever runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("ZHADAO_AS", "ZHADAO_URL", "ZHADAO_TOKEN", "ZHADAO_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A real controller, for all tests."""
    with real_city(tmp_path_factory.mktemp("city")) as running:
        yield running


@pytest.fixture
def desk(city: City, tmp_path: Path) -> Desk:
    """A user's terminal; nobody is signed in."""
    return Desk(city, tmp_path / "home")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests; each test puts its own controller behind it."""
    facade = FakeController()
    app = create_app(facade, Folk(facade.clock).authority)
    server = Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = threading.Thread(target=lambda: asyncio.run(server.serve()))
    serving.start()
    try:
        assert server.up.wait(10)
        yield server
    finally:
        server.should_exit = True
        serving.join()


@pytest.fixture
def running(tmp_path: Path, server: Server) -> Running:
    facade = FakeController()
    folk = Folk(facade.clock)
    facade.desks.people = folk.desk
    server.config.app.state.shared = share(facade, folk.authority)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    token = folk.local()
    note(tmp_path, url, token)
    return Running(tmp_path, facade, folk, url, token)
