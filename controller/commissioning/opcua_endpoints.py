"""What an OPC UA server offers: its endpoints, their security, and the certificate it shows. Nobody signs in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.domain.errors import LinkDown


@dataclass(frozen=True, slots=True)
class UaEndpoint:
    """One way in. ``fingerprint`` is SHA-256 of the server's certificate, for comparing by telephone."""

    url: str
    policy: str
    mode: str
    sign_in: tuple[str, ...]
    application: str
    fingerprint: str
    thumbprint: str
    valid_until: datetime | None

    @property
    def note(self) -> str:
        """What is to be said about it: nothing protects it, or its certificate ran out."""
        if self.policy == "None":
            return "no security: anybody on the way can read and write"
        over = self.valid_until is not None and self.valid_until < datetime.now(UTC)
        return f"certificate ran out on {self.valid_until:%Y-%m-%d}" if over else ""


async def endpoints_of(url: str, timeout_s: float) -> tuple[UaEndpoint, ...]:
    """Ask a server for its endpoints (GetEndpoints, part 4 section 5.5.4) and hang up.

    Raises:
        LinkDown: nobody there, or no OPC UA server.
    """
    # Imported here: asyncua takes half a second, which nobody else's scan need wait for.
    from asyncua.client.client import Client
    from asyncua.ua.uaerrors import UaError

    from drivers.opcua.link import UNREADABLE, quieten

    quieten()
    client = Client(url, timeout=timeout_s)
    try:
        async with asyncio.timeout(3 * timeout_s):
            found = await client.connect_and_get_server_endpoints()
    except (UaError, OSError, TimeoutError, *UNREADABLE) as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise LinkDown(f"{url}: no OPC UA server answers ({said}): check address, port and power") from error
    return tuple(map(_endpoint, found))


def _endpoint(one: object) -> UaEndpoint:
    from drivers.opcua.certificates import certificate_of

    policy = str(getattr(one, "SecurityPolicyUri", "") or "").rpartition("#")[2] or "None"
    der = bytes(getattr(one, "ServerCertificate", b"") or b"")
    try:
        certificate = certificate_of(der) if der else None
    except ValueError:
        certificate = None
    server = getattr(one, "Server", None)
    return UaEndpoint(
        url=str(getattr(one, "EndpointUrl", "")),
        policy=policy,
        mode=getattr(getattr(one, "SecurityMode", None), "name", "").strip("_"),
        sign_in=tuple(token.TokenType.name for token in getattr(one, "UserIdentityTokens", None) or ()),
        application=str(getattr(server, "ApplicationUri", "") or ""),
        fingerprint=certificate.fingerprint if certificate else "",
        thumbprint=certificate.thumbprint if certificate else "",
        valid_until=certificate.ends if certificate else None,
    )
