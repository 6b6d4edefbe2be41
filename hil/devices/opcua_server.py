"""An OPC UA server of simulated stations. The only file that knows asyncua's server side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from asyncua import ua
from asyncua.common.callback import CallbackType, ServerItemCallback
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes

from controller.domain.errors import DeviceRefused, InvalidValue, NotWritable
from controller.domain.points import DeviceId, Value
from drivers.base import Endpoint
from drivers.check import judge, unchecked_raw
from drivers.opcua.address_space import UNREADABLE, PackedNodes, PackedServer, cache_folder
from drivers.opcua.nodes import node_id, variant_type
from drivers.profile import PointSpec, Role
from hil.devices.address import OPCUA_SCHEME, Address, port_in_use
from hil.devices.base import Readers, SimulatedDevice
from hil.devices.opcua_methods import add_methods
from hil.devices.opcua_security import secure


@dataclass(slots=True)
class _Node:
    """One variable of the server and what it last showed."""

    spec: PointSpec
    device: SimulatedDevice
    name: str
    readers: Readers
    id: ua.NodeId
    shown: Value


class OpcUaStationServer:
    """One listening socket with one or more stations, kept up to date by ``publish``.

    A client's write goes to the plant before the server answers (``written`` is told, but for heartbeats). Values are
    written into the address space only when they changed by more than their dead-band. It is as secured as its
    endpoint says; ``cache`` is where it keeps its certificate. A method is a node that can be called.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        devices: Mapping[DeviceId, SimulatedDevice],
        plant_time: Callable[[], datetime],
        written: Callable[[], None] = lambda: None,
        cache: Path | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._cache = cache
        self._devices = devices
        self._plant_time = plant_time
        self._written = written
        self._nodes: list[_Node] = []
        self._writable: dict[ua.NodeId, _Node] = {}
        self._server: Server | None = None

    async def start(self, address: Address, standard: PackedNodes | None) -> Address:
        """Build the address space (on ``standard`` nodes, where they are at hand) and listen; returns the real address.

        Raises:
            ConfigError: the port is taken or not allowed.
        """
        for name in ("asyncua", "asyncua.server", "asyncua.common"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        server = await _prepared(address, standard)
        if self.endpoint.opcua.secured:
            await secure(server, self.endpoint, address, self._cache or cache_folder())
        await self._add_stations(server)
        server.subscribe_server_callback(CallbackType.PostWrite, self._after_write)
        try:
            await server.start()
        except OSError as reason:
            raise port_in_use(self.endpoint, address, reason) from reason
        self._server = server
        return Address(address.host, server.bserver.port) if server.bserver is not None else address

    async def stop(self) -> None:
        """Close the socket, every session and every task."""
        if self._server is not None:
            server, self._server = self._server, None
            await _end_sessions(server)
            await server.stop()
            self._nodes.clear()
            self._writable.clear()

    async def publish(self) -> int:
        """Show the plant's truth; returns how many values had changed."""
        if self._server is None:
            return 0
        now = self._plant_time()
        changed = 0
        for node in self._nodes:
            value = node.readers[node.name]()
            if value != node.shown and _past_deadband(node.shown, value, node.spec.deadband):
                node.shown = value
                await self._server.write_attribute_value(node.id, _data_value(node.spec, value, now))
                changed += 1
        return changed

    async def _add_stations(self, server: Server) -> None:
        for binding in self.endpoint.devices:
            index = await server.register_namespace(binding.namespace)
            folder = await server.nodes.objects.add_folder(
                ua.NodeId(ua.String(binding.device), ua.Int16(index)), binding.device
            )
            device = self._devices[binding.device]
            for spec in binding.points.values():
                if spec.node:
                    await self._add_variable(server, folder, device, spec, node_id(binding, spec, index))
            await add_methods(folder, binding, index, partial(self._called, device))

    async def _add_variable(
        self, server: Server, folder: Node, device: SimulatedDevice, spec: PointSpec, identifier: ua.NodeId
    ) -> None:
        value = device.read(spec.name)
        name = ua.QualifiedName(spec.name, identifier.NamespaceIndex)
        variable = await folder.add_variable(identifier, name, unchecked_raw(spec, value), variant_type(spec))
        node = _Node(spec, device, spec.name, device.readers, identifier, value)
        self._nodes.append(node)
        await server.write_attribute_value(identifier, _data_value(spec, value, self._plant_time()))
        if spec.writable:
            await variable.set_writable()
            self._writable[identifier] = node

    def _called(self, device: SimulatedDevice, spec: PointSpec, value: Value) -> ua.StatusCode:
        """A method is a write by another name."""
        node = _Node(spec, device, spec.name, device.readers, ua.NodeId(), value)
        return self._hand_to_plant(node, ua.Variant(unchecked_raw(spec, value), variant_type(spec)))

    def _after_write(self, event: ServerItemCallback, _service: object) -> None:
        """A client's write that the server accepted goes to the plant; what the plant says is the client's answer."""
        if not event.is_external:
            return
        for position, request in enumerate(event.request_params.NodesToWrite):
            node = self._writable.get(request.NodeId)
            if node is not None and event.response_params[position].is_good():
                event.response_params[position] = self._hand_to_plant(node, request.Value.Value)

    def _hand_to_plant(self, node: _Node, written: ua.Variant) -> ua.StatusCode:
        value = judge(node.spec)(written.Value, 0.0, None).value
        if value is None:
            return _status(StatusCodes.BadOutOfRange)
        node.shown = value
        acts = node.spec.role is not Role.HEARTBEAT
        if acts:
            node.device.advance(self._plant_time().timestamp())
            self._written()
        try:
            node.device.write(node.spec.name, value)
        except InvalidValue:
            return _status(StatusCodes.BadOutOfRange)
        except NotWritable:
            return _status(StatusCodes.BadNotWritable)
        except DeviceRefused:
            return _status(StatusCodes.BadInvalidState)
        return _status(StatusCodes.Good)


async def _prepared(address: Address, standard: PackedNodes | None) -> Server:
    """A server with the standard nodes; from the cache where that can be read, else the slow way."""
    try:
        server = _bare(address, standard)
        await server.init()
    except UNREADABLE:
        server = _bare(address, None)
        await server.init()
    return server


def _bare(address: Address, standard: PackedNodes | None) -> Server:
    server = Server(iserver=PackedServer(standard))
    server.disable_clock(True)  # a clock node written every second is work that nobody reads
    server.set_endpoint(address.url(OPCUA_SCHEME))
    server.set_server_name("zhadao simulated field")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    server.set_identity_tokens([ua.AnonymousIdentityToken])
    return server


async def _end_sessions(server: Server) -> None:
    """End sessions whose clients went without a word: asyncua leaves each with a task that waits out its time."""
    for session in tuple(server.iserver._external_sessions.values()):  # noqa: SLF001 (asyncua lists them nowhere else)
        await session.close_session(True)


def _past_deadband(shown: Value, value: Value, deadband: float) -> bool:
    """Whether a change is worth showing; nothing at all (a pump at rest, a shut gate) always is."""
    if deadband and isinstance(value, float) and isinstance(shown, float):
        return abs(value - shown) >= deadband or value == 0.0
    return True


def _data_value(spec: PointSpec, value: Value, now: datetime) -> ua.DataValue:
    return ua.DataValue(
        ua.Variant(unchecked_raw(spec, value), variant_type(spec)),
        StatusCode=_status(StatusCodes.Good),
        SourceTimestamp=_stamp(now),
    )


def _status(code: int) -> ua.StatusCode:
    return ua.StatusCode(ua.UInt32(code))


def _stamp(now: datetime) -> ua.DateTime:
    return ua.DateTime.fromtimestamp(now.timestamp(), UTC)
