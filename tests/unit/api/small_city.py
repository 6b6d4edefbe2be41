"""The whole small city behind its real routes, without a socket: every desk is the real one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from controller.api import create_app
from controller.domain.rights import Grant, Role, Scope
from tests.unit.runtime.soft_city import PS, SoftCity, soft_city

DUTY = (Grant(Role.DUTY_OFFICER), Grant(Role.LIGHTING_OPERATOR), Grant(Role.WATER_OPERATOR))
STATION_ONLY = (Grant(Role.WATER_OPERATOR, Scope.parse(f"station:{PS}")),)
"""Sees and operates one station and nothing else."""


@dataclass
class Asker:
    """Somebody signed in, asking over HTTP."""

    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        return await self.client.get(f"/api/v1{path}", params=query or None)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.client.post(f"/api/v1{path}", json=body)


@dataclass
class City:
    soft: SoftCity
    transport: httpx.ASGITransport
    stack: contextlib.AsyncExitStack

    async def asker(self, name: str, *grants: Grant) -> Asker:
        """A fresh session of somebody."""
        session, changes = self.soft.assembly.people.known.sessions.open(name, grants)
        await self.soft.assembly.people.known.keep(changes)
        headers = {"Authorization": f"Bearer {session.token}"}
        client = httpx.AsyncClient(transport=self.transport, base_url="http://test", headers=headers)
        return Asker(await self.stack.enter_async_context(client))


@contextlib.asynccontextmanager
async def small_city(tmp_path: Path) -> AsyncIterator[City]:
    async with soft_city(tmp_path) as soft, contextlib.AsyncExitStack() as stack:
        soft.assembly.ask_rights()
        app = create_app(soft.controller, soft.assembly.people.authority)
        await soft.ready()
        yield City(soft, httpx.ASGITransport(app, raise_app_exceptions=False), stack)
