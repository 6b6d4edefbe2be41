"""The soft twin of every device: in memory, scripted, held to the same contract as the real wires."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from controller.domain.clock import Clock
from controller.domain.command import PointWrite
from controller.domain.errors import (
    DeviceBusy,
    DeviceRefused,
    Indeterminate,
    LinkDown,
    NoReply,
    NotWritable,
    UnknownTarget,
)
from controller.domain.points import DeviceId, Reading, Value, point_id
from controller.domain.quality import Detail, Quality
from drivers.areas import check_read, check_write
from drivers.base import Between, Binding, Endpoint, PushSink, Readings
from drivers.check import FLOATS, INTEGER_RANGES, Judge, beat_value, judge, to_raw, unchecked_raw
from drivers.profile import PointSpec, PointType, Poll, Role

Rule = Callable[[Value], None]
"""What the simulated field does when a point is written; it usually calls ``SoftDriver.set`` on the feedback."""


class _Mood(Enum):
    """How the soft device answers."""

    NORMAL = auto()
    SILENT = auto()
    REFUSING = auto()
    BUSY = auto()
    LOSES_NEXT = auto()


@dataclass(slots=True)
class _Twin:
    binding: Binding
    raw: dict[str, Value]
    broken: dict[str, tuple[Quality, Detail]] = field(default_factory=dict)
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    judges: dict[str, Judge] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=dict)


class SoftDriver:
    """``drivers.base.Driver`` in memory. Every point starts at zero, false, empty, or an enumeration's first label.

    A point written keeps its value at once; feedback moves only by rules: ``follow`` or ``on_write``. ``writes`` is
    every write that reached a device, in order (heartbeats apart, in ``beats``).
    """

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._name = endpoint.name
        self._timeout_s = endpoint.timeout_s
        self._clock = clock
        self._twins = {binding.device: _Twin(binding, _start(binding)) for binding in endpoint.devices}
        self._mood = _Mood.NORMAL
        self._reachable = True
        self._connected = False
        self._sink: PushSink | None = None
        self.writes: list[PointWrite] = []
        self.beats: list[PointWrite] = []
        self.area_writes: list[tuple[DeviceId, int, tuple[int, ...]]] = []

    # What scripts and tests do to the field -------------------------------------------------------------------

    def set(self, device: DeviceId, point: str, value: Value) -> None:
        """The device shows this value from now on: not range-checked; an enumeration's name or bare number."""
        twin = self._twin(device)
        twin.raw[point] = unchecked_raw(twin.binding.points[point], value)
        twin.broken.pop(point, None)
        self._push(device, point)

    def spoil(self, device: DeviceId, point: str, quality: Quality, detail: Detail) -> None:
        """The device itself reports the point unusable, until the next ``set``."""
        self._twin(device).broken[point] = (quality, detail)
        self._push(device, point)

    def value(self, device: DeviceId, point: str) -> Value | None:
        """What the device shows now (after scaling)."""
        return self._reading(self._twin(device), point, self._clock.monotonic()).value

    def on_write(self, device: DeviceId, point: str, rule: Rule) -> None:
        """Call ``rule`` with each value written to the point."""
        self._twin(device).rules.setdefault(point, []).append(rule)

    def follow(self, device: DeviceId, point: str, feedback: str) -> None:
        """An obedient field: ``feedback`` takes each value written to ``point``."""
        self.on_write(device, point, lambda value: self.set(device, feedback, value))

    def go_silent(self) -> None:
        """Requests arrive (writes act) and are never answered."""
        self._mood = _Mood.SILENT

    def refuse(self, *, busy: bool = False) -> None:
        """Every request gets a definite no."""
        self._mood = _Mood.BUSY if busy else _Mood.REFUSING

    def lose_on_next(self) -> None:
        """The next request arrives (a write acts), and the connection is lost before its answer."""
        self._mood = _Mood.LOSES_NEXT

    def lose(self) -> None:
        """The connection is lost and the endpoint cannot be reached until ``recover``."""
        self._reachable = self._connected = False

    def recover(self) -> None:
        """Reachable and answering again; the driver still has to connect."""
        self._reachable, self._mood = True, _Mood.NORMAL

    # The driver ------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """See :class:`drivers.base.Driver`."""
        return self._connected

    @property
    def subscribes(self) -> bool:
        """True once somebody asked for pushes."""
        return self._sink is not None

    def push_to(self, sink: PushSink) -> None:
        """Push every ``set`` from now on."""
        self._sink = sink

    async def connect(self) -> None:
        """See :class:`drivers.base.Driver`."""
        if not self._reachable:
            raise LinkDown(f"soft endpoint {self._name} was made unreachable: call recover()")
        self._connected = True

    async def close(self) -> None:
        """See :class:`drivers.base.Driver`."""
        self._connected = False

    async def read(
        self,
        device: DeviceId,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Readings:
        """See :class:`drivers.base.Driver`. Everything is one request: ``between`` never comes."""
        del between
        twin = self._twin(device)
        self._check_link(f"read {device}")
        if heartbeat is not None:
            self._beat(twin, heartbeat)
        await self._answered(f"read {device}", NoReply)
        wanted = (spec for spec in twin.binding.points.values() if polls is None or spec.poll in polls)
        received_s = self._clock.monotonic()  # one answer: everything in it came at one moment
        return {spec.name: self._reading(twin, spec.name, received_s) for spec in wanted}

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """See :class:`drivers.base.Driver`."""
        twin = self._twin(device)
        spec = twin.binding.points.get(point)
        if spec is None or not spec.writable:
            raise NotWritable(f"{point_id(device, point)} is not on the allow-list of its profile; nothing was sent")
        raw = to_raw(spec, value)
        what = f"write {point_id(device, point)}={value}"
        self._check_link(what)
        if self._mood not in (_Mood.REFUSING, _Mood.BUSY):
            self._act(twin, spec, raw, value)
        await self._answered(what, Indeterminate)

    async def read_registers(self, device: DeviceId, address: int, count: int) -> Sequence[int]:
        """See :class:`drivers.base.Driver`. A register nobody wrote is 0."""
        twin = self._twin(device)
        check_read(twin.binding, address, count)
        what = f"read {device} holding {address}+{count}"
        self._check_link(what)
        await self._answered(what, NoReply)
        return [twin.registers.get(at, 0) for at in range(address, address + count)]

    async def write_registers(self, device: DeviceId, address: int, words: Sequence[int]) -> None:
        """See :class:`drivers.base.Driver`. What stands in them is ``registers`` of the device's twin."""
        twin = self._twin(device)
        check_write(twin.binding, address, words)
        what = f"write {device} holding {address}+{len(words)}"
        self._check_link(what)
        if self._mood not in (_Mood.REFUSING, _Mood.BUSY):
            twin.registers.update(enumerate(words, address))
            self.area_writes.append((device, address, tuple(words)))
        await self._answered(what, Indeterminate)

    def registers(self, device: DeviceId) -> dict[int, int]:
        """What stands in the device's timetable and clock registers; scripts may change it."""
        return self._twin(device).registers

    def _act(self, twin: _Twin, spec: PointSpec, raw: Value, value: Value) -> None:
        device = twin.binding.device
        self.writes.append(PointWrite(device, spec.name, value))
        twin.raw[spec.name] = raw
        self._push(device, spec.name)
        for rule in twin.rules.get(spec.name, ()):
            rule(value)

    def _beat(self, twin: _Twin, count: int) -> None:
        points = twin.binding.points.values()
        spec = next((spec for spec in points if spec.role is Role.HEARTBEAT and spec.writable), None)
        if spec is not None:
            value = beat_value(spec, count)
            twin.raw[spec.name] = to_raw(spec, value)
            self.beats.append(PointWrite(twin.binding.device, spec.name, value))

    async def _answered(self, what: str, in_doubt: type[NoReply | Indeterminate]) -> None:
        """Let the mood decide how the request ends."""
        advice = "read back before anything else" if in_doubt is Indeterminate else "connect again"
        if self._mood is _Mood.SILENT:
            try:
                await asyncio.sleep(self._timeout_s)
            finally:
                self._connected = False
            raise in_doubt(f"{what}: soft endpoint {self._name} stayed silent: {advice}")
        if self._mood is _Mood.LOSES_NEXT:
            self._mood, self._connected = _Mood.NORMAL, False
            raise in_doubt(f"{what}: the connection to soft endpoint {self._name} was lost: {advice}")
        if self._mood is _Mood.BUSY:
            raise DeviceBusy(f"{what}: soft endpoint {self._name} is told to be busy: try again later")
        if self._mood is _Mood.REFUSING:
            raise DeviceRefused(f"{what}: soft endpoint {self._name} is told to refuse: call recover()")

    def _check_link(self, what: str) -> None:
        if not self._connected:
            raise LinkDown(f"{what}: soft endpoint {self._name} is not connected; nothing was sent")

    def _twin(self, device: DeviceId) -> _Twin:
        twin = self._twins.get(device)
        if twin is None:
            raise UnknownTarget(f"{device} is not behind endpoint {self._name}: check the site's endpoints")
        return twin

    def _reading(self, twin: _Twin, point: str, received_s: float) -> Reading:
        known = twin.judges.get(point)
        if known is None:
            known = twin.judges[point] = judge(twin.binding.points[point])
        reading = known(twin.raw[point], received_s, None)
        if point in twin.broken:
            quality, detail = twin.broken[point]
            return reading._replace(quality=quality, detail=detail)
        return reading

    def _push(self, device: DeviceId, point: str) -> None:
        if self._sink is not None and self._connected:
            self._sink(device, {point: self._reading(self._twin(device), point, self._clock.monotonic())})


def _start(binding: Binding) -> dict[str, Value]:
    return {spec.name: _zero(spec) for spec in binding.points.values()}


def _zero(spec: PointSpec) -> Value:
    """The raw value of rest."""
    if spec.type is PointType.ENUM:
        return min(spec.labels, default=0)
    if spec.type in INTEGER_RANGES:
        return 0
    if spec.type in FLOATS:
        return 0.0
    return "" if spec.type is PointType.STRING else False
