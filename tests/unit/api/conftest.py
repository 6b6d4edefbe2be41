from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from controller.api import create_app
from controller.api.state import share
from tests.unit.api.fake_controller import FakeController
from tests.unit.runtime.people.rig import ADMIN, OPERATING, Folk


class Bench:
    """An app over a controller in memory, and clients that talk to it without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.facade = FakeController()
        self.folk = Folk(self.facade.clock)
        self.facade.desks.people = self.folk.desk
        self.authority = self.folk.authority
        self.token = self.folk.token("operator", *OPERATING, ADMIN)

    @asynccontextmanager
    async def client(self, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield client


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """One app for all tests: making its routes takes longer than most tests."""
    facade = FakeController()
    return create_app(facade, Folk(facade.clock).authority)


@pytest.fixture
def bench(app: FastAPI) -> Bench:
    bench = Bench(app)
    app.state.shared = share(bench.facade, bench.authority)
    return bench
