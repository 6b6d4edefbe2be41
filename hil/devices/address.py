"""Host and port of an endpoint's URL, and the sentence for a port that cannot be had."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from urllib.parse import urlsplit

from controller.domain.errors import ConfigError
from drivers.base import Endpoint
from drivers.modbus.address import DIALIN, RTU_TCP, TCP, TLS

MODBUS_SCHEME = TCP
OPCUA_SCHEME = "opc.tcp"
_SERVED = (TCP, TLS, RTU_TCP, DIALIN, OPCUA_SCHEME)
_DEFAULT_PORTS = {TCP: 502, TLS: 802, OPCUA_SCHEME: 4840}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens (or a simulated DTU dials in); port 0 lets the system choose.

    ``query`` is what stands after the ``?`` of the URL.
    """

    host: str
    port: int
    query: str = ""

    def url(self, scheme: str) -> str:
        """The endpoint's URL at this address."""
        return f"{scheme}://{self.host}:{self.port}" + (f"?{self.query}" if self.query else "")


def scheme_of(endpoint: Endpoint) -> str:
    """``modbus+tcp``, ``modbus+rtu+tcp``, ``opc.tcp`` …"""
    return endpoint.url.partition("://")[0]


def address_of(endpoint: Endpoint) -> Address:
    """Host and port of the endpoint's URL.

    Raises:
        ConfigError: not a URL the field can serve.
    """
    parts = urlsplit(endpoint.url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    if parts.scheme not in _SERVED or not parts.hostname or port is None:
        raise ConfigError(
            f"endpoint {endpoint.name}: {endpoint.url!r} cannot be simulated; "
            f"use HOST:PORT with one of {', '.join(_SERVED)}"
        )
    return Address(parts.hostname, port, parts.query)


def port_in_use(endpoint: Endpoint, address: Address, reason: OSError) -> ConfigError:
    """Why the simulated field cannot listen, in one sentence."""
    where = f"endpoint {endpoint.name} of the simulated field: port {address.port} on {address.host}"
    if reason.errno == errno.EADDRINUSE:
        return ConfigError(f"{where} is in use by another program; stop it or give the endpoint another port")
    if reason.errno in (errno.EACCES, errno.EPERM):
        return ConfigError(f"{where} may not be opened by this user; give the endpoint a port above 1023")
    return ConfigError(f"{where} cannot be opened ({reason.strerror or reason}); give the endpoint a local address")
