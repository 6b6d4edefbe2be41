"""The one protocol under every wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.domain.points import DeviceId, Reading, Value
from controller.domain.timetables import ClockLayout, TimetableLayout
from drivers.modbus.listening import LOOPBACK_ONLY, Listening
from drivers.modbus.tls import TlsFiles
from drivers.opcua.options import OPEN, UaOptions
from drivers.profile import PointSpec, Poll

Readings = Mapping[str, Reading]
"""Readings by point name of one device."""

PushSink = Callable[[DeviceId, Readings], None]
"""Where a subscribing driver hands readings that arrived by themselves."""

Between = Callable[[], Awaitable[None] | None]
"""Called by a driver between two requests of one read, when none is in flight: what it gives back is awaited before
the next request (a write that came meanwhile, through this same driver). What it raises ends the read as it is."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One device behind an endpoint: the points it really has (profile points of the outputs it uses).

    ``unit`` is the Modbus unit id (1–247); ``namespace`` the OPC UA namespace URI and ``root`` a prefix put before
    every node identifier, so that several stations can share a server. ``fallback_s`` is the silence after which the
    device goes on by its own program (None: it has none); ``poll_s`` how often its fast and normal points are read
    where that differs from the site's own time (a pump station among a thousand cabinets). ``fc23`` says the device
    answers Modbus function 23 (write and read in one transaction). ``in_flight`` is how many requests the device
    bears at once on one connection (Modbus TCP and TLS only; anything with a bus behind it bears 1); a connection
    that leads to several devices bears the least of theirs. ``fast_s`` and ``slow_s`` are this device's own pace of
    its fast and slow points, in place of the site's (``poll_s``: of its normal points, and of fast ones too where
    ``fast_s`` is None). ``timetable`` and ``clock`` are where it keeps its own table and time, as whole registers.
    ``frozen_after_s`` is how long all fast measurements of an OPC UA station can stand still together (None: for ever).
    """

    device: DeviceId
    points: Mapping[str, PointSpec]
    unit: int = 1
    namespace: str = ""
    root: str = ""
    max_gap: int = 8
    max_registers: int = 100
    fc23: bool = False
    fallback_s: float | None = None
    poll_s: float | None = None
    in_flight: int = 1
    fast_s: float | None = None
    slow_s: float | None = None
    frozen_after_s: float | None = None
    timetable: TimetableLayout | None = None
    clock: ClockLayout | None = None

    def own_pace_s(self, poll: Poll) -> float | None:
        """How often this device's points of a class are read where that differs from the site's pace, else None."""
        return {Poll.FAST: self.fast_s or self.poll_s, Poll.NORMAL: self.poll_s, Poll.SLOW: self.slow_s}[poll]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One wire: ``modbus+tcp://127.0.0.1:20001`` or ``opc.tcp://127.0.0.1:21001``, and the devices behind it.

    ``tls``: certificates of ``modbus+tls``; ``listening``: what ``modbus+dialin`` allows.
    """

    name: str
    url: str
    devices: tuple[Binding, ...]
    timeout_s: float = 2.0
    opcua: UaOptions = OPEN
    tls: TlsFiles | None = None
    listening: Listening = LOOPBACK_ONLY


class Driver(Protocol):
    """One connection to one endpoint. Holds no policy: no retry, no reconnection, no cache.

    One call at a time (the caller serialises; a read may itself keep ``in_flight`` requests on the wire, but a write
    is always alone there). Time-outs are the driver's own (``Endpoint.timeout_s``, event-loop
    seconds). A driver never lies: what it could not read is BAD with a reason.
    """

    @property
    def connected(self) -> bool:
        """Whether the wire is up as far as this side can know."""
        ...

    async def connect(self) -> None:
        """Open the wire; leaves nothing open when it fails.

        Raises:
            LinkDown: refused, unreachable, timed out, not trusted.
        """
        ...

    async def close(self) -> None:
        """Close the wire and leave no socket and no task behind; never raises; harmless when not connected."""
        ...

    async def read(
        self,
        device: DeviceId,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Readings:
        """Read the device's points of these poll classes (None: every point).

        A point that the device itself reports unusable comes back BAD or UNCERTAIN. What fails for the whole
        device raises.

        ``heartbeat`` is the centre's beat counter: it is written first to the writable point with that role, within
        the point's range (it wraps), in one transaction with the read where the wire can; a device without such a
        point ignores it. A beat may be repeated, so a lost one raises ``NoReply`` and never ``Indeterminate``.

        ``between`` lets a write pass in front of what this read has still to ask; a driver that asks everything in
        one request never calls it.

        Raises:
            UnknownTarget: no such device behind this endpoint. LinkDown: not connected.
            NoReply: silence until the time-out, or a gateway that says its device is silent; ``connected`` tells
            whether the connection outlived it.
            BadReply: an answer that does not belong to the question.
            DeviceRefused: an exception code, with its meaning.
        """
        ...

    async def write(self, device: DeviceId, point: str, value: Value) -> None:
        """Write one absolute value (after scaling); returns when the device acknowledged exactly this write.

        Raises:
            NotWritable: not on the allow-list; nothing sent.
            InvalidValue: out of range or of the wrong type; nothing sent.
            LinkDown: not connected; nothing sent. DeviceRefused / DeviceBusy: a definite no.
            Indeterminate: sent, and then silence, a lost connection or a reply that does not match.
        """
        ...

    async def read_registers(self, device: DeviceId, address: int, count: int) -> Sequence[int]:
        """The holding registers of the device's own timetable or clock, as they lie; nothing else is read this way.

        Raises:
            NotWritable: not within the timetable or clock of its profile (``drivers.areas``), or a wire that has no
                registers; nothing was sent. Otherwise as ``read``.
        """
        ...

    async def write_registers(self, device: DeviceId, address: int, words: Sequence[int]) -> None:
        """Write registers of the device's own timetable or clock in one request; returns when it was acknowledged.

        Raises:
            NotWritable: not within the timetable or clock of its profile, or a wire that has no registers; nothing
                was sent. InvalidValue: no 16-bit word; nothing was sent. Otherwise as ``write``.
        """
        ...

    def push_to(self, sink: PushSink) -> None:
        """Where a subscribing driver delivers changes; a polling driver ignores it. Called before ``connect``."""
        ...

    @property
    def subscribes(self) -> bool:
        """True when readings arrive by themselves after ``connect`` and only slow sweeps need ``read``."""
        ...
