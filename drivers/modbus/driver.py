"""The Modbus driver: one line of any kind, the devices on it told apart by unit id."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from controller.domain.clock import Clock
from controller.domain.errors import (
    ConfigError,
    DeviceBusy,
    DeviceRefused,
    GatewayFault,
    Indeterminate,
    LinkDown,
    NoReply,
    NotWritable,
    UnknownTarget,
)
from controller.domain.points import DeviceId, Reading, Value, point_id
from drivers.areas import check_read, check_write
from drivers.base import Between, Binding, Endpoint, PushSink, Readings
from drivers.check import beat_value
from drivers.modbus import frames
from drivers.modbus.block_reader import BlockReader
from drivers.modbus.codec import encode, table_of
from drivers.modbus.dialin import DialIns
from drivers.modbus.frames import Request
from drivers.modbus.lines import line_of
from drivers.modbus.plan import Block, plan
from drivers.modbus.refusals import Refusals
from drivers.modbus.wire import Wire
from drivers.profile import PointSpec, PointType, Poll, Role, Table

UNITS = range(256)
"""Unit ids that fit the header; 1–247 are devices, 0 and 255 address a device without a bus behind it."""


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One read, compiled: its request and what turns the replies into readings."""

    block: Block
    request: Request
    reader: BlockReader


@dataclass(slots=True)
class _Device:
    """A device and its compiled reads by set of poll classes.

    ``refusing``: points whose reads it refused when last asked for everything, while it answered others: part of its
    register map is wrong, or part of the device is broken. They are unknown; the rest is not lost for them.
    """

    binding: Binding
    heartbeat: PointSpec | None
    fetches: dict[frozenset[Poll] | None, tuple[_Fetch, ...]] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)

    def reads(self, polls: frozenset[Poll] | None) -> tuple[_Fetch, ...]:
        known = self.fetches.get(polls)
        if known is None:
            known = self.fetches[polls] = tuple(map(self._fetch, plan(self.binding, polls)))
        return known

    def _fetch(self, block: Block) -> _Fetch:
        """The read of this block; sets of poll classes with the same block share it."""
        made = (fetch for fetches in self.fetches.values() for fetch in fetches)
        return next((fetch for fetch in made if fetch.block is block), None) or _compiled(self.binding.unit, block)


class ModbusDriver:
    """``drivers.base.Driver`` over every Modbus line. ``Reading.received_s`` is the clock's monotonic time of a reply.

    Raises:
        ConfigError: the URL or a point of a binding cannot be used on Modbus.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock, dial_ins: DialIns | None = None) -> None:
        self._line = line_of(endpoint, dial_ins)
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
        await self._hang_up()
        self._wire = await self._line.open()

    async def close(self) -> None:
        """See :class:`drivers.base.Driver`."""
        await self._hang_up()
        await self._line.release()

    async def _hang_up(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.close()

    async def read(
        self,
        device: DeviceId,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Readings:
        """See :class:`drivers.base.Driver`. With ``Binding.fc23`` the beat rides on the first holding read."""
        known = self._known(device)
        wire = await self._ready()
        fetches = known.reads(polls)
        riding: Request | None = None
        if heartbeat is not None and known.heartbeat is not None:
            riding = _riding_beat(known, fetches, heartbeat)
            if riding is None:
                await _beat(wire, known.binding.unit, known.heartbeat, heartbeat)
        if wire.in_flight > 1 and riding is None and not known.refusing:
            try:
                return await self._read_together(wire, fetches, between)
            except (DeviceBusy, GatewayFault):
                raise
            except DeviceRefused:
                pass  # one by one: which of them it refuses
        return await self._read_in_turn(wire, known, fetches, riding, between, everything=polls is None)

    async def _read_in_turn(
        self,
        wire: Wire,
        known: _Device,
        fetches: Sequence[_Fetch],
        riding: Request | None,
        between: Between | None,
        *,
        everything: bool,
    ) -> Readings:
        readings: dict[str, Reading] = {}
        refusals: Refusals | None = None
        for fetch in fetches:
            try:
                data = await wire.ask(riding or fetch.request)
            except DeviceRefused as error:
                refusals = refusals or Refusals(known.refusing, everything=everything)
                detail = refusals.borne(error, fetch.reader.names, beat=riding is not None)
                read = fetch.reader.refused(detail, self._clock.monotonic())
            else:
                read = fetch.reader.read(data, self._clock.monotonic())
                if known.refusing:
                    known.refusing.difference_update(fetch.reader.names)
            riding = None
            readings = {**readings, **read} if readings else read
            if between is not None and fetch is not fetches[-1]:
                waiting = between()
                if waiting is not None:
                    await waiting
        if refusals is not None:
            refusals.settle(len(fetches))
        elif everything and known.refusing:
            known.refusing.clear()
        return readings

    async def _read_together(self, wire: Wire, fetches: Sequence[_Fetch], between: Between | None) -> Readings:
        """As many at once as the device bears. A value counts as received when it was asked: no fresher than true."""
        readings: dict[str, Reading] = {}
        for first in range(0, len(fetches), wire.in_flight):
            some = fetches[first : first + wire.in_flight]
            asked_s = self._clock.monotonic()
            for fetch, data in zip(some, await wire.ask_together([each.request for each in some]), strict=True):
                readings |= fetch.reader.read(data, asked_s)
            if between is not None and first + wire.in_flight < len(fetches):
                waiting = between()
                if waiting is not None:
                    await waiting
        return readings

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """See :class:`drivers.base.Driver`. Functions 5, 6, 16, and 22 for a bit of a register."""
        known = self._known(device)
        spec = known.binding.points.get(point)
        if spec is None or not spec.writable:
            raise NotWritable(f"{point_id(device, point)} is not on the allow-list of its profile; nothing was sent")
        request = _write_request(known.binding.unit, spec, value)
        await (await self._ready()).ask(request)

    async def read_registers(self, device: DeviceId, address: int, count: int) -> Sequence[int]:
        """See :class:`drivers.base.Driver`. Function 3."""
        known = self._known(device)
        check_read(known.binding, address, count)
        data = await (await self._ready()).ask(frames.read(known.binding.unit, Table.HOLDING, address, count))
        return struct.unpack(f">{count}H", data)

    async def write_registers(self, device: DeviceId, address: int, words: Sequence[int]) -> None:
        """See :class:`drivers.base.Driver`. Function 16, or 6 for one register."""
        known = self._known(device)
        check_write(known.binding, address, words)
        await (await self._ready()).ask(frames.write_registers(known.binding.unit, address, words))

    def _known(self, device: DeviceId) -> _Device:
        known = self._devices.get(device)
        if known is None:
            raise UnknownTarget(f"{device} is not behind endpoint {self._name}: check the site's endpoints")
        return known

    async def _ready(self) -> Wire:
        """The wire, listened to before its first question: not in ``connect``, where it would hold a turn of others."""
        wire = self._wire
        if wire is None:
            raise LinkDown(f"endpoint {self._name} ({self._line.name}) is not connected; nothing was sent")
        if wire.listen_until_s is not None:
            await wire.settle()
        return wire


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
        BlockReader(block),
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
