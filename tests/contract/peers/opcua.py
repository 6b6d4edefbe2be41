"""An OPC UA station: a real server behind a relay that can go silent or be cut."""

from __future__ import annotations

import asyncio
import atexit
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from asyncua.server import internal_subscription

from controller.domain.points import Value
from drivers.base import Driver, Endpoint
from drivers.check import unchecked_raw
from drivers.opcua.around import ALONE, UaAround
from drivers.opcua.driver import OpcUaDriver
from drivers.opcua.nodes import variant_type
from drivers.profile import PointSpec, PointType, Poll
from tests.contract.peers.device import NAMESPACE, POINTS, ROOT, TIMEOUT_S, Attempt, LoopClock, binding
from tests.contract.peers.relay import Relay

INTERVALS_S = {Poll.FAST: 1.0, Poll.NORMAL: 5.0, Poll.SLOW: 60.0}
KEEPALIVE_S = 10.0
SERVER_TASKS = ("InternalSession.", "InternalSubscription.")
"""What the library's server forgets to end for clients that were lost and not yet timed out."""


class OpcUaPeer:
    """The device of ``peers.device`` as nodes. ``missing`` points do not exist on the server; ``prepare`` changes the
    server before it listens; ``strangers`` are namespaces registered before ours; ``around`` is the driver's."""

    outlives_silence = False

    def __init__(
        self,
        *,
        missing: frozenset[str] = frozenset(),
        prepare: Callable[[Server], Awaitable[None]] | None = None,
        strangers: int = 1,
        around: UaAround = ALONE,
    ) -> None:
        self.attempts: list[Attempt] = []
        self.relay = Relay(0)
        self._missing = missing
        self._prepare = prepare
        self._strangers = strangers
        self.around = around
        self.server = Server()
        self.index = 0

    async def start(self) -> Endpoint:
        # The server paces its subscriptions on the process's clock; in virtual time they must follow the loop.
        internal_subscription.time = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
        server = self.server
        shelf = _address_space()
        await server.init(shelf_file=shelf)
        shelf.touch()
        server.disable_clock(True)
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_endpoint("opc.tcp://127.0.0.1:0")
        if self._prepare is not None:
            await self._prepare(server)
        for stranger in range(self._strangers):
            await server.register_namespace(f"urn:zhadao:somebody-else:{stranger}")
        self.index = await server.register_namespace(NAMESPACE)
        for spec in POINTS.values():
            if spec.name not in self._missing:
                await self._add(spec)
        server.subscribe_server_callback(CallbackType.PreWrite, self._note)
        await server.start()
        self.relay = Relay(server.bserver.port)
        await self.relay.start()
        return Endpoint("stations-1", f"opc.tcp://127.0.0.1:{self.relay.port}", (binding(),), TIMEOUT_S)

    async def stop(self) -> None:
        await self.relay.stop()
        await self.server.stop()
        left = [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith(SERVER_TASKS)]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    def driver(self, endpoint: Endpoint) -> Driver:
        return OpcUaDriver(endpoint, LoopClock(), intervals_s=INTERVALS_S, keepalive_s=KEEPALIVE_S, around=self.around)

    async def show(self, point: str, value: Value) -> None:
        spec = POINTS[point]
        await self.put(point, ua.DataValue(ua.Variant(unchecked_raw(spec, value), variant_type(spec))))

    async def put(self, point: str, data: ua.DataValue) -> None:
        await self.server.write_attribute_value(self.node_id(point), data)

    async def refuse(self) -> None:
        for spec in POINTS.values():
            await self.server.get_node(self.node_id(spec.name)).set_writable(False)

    def go_silent(self) -> None:
        self.relay.muted = True

    def lose_on_next(self) -> None:
        self.relay.cut_on_next = True

    def node_id(self, point: str) -> ua.NodeId:
        return ua.NodeId(f"{ROOT}{point}", self.index)

    async def _add(self, spec: PointSpec) -> None:
        start: Value = {PointType.BOOL: False, PointType.STRING: ""}.get(spec.type, 0)
        if spec.type in (PointType.F32, PointType.F64):
            start = 0.0
        node = await self.server.nodes.objects.add_variable(
            self.node_id(spec.name), f"{self.index}:{spec.name}", start, variant_type(spec)
        )
        if spec.writable:
            await node.set_writable()

    def _note(self, event: object, _dispatcher: object) -> None:
        if not event.is_external:  # type: ignore[attr-defined] - the library's callback events are untyped
            return
        for write in event.request_params.NodesToWrite:  # type: ignore[attr-defined] - as above
            spec = POINTS[write.NodeId.Identifier.removeprefix(ROOT)]
            raw = write.Value.Value.Value
            value = spec.labels[raw] if spec.type is PointType.ENUM else raw
            self.attempts.append(Attempt(spec.name, value * spec.scale if spec.scale != 1 else value))


@cache
def _address_space() -> Path:
    """The standard nodes, kept between the tests of one run.

    The library reads them back only if a file of this very name exists, which its own writer does not make.
    """
    folder = tempfile.TemporaryDirectory(prefix="zhadao-opcua-")
    atexit.register(folder.cleanup)
    return Path(folder.name) / "standard-nodes"
