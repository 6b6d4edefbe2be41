"""A simulated OPC UA server with certificates: as secured as its endpoint says a real one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.server import Server

from drivers.base import Endpoint
from drivers.opcua.certificates import Certificate, certificate_in, certificate_of, made
from drivers.opcua.options import CertificateSignIn, PasswordSignIn, Policy, Security
from drivers.opcua.pki import Pki
from drivers.opcua.secrets import checked_key, secret_in
from hil.devices.address import Address

FOLDER = "simulated-servers"
"""Below the cache folder: a simulated server keeps its certificate, so that it stays trusted."""
BEGINS, DAYS = datetime(2000, 1, 1, tzinfo=UTC), 36_525
"""A simulated city may stand in any year."""

_OFFERED = {
    (Policy.BASIC256SHA256, Security.SIGN): ua.SecurityPolicyType.Basic256Sha256_Sign,
    (Policy.BASIC256SHA256, Security.SIGN_AND_ENCRYPT): ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    (Policy.AES128_SHA256_RSAOAEP, Security.SIGN): ua.SecurityPolicyType.Aes128Sha256RsaOaep_Sign,
    (
        Policy.AES128_SHA256_RSAOAEP,
        Security.SIGN_AND_ENCRYPT,
    ): ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    (Policy.AES256_SHA256_RSAPSS, Security.SIGN): ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
    (Policy.AES256_SHA256_RSAPSS, Security.SIGN_AND_ENCRYPT): ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
}


@dataclass(frozen=True, slots=True)
class _Doorman:
    """Lets in whom the endpoint's options name, and nobody else."""

    endpoint: Endpoint

    def get_user(
        self, _server: object, username: str | None = None, password: str | None = None, certificate: object = None
    ) -> User | None:
        sign_in = self.endpoint.opcua.sign_in
        if isinstance(sign_in, PasswordSignIn):
            known = username == sign_in.user and password == secret_in(sign_in.password_file)
        elif isinstance(sign_in, CertificateSignIn):
            known = certificate == checked_key(sign_in)[0].der
        else:
            known = True
        return User(role=UserRole.User) if known else None


async def secure(server: Server, endpoint: Endpoint, address: Address, cache: Path) -> Certificate:
    """Make the server offer what the endpoint's options want, and nothing less; gives back its certificate.

    Raises:
        StoreError: its certificate cannot be kept. ConfigError: the endpoint's own files.
    """
    options = endpoint.opcua
    uri = f"urn:zhadao:simulated:{endpoint.name}"
    own = Pki(cache / FOLDER / endpoint.name)
    if not own.certificate_file.exists():
        names = (address.host, *options.names)
        own.keep_own(*made(uri, endpoint.name, names, BEGINS, DAYS, 2048), datetime.now(UTC))
    await server.set_application_uri(uri)
    await server.load_certificate(certificate_in(own.certificate_file.read_bytes()).der)
    await server.load_private_key(own.key_file.read_bytes(), format="pem")
    server.set_security_policy([_OFFERED[options.policy, options.security]])
    token = {PasswordSignIn: ua.UserNameIdentityToken, CertificateSignIn: ua.X509IdentityToken}
    server.set_identity_tokens([token.get(type(options.sign_in), ua.AnonymousIdentityToken)])
    doorman: Any = _Doorman(endpoint)  # the library wants its own class and uses only this method
    server.iserver.user_manager = doorman
    return certificate_of(own.certificate_file.read_bytes())
