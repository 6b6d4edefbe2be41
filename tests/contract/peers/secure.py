"""Certificates for a server and for us, and a server that wants them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole

from drivers.opcua.certificates import Certificate, certificate_of, made
from drivers.opcua.pki import Pki

SERVER_URI = "urn:plc-west:station"
START = datetime(2026, 6, 21, tzinfo=UTC)
"""When the clock of ``peers.device`` starts."""

POLICIES = (
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
)


@cache
def pair(
    uri: str, *names: str, begins: datetime = START, days: int = 100, bits: int = 2048
) -> tuple[Certificate, bytes]:
    """A certificate and its key (PEM); made once a run, since a key takes a while."""
    der, key = made(uri, "test", names or ("127.0.0.1",), begins, days, bits)
    return certificate_of(der), key


def our_pki(folder: Path) -> Pki:
    """A pki folder with our own certificate in it."""
    pki = Pki(folder / "data" / "pki")
    own, key = pair("urn:here:zhadao", "here")
    pki.keep_own(own.der, key, START)
    return pki


class Users:
    """Who may sign in, by password or by certificate."""

    def __init__(self, passwords: dict[str, str], certificates: tuple[bytes, ...] = ()) -> None:
        self._passwords = passwords
        self._certificates = certificates
        self.seen: list[str] = []

    def get_user(
        self, _server: object, username: str = "", password: str = "", certificate: bytes = b""
    ) -> User | None:
        known = (username and self._passwords.get(username) == password) or certificate in self._certificates
        self.seen.append(username or ("certificate" if certificate else "anonymous"))
        return User(role=UserRole.User) if known else None


@dataclass
class SecureServer:
    """Prepares an asyncua server: its certificate, what it offers, whom it lets in."""

    certificate: Certificate = field(default_factory=lambda: pair(SERVER_URI)[0])
    key: bytes = field(default_factory=lambda: pair(SERVER_URI)[1])
    uri: str = SERVER_URI
    policies: tuple[ua.SecurityPolicyType, ...] = POLICIES
    users: Users | None = None
    tokens: tuple[type, ...] = (ua.AnonymousIdentityToken,)

    async def __call__(self, server: Server) -> None:
        await server.set_application_uri(self.uri)
        server.set_security_policy(list(self.policies))
        server.set_identity_tokens(list(self.tokens))
        await server.load_certificate(self.certificate.der)
        await server.load_private_key(self.key, format="pem")
        if self.users is not None:
            server.iserver.user_manager = self.users
