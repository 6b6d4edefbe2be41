"""The one protocol under every wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.domain.points import DeviceId, Reading, Value
from drivers.profile import PointSpec, Poll

Readings = Mapping[str, Reading]
"""Readings by point name of one device."""

PushSink = Callable[[DeviceId, Readings], None]
"""Where a subscribing driver hands readings that arrived by themselves."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One device behind an endpoint: the points it really has (profile points of the outputs it uses).

    ``unit`` is the Modbus unit id (1–247); ``namespace`` the OPC UA namespace URI and ``root`` a prefix put before
    every node identifier, so that several stations can share a server. ``fallback_s`` is the silence after which the
    device goes on by its own program (None: it has none); ``poll_s`` how often its fast and normal points are read
    where that differs from the site's own time (a pump station among a thousand cabinets). ``fc23`` says the device
    answers Modbus function 23 (write and read in one transaction).
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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One wire: ``modbus+tcp://127.0.0.1:20001`` or ``opc.tcp://127.0.0.1:21001``, and the devices behind it."""

    name: str
    url: str
    devices: tuple[Binding, ...]
    timeout_s: float = 2.0


class Driver(Protocol):
    """One connection to one endpoint. Holds no policy: no retry, no reconnection, no cache.

    One call at a time (the caller serialises). Time-outs are the driver's own (``Endpoint.timeout_s``, event-loop
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
        self, device: DeviceId, polls: frozenset[Poll] | None = None, *, heartbeat: int | None = None
    ) -> Readings:
        """Read the device's points of these poll classes (None: every point).

        A point that the device itself reports unusable comes back BAD or UNCERTAIN. What fails for the whole
        device raises.

        ``heartbeat`` is the centre's beat counter: it is written first to the writable point with that role, within
        the point's range (it wraps), in one transaction with the read where the wire can; a device without such a
        point ignores it. A beat may be repeated, so a lost one raises ``NoReply`` and never ``Indeterminate``.

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

    def push_to(self, sink: PushSink) -> None:
        """Where a subscribing driver delivers changes; a polling driver ignores it. Called before ``connect``."""
        ...

    @property
    def subscribes(self) -> bool:
        """True when readings arrive by themselves after ``connect`` and only slow sweeps need ``read``."""
        ...
