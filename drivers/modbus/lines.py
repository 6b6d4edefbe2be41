"""From what a Modbus URL says to a connection that can be asked."""

from __future__ import annotations

from typing import Protocol

from controller.domain.errors import ConfigError, LinkDown
from drivers.base import Endpoint
from drivers.modbus.address import Address, DialInAddress, SerialAddress, StreamAddress, address_of, shown
from drivers.modbus.dialin import DialIns
from drivers.modbus.serial_wire import open_serial
from drivers.modbus.tls import context_of
from drivers.modbus.wire import Wire, open_wire


class Line(Protocol):
    """One endpoint's way to the field."""

    name: str
    """For messages: ``10.1.2.3:502``, ``/dev/ttyS1``."""

    async def open(self) -> Wire:
        """A wire to ask on, once it has settled; nothing is left open when it fails.

        Raises:
            LinkDown: cannot be had now; says why.
        """
        ...

    async def release(self) -> None:
        """Nobody will open it again."""
        ...


class StreamLine:
    """A connection that this side opens: Modbus TCP, TLS, RTU over TCP."""

    def __init__(self, endpoint: Endpoint, address: StreamAddress, in_flight: int, lasts: dict[str, Wire]) -> None:
        self.name = f"{address.host}:{address.port}"
        self._address = address
        self._timeout_s = endpoint.timeout_s
        self._drain_s = endpoint.timeout_s if address.drain_s is None else address.drain_s
        self._in_flight = in_flight
        self._tls = endpoint.tls
        self._lasts = lasts
        if address.tls and self._tls is None:
            raise ConfigError(f"endpoint {endpoint.name}: {endpoint.url} needs tls: {{certificate, key, ca}}")

    async def open(self) -> Wire:
        """See :class:`Line`."""
        address, tls = self._address, None
        if address.tls and self._tls is not None:
            try:
                tls = context_of(self._tls)
            except ConfigError as error:
                raise LinkDown(f"{self.name}: {error}") from error
        wire = await open_wire(
            address.host,
            address.port,
            self._timeout_s,
            address.framing,
            in_flight=self._in_flight,
            tls=tls,
            server_name=self._tls.server_name if self._tls else None,
        )
        wire.follow(self._lasts.get(self.name), self._drain_s)
        self._lasts[self.name] = wire
        return wire

    async def release(self) -> None:
        """See :class:`Line`."""


class SerialLine:
    """A serial port of this machine."""

    def __init__(self, endpoint: Endpoint, address: SerialAddress, lasts: dict[str, Wire]) -> None:
        self.name = address.device
        self._address = address
        self._timeout_s = endpoint.timeout_s
        self._drain_s = endpoint.timeout_s if address.drain_s is None else address.drain_s
        self._lasts = lasts

    async def open(self) -> Wire:
        """See :class:`Line`."""
        wire = await open_serial(self._address, self._timeout_s, self._drain_s)
        wire.follow(self._lasts.get(self.name), self._drain_s)
        self._lasts[self.name] = wire
        return wire

    async def release(self) -> None:
        """See :class:`Line`."""


def line_of(endpoint: Endpoint, dial_ins: DialIns | None = None) -> Line:
    """The way to the field that an endpoint's URL names. ``dial_ins``: the ports shared with others (None: its own).

    Raises:
        ConfigError: not a Modbus URL, or something it needs is not there.
    """
    try:
        address: Address = address_of(endpoint.url)
    except ConfigError as error:
        raise ConfigError(f"endpoint {endpoint.name}: {error}") from None
    shared = dial_ins or DialIns()
    if isinstance(address, SerialAddress):
        return SerialLine(endpoint, address, shared.lasts)
    if isinstance(address, DialInAddress):
        _check_heartbeat(endpoint, address)
        return shared.seat(endpoint, address)
    in_flight = min((binding.in_flight for binding in endpoint.devices), default=1)
    return StreamLine(endpoint, address, in_flight, shared.lasts)


def _check_heartbeat(endpoint: Endpoint, address: DialInAddress) -> None:
    for binding in endpoint.devices:
        if address.takes_for_heartbeat(binding.unit):
            raise ConfigError(
                f"endpoint {endpoint.name}: the heartbeat {shown(address.heartbeat)} begins like a reply of unit "
                f"{binding.unit} ({binding.device}): set another heartbeat or another unit in the device"
            )
