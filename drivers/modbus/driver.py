"""The Modbus TCP driver: one connection, the devices behind it told apart by unit id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError, Indeterminate, LinkDown, NoReply, NotWritable, UnknownTarget
from controller.domain.points import DeviceId, Reading, Value, point_id
from drivers.base import Binding, Endpoint, PushSink, Readings
from drivers.check import beat_value
from drivers.modbus import frames
from drivers.modbus.codec import Decoder, decoder, encode, table_of
from drivers.modbus.frames import Request
from drivers.modbus.plan import Block, plan
from drivers.modbus.wire import Wire, open_wire
from drivers.profile import PointSpec, PointType, Poll, Role, Table

DEFAULT_PORT = 502
UNITS = range(256)
"""Unit ids that fit the header; 1–247 are devices, 0 and 255 address a device without a bus behind it."""


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One read, compiled: its request and what turns the data into readings."""

    block: Block
    request: Request
    decoders: tuple[tuple[str, Decoder], ...]


@dataclass(slots=True)
class _Device:
    """A device and its compiled reads by set of poll classes."""

    binding: Binding
    heartbeat: PointSpec | None
    fetches: dict[frozenset[Poll] | None, tuple[_Fetch, ...]] = field(default_factory=dict)

    def reads(self, polls: frozenset[Poll] | None) -> tuple[_Fetch, ...]:
        known = self.fetches.get(polls)
        if known is None:
            known = tuple(_compiled(self.binding.unit, block) for block in plan(self.binding, polls))
            self.fetches[polls] = known
        return known


class ModbusDriver:
    """``drivers.base.Driver`` over Modbus TCP. ``Reading.received_s`` is the clock's monotonic time of the reply.

    Raises:
        ConfigError: the URL or a point of a binding cannot be used on Modbus.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._host, self._port = _address(endpoint)
        self._timeout_s = endpoint.timeout_s
        self._name = endpoint.name
        self._clock = clock
        self._devices = {binding.device: _device(binding) for binding in endpoint.devices}
        self._wire: Wire | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection is up as far as this side can know."""
        return self._wire is not None and self._wire.up

    @property
    def subscribes(self) -> bool:
        """Never: Modbus is polled."""
        return False

    def push_to(self, sink: PushSink) -> None:
        """Ignored: Modbus is polled."""

    async def connect(self) -> None:
        """See :class:`drivers.base.Driver`."""
        await self.close()
        self._wire = await open_wire(self._host, self._port, self._timeout_s)

    async def close(self) -> None:
        """See :class:`drivers.base.Driver`."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def read(
        self, device: DeviceId, polls: frozenset[Poll] | None = None, *, heartbeat: int | None = None
    ) -> Readings:
        """See :class:`drivers.base.Driver`. With ``Binding.fc23`` the beat rides on the first holding read."""
        known = self._known(device)
        wire = self._up()
        fetches = known.reads(polls)
        riding: Request | None = None
        if heartbeat is not None and known.heartbeat is not None:
            riding = _riding_beat(known, fetches, heartbeat)
            if riding is None:
                await _beat(wire, known.binding.unit, known.heartbeat, heartbeat)
        readings: dict[str, Reading] = {}
        for fetch in fetches:
            data = await wire.ask(riding or fetch.request)
            riding = None
            received_s = self._clock.monotonic()
            for name, decode in fetch.decoders:
                readings[name] = decode(data, received_s)
        return readings

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """See :class:`drivers.base.Driver`. Functions 5, 6, 16, and 22 for a bit of a register."""
        known = self._known(device)
        spec = known.binding.points.get(point)
        if spec is None or not spec.writable:
            raise NotWritable(f"{point_id(device, point)} is not on the allow-list of its profile; nothing was sent")
        request = _write_request(known.binding.unit, spec, value)
        await self._up().ask(request)

    def _known(self, device: DeviceId) -> _Device:
        known = self._devices.get(device)
        if known is None:
            raise UnknownTarget(f"{device} is not behind endpoint {self._name}: check the site's endpoints")
        return known

    def _up(self) -> Wire:
        if self._wire is None:
            raise LinkDown(f"endpoint {self._name} ({self._host}:{self._port}) is not connected; nothing was sent")
        return self._wire


def _address(endpoint: Endpoint) -> tuple[str, int]:
    try:
        url = urlsplit(endpoint.url)
        host, port = url.hostname, url.port or DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not host:
        raise ConfigError(f"endpoint {endpoint.name}: {endpoint.url!r} is no modbus+tcp://host:port")
    return host, port


def _device(binding: Binding) -> _Device:
    """Compile everything once, so that a profile that cannot work fails before the first connection."""
    if binding.unit not in UNITS:
        raise ConfigError(f"{binding.device}: unit id {binding.unit} does not fit Modbus TCP (1 to 247)")
    for spec in binding.points.values():
        if spec.writable and table_of(spec) not in (Table.COIL, Table.HOLDING):
            raise ConfigError(f"{binding.device}: {spec.name} is writable but lies in the {spec.table} table")
    made = _Device(binding, _heartbeat(binding.points.values()))
    made.reads(None)
    return made


def _heartbeat(specs: Iterable[PointSpec]) -> PointSpec | None:
    """The point that takes the centre's beat; a read-only one is the device's own counter."""
    return next((spec for spec in specs if spec.role is Role.HEARTBEAT and spec.writable), None)


def _compiled(unit: int, block: Block) -> _Fetch:
    return _Fetch(
        block,
        frames.read(unit, block.table, block.address, block.count),
        tuple((spec.name, decoder(spec, block.address)) for spec in block.points),
    )


def _write_request(unit: int, spec: PointSpec, value: Value) -> Request:
    wire_value = encode(spec, value)
    if not isinstance(wire_value, bool):
        return frames.write_registers(unit, spec.address, wire_value)
    if spec.type is PointType.BIT:
        return frames.write_bit(unit, spec.address, spec.bit, wire_value)
    return frames.write_coil(unit, spec.address, wire_value)


def _riding_beat(known: _Device, fetches: tuple[_Fetch, ...], count: int) -> Request | None:
    """The first read with the beat written in the same transaction, where the device can."""
    if not known.binding.fc23 or known.heartbeat is None or not fetches:
        return None
    block = fetches[0].block
    words = encode(known.heartbeat, beat_value(known.heartbeat, count))
    if block.table is not Table.HOLDING or isinstance(words, bool):
        return None
    return frames.write_and_read(known.binding.unit, known.heartbeat.address, words, block.address, block.count)


async def _beat(wire: Wire, unit: int, spec: PointSpec, count: int) -> None:
    """Write the beat on its own. Beating twice is harmless, so doubt about it is no more than a missing reply."""
    try:
        await wire.ask(_write_request(unit, spec, beat_value(spec, count)))
    except Indeterminate as error:
        raise NoReply(f"the heartbeat was not acknowledged: {error}") from error
