from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from controller.api import create_app
from controller.runtime.authority import SingleOperator
from tests.unit.api.fake_controller import FakeController


@dataclass
class Bench:
    """An app over a controller in memory, and clients that talk to it without a socket."""

    facade: FakeController
    authority: SingleOperator

    def __post_init__(self) -> None:
        self.app = create_app(self.facade, self.authority)
        self.token = self.authority.new_session("operator").token

    @asynccontextmanager
    async def client(self, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield client


@pytest.fixture
def bench() -> Bench:
    facade = FakeController()
    return Bench(facade, SingleOperator(facade.clock))
