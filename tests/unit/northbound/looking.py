"""A whole controller on soft devices that a SCADA may look into, in virtual time on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

from asyncua import Client, ua
from asyncua.common.node import Node
from asyncua.server import internal_session, internal_subscription, uaprocessor

from controller.domain.rights import Caller, Grant, Role
from controller.northbound.names import NAMESPACE
from controller.northbound.service import Northbound, Parts
from controller.northbound.trust import TrustFolder
from controller.runtime.witness import WitnessedAuthority
from controller.settings.northbound import NorthboundSettings
from drivers.opcua.pki import FOLDER, Pki
from tests.unit.runtime.soft_city import SoftCity, soft_city

OPEN = NorthboundSettings(port=0, policies=("None",))
ADMIN = Caller("local-cli", "", "local", "cli")
SEES = (Grant(Role.VIEWER),)


@dataclass
class LookedAt:
    """The city, its northbound service, and what came to be told."""

    city: SoftCity
    service: Northbound
    door: WitnessedAuthority
    pki: Pki

    async def up(self) -> str:
        """Where it listens, once it does."""
        await self.city.until(lambda: bool(self.service.url))
        return self.service.url

    async def key(self, *grants: Grant) -> str:
        """A machine's key."""
        made = await self.city.assembly.people.desk.machines.add("scada", grants or SEES, 3600.0, ADMIN)
        return made.token

    @contextlib.asynccontextmanager
    async def scada(self, *grants: Grant, key: str = "", timeout_s: float = 60.0) -> AsyncIterator[Scada]:
        """A client that is signed in."""
        client = Client(await self.up(), timeout=timeout_s)
        client.set_user("scada")
        client.set_password(key or await self.key(*grants))
        await client.connect()
        try:
            yield Scada(client, await client.get_namespace_index(NAMESPACE))
        finally:
            with contextlib.suppress(ua.UaError, OSError, TimeoutError):
                await client.disconnect()

    def journalled(self, kind: str) -> list[dict[str, object]]:
        """What is to be written of this kind and was not yet."""
        waiting = self.city.assembly.evidence._later
        return [dict(entry.data) for entry in waiting if entry.kind == kind]


@dataclass
class Told:
    """A subscription's handler."""

    values: dict[str, list[ua.DataValue]] = field(default_factory=dict)

    def datachange_notification(self, node: Node, _value: object, data: object) -> None:
        told = data.monitored_item.Value  # type: ignore[attr-defined]  # the library's own shape
        self.values.setdefault(str(node.nodeid.Identifier), []).append(told)

    def last(self, key: str) -> ua.DataValue:
        return self.values[key][-1]

    def status(self, key: str) -> str:
        return str(self.last(key).StatusCode.name) if key in self.values else ""


@dataclass
class Scada:
    """A client and the index of our namespace."""

    client: Client
    index: int

    def node(self, key: str) -> Node:
        return self.client.get_node(ua.NodeId(ua.String(key), ua.Int16(self.index)))

    async def read(self, key: str) -> ua.DataValue:
        return await self.node(key).read_data_value(raise_on_bad_status=False)

    async def below(self, key: str) -> list[str]:
        return [str(child.nodeid.Identifier) for child in await self.node(key).get_children()]

    async def watch(self, *keys: str) -> Told:
        told = Told()
        subscription = await self.client.create_subscription(500, told)
        for made in await subscription.subscribe_data_change([self.node(key) for key in keys]):
            if isinstance(made, ua.StatusCode):
                made.check()
        return told


@contextlib.asynccontextmanager
async def looked_at(
    tmp_path: Path, settings: NorthboundSettings | None = OPEN, *, pki: Pki | None = None
) -> AsyncIterator[LookedAt]:
    """The small city with its northbound service running."""
    with _library_follows_the_loop():
        async with soft_city(tmp_path) as city:
            assembly = city.assembly
            assembly.site = replace(assembly.site, northbound=settings)
            door = WitnessedAuthority(assembly.people.authority, assembly.evidence)
            folder = pki or Pki(tmp_path / "data" / FOLDER)
            parts = Parts(assembly.clock, assembly.table, assembly.book, assembly.alarms, assembly.evidence)
            service = Northbound(assembly.site, parts, door, TrustFolder(folder, assembly.clock))
            running = asyncio.create_task(service.run(), name="northbound")
            try:
                yield LookedAt(city, service, door, folder)
            finally:
                running.cancel()
                await asyncio.wait([running])
                door.close()


@contextlib.contextmanager
def _library_follows_the_loop() -> Iterator[None]:
    """The library paces itself by the process's clock; in virtual time it must follow the loop."""
    clock = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
    modules = (internal_session, internal_subscription, uaprocessor)
    before = [module.time for module in modules]
    for module in modules:
        module.time = clock
    try:
        yield
    finally:
        for module, own in zip(modules, before, strict=True):
            module.time = own
