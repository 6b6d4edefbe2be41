from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from controller.api import create_app
from controller.api.state import share
from controller.cli.app import app
from controller.runtime.authority import SingleOperator
from tests.unit.api.fake_controller import FakeController


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
    authority: SingleOperator
    url: str
    token: str


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests; each test puts its own controller behind it."""
    facade = FakeController()
    app = create_app(facade, SingleOperator(facade.clock))
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
    authority = SingleOperator(facade.clock)
    server.config.app.state.shared = share(facade, authority)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    token = authority.new_session("local-cli").token
    note(tmp_path, url, token)
    return Running(tmp_path, facade, authority, url, token)


def note(data: Path, url: str, token: str) -> None:
    """Note a running controller in its data folder."""
    (data / "run").mkdir(exist_ok=True)
    (data / "run" / "local.json").write_text(json.dumps({"url": url, "token": token}))
