"""From an endpoint's URL to its driver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from urllib.parse import urlsplit

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError
from drivers.base import Driver, Endpoint
from drivers.modbus.address import SCHEMES as MODBUS_SCHEMES
from drivers.modbus.dialin import DialIns
from drivers.modbus.driver import ModbusDriver
from drivers.opcua.around import ALONE, UaAround
from drivers.profile import Poll
from drivers.soft import SoftDriver

SCHEMES = (*MODBUS_SCHEMES, "opc.tcp", "soft")


def import_drivers(endpoints: Iterable[Endpoint]) -> None:
    """Import what these endpoints' drivers need now, while there is time, rather than when they are made."""
    if any(urlsplit(endpoint.url).scheme == "opc.tcp" for endpoint in endpoints):
        import_module("drivers.opcua.driver")


def make_driver(
    endpoint: Endpoint,
    clock: Clock,
    *,
    opcua_intervals_s: Mapping[Poll, float] | None = None,
    opcua_keepalive_s: float = 10.0,
    dial_ins: DialIns | None = None,
    opcua_around: UaAround = ALONE,
) -> Driver:
    """The driver for a Modbus URL (:mod:`drivers.modbus.address`), ``opc.tcp://host:port/path`` or ``soft://name``.

    ``dial_ins`` are the listening ports that endpoints share (None: this driver has its own).
    ``opcua_intervals_s`` is how often an OPC UA server publishes changes of each poll class;
    ``opcua_keepalive_s`` how often it says that there were none; ``opcua_around`` holds the certificates and who is
    told of troubles.

    Raises:
        ConfigError: another scheme, or a URL or binding the driver cannot use.
    """
    scheme = urlsplit(endpoint.url).scheme
    if scheme in MODBUS_SCHEMES:
        return ModbusDriver(endpoint, clock, dial_ins)
    if scheme == "soft":
        return SoftDriver(endpoint, clock)
    if scheme == "opc.tcp":
        # Imported here: asyncua takes half a second, which a site without OPC UA need not wait for.
        from drivers.opcua.driver import DEFAULT_INTERVALS_S, OpcUaDriver

        return OpcUaDriver(
            endpoint,
            clock,
            intervals_s=opcua_intervals_s or DEFAULT_INTERVALS_S,
            keepalive_s=opcua_keepalive_s,
            around=opcua_around,
        )
    raise ConfigError(
        f"endpoint {endpoint.name}: {endpoint.url!r} has the scheme {scheme!r}; use one of {', '.join(SCHEMES)}"
    )
