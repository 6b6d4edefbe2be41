"""How an OPC UA server is spoken to: security, sign-in, what its certificate may say, how often it reports.

Known without the library, so that a site without OPC UA never loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from drivers.profile import Poll


class Security(StrEnum):
    """What protects the messages (OPC UA part 4, MessageSecurityMode)."""

    NONE = "none"
    SIGN = "sign"
    SIGN_AND_ENCRYPT = "sign_and_encrypt"


class Policy(StrEnum):
    """The algorithms (OPC UA part 7). The older ones, Basic128Rsa15 and Basic256, are broken and not spoken here."""

    BASIC256SHA256 = "Basic256Sha256"
    AES128_SHA256_RSAOAEP = "Aes128_Sha256_RsaOaep"
    AES256_SHA256_RSAPSS = "Aes256_Sha256_RsaPss"


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """A name, and the file that holds its password (mode 0600, read at every connect, never shown)."""

    user: str
    password_file: Path


@dataclass(frozen=True, slots=True)
class CertificateSignIn:
    """A certificate of the user (not the application's own) and its key, PEM or DER files; the key has mode 0600."""

    certificate: Path
    key: Path


SignIn = PasswordSignIn | CertificateSignIn | None
"""None is anonymous."""


@dataclass(frozen=True, slots=True)
class UaOptions:
    """``opcua:`` of an endpoint.

    ``names`` are host names and addresses its certificate may be made out to besides the one in the url.
    ``keepalive_s`` is how often a server with nothing to report says so (None: the site's own); ``queue`` how many
    changes of a point it keeps between two reports, the newest of them always; ``sampling_s`` how often it looks at
    the points of a poll class, ``deadbands`` the dead-band of its points that have none of their own.
    """

    security: Security = Security.NONE
    policy: Policy = Policy.BASIC256SHA256
    sign_in: SignIn = None
    names: tuple[str, ...] = ()
    keepalive_s: float | None = None
    queue: int = 1
    sampling_s: Mapping[Poll, float] = field(default_factory=dict)
    deadbands: Mapping[Poll, float] = field(default_factory=dict)

    @property
    def secured(self) -> bool:
        """Whether certificates are exchanged."""
        return self.security is not Security.NONE


OPEN = UaOptions()
"""No security, nobody signs in: for servers on this machine."""
