"""Who a connection is with, before anything is said on it: certificates looked at, channel secured, user signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies
from cryptography import x509

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError, StoreError
from drivers.opcua.certificates import Certificate, Flaw, certificate_of
from drivers.opcua.options import OPEN, CertificateSignIn, PasswordSignIn, Policy, Security, UaOptions
from drivers.opcua.pki import Met, Pki
from drivers.opcua.secrets import checked_key, own_key, secret_in

POLICIES: dict[Policy, type[security_policies.SecurityPolicy]] = {
    Policy.BASIC256SHA256: security_policies.SecurityPolicyBasic256Sha256,
    Policy.AES128_SHA256_RSAOAEP: security_policies.SecurityPolicyAes128Sha256RsaOaep,
    Policy.AES256_SHA256_RSAPSS: security_policies.SecurityPolicyAes256Sha256RsaPss,
}
MODES = {
    Security.NONE: ua.MessageSecurityMode.None_,
    Security.SIGN: ua.MessageSecurityMode.Sign,
    Security.SIGN_AND_ENCRYPT: ua.MessageSecurityMode.SignAndEncrypt,
}
_STRONG_URIS = frozenset(policy.URI for policy in POLICIES.values())


class Untrusted(ConfigError):
    """The server's certificate is not accepted; the message says what a person can do about it."""

    def __init__(self, message: str, text_zh: str) -> None:
        super().__init__(message)
        self.text_zh = text_zh


@dataclass(slots=True)
class Guard:
    """The security of one connection. Everything is read anew from its files at every connect."""

    name: str
    url: str
    options: UaOptions = OPEN
    pki: Pki | None = None
    clock: Clock | None = None
    met: Certificate | None = field(default=None, init=False)
    """The certificate the server showed, once it was accepted."""

    async def prepare(self, client: Client, timeout_s: float) -> None:
        """Give the client what it connects with, after a look at the certificate the server shows.

        Raises:
            Untrusted: the server's certificate. ConfigError: our own files. UaError, OSError, TimeoutError: no answer.
        """
        client.name = client.description = "zhadao"
        client.product_uri = "urn:zhadao"
        client.application_uri = "urn:zhadao:controller"
        if not self.options.secured:
            return
        pki = self._pki()
        own = pki.own()
        key = own_key(pki, own)
        offered = await self._offered(timeout_s)
        self.met = self._accepted(pki, offered)
        policy: Any = POLICIES[self.options.policy](
            x509.load_der_x509_certificate(self.met.der),
            x509.load_der_x509_certificate(own.der),
            key,
            MODES[self.options.security],
        )
        client.application_uri = own.application_uri
        client.security_policy = policy
        client.uaclient.set_security(policy)

    async def sign_in(self, client: Client) -> None:
        """Activate the session as the user the options name.

        Raises:
            ConfigError: a file of the user's, or a server that would have the password in clear.
        """
        user = self.options.sign_in
        if isinstance(user, PasswordSignIn):
            token = client.server_policy(ua.UserTokenType.UserName)
            encrypted = self.options.security is Security.SIGN_AND_ENCRYPT
            if token.SecurityPolicyUri not in _STRONG_URIS and not encrypted:
                raise ConfigError(
                    f"{self.name}: the server would take the password of {user.user} in clear; nothing was sent: "
                    "set security: sign_and_encrypt"
                )
            await client.activate_session(username=user.user, password=secret_in(user.password_file))
        elif isinstance(user, CertificateSignIn):
            certificate, key = checked_key(user)
            client.user_private_key = key
            await client.activate_session(certificate=x509.load_der_x509_certificate(certificate.der))
        else:
            await client.activate_session()

    def still_trusted(self) -> bool:
        """Whether nobody took the server's certificate from the trust list since."""
        return self.met is None or self.pki is None or self.pki.trusts(self.met)

    async def _offered(self, timeout_s: float) -> ua.EndpointDescription:
        """The server's endpoint with the wanted security, asked for on a connection of its own."""
        client = Client(self.url, timeout=timeout_s)
        try:
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
            endpoints = await client.get_endpoints()
        finally:
            protocol = client.uaclient.protocol
            if protocol is not None and protocol.transport is not None:
                protocol.transport.abort()
        return self._chosen(endpoints)

    def _chosen(self, endpoints: Sequence[ua.EndpointDescription]) -> ua.EndpointDescription:
        mode, uri = MODES[self.options.security], POLICIES[self.options.policy].URI
        for endpoint in endpoints:
            if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == uri and endpoint.ServerCertificate:
                return endpoint
        offers = sorted({f"{one.SecurityMode.name.strip('_')} {_fragment(one)}" for one in endpoints})
        raise ConfigError(
            f"{self.name}: {self.url} does not offer {self.options.security} with {self.options.policy}; it offers "
            f"{', '.join(offers) or 'nothing'}: set security and policy of the endpoint, or the server's own"
        )

    def _accepted(self, pki: Pki, offered: ua.EndpointDescription) -> Certificate:
        try:
            shown = certificate_of(offered.ServerCertificate)
        except (ValueError, x509.ExtensionNotFound) as error:
            text = f"{self.name}: the server's certificate cannot be read ({error}); the link stays down"
            raise Untrusted(text, f"{self.name}：服务器证书无法解析，连接保持断开") from error
        uri = str(offered.Server.ApplicationUri or "")
        flaws = shown.flaws(self._now(), uri, [urlsplit(self.url).hostname or "", *self.options.names])
        if not pki.trusts(shown):
            raise self._unknown(pki, shown, flaws)
        if flaws:
            why = "; ".join(flaw.text for flaw in flaws)
            raise Untrusted(
                f"{self.name}: the trusted certificate {shown.short} of {self.url} is not accepted: {why}; "
                "the link stays down",
                f"{self.name}：已信任的证书 {shown.short} 不被接受：{'；'.join(flaw.text_zh for flaw in flaws)}",
            )
        return shown

    def _unknown(self, pki: Pki, shown: Certificate, flaws: Sequence[Flaw]) -> Untrusted:
        """Keep it for a person to look at, and say how."""
        kept = ""
        try:
            at = self._now().isoformat(timespec="seconds")
            pki.ask(shown, Met(self.name, self.url, at, tuple(flaw.text for flaw in flaws)))
        except StoreError as error:
            kept = f" ({error})"
        besides = "".join(f"; besides, {flaw.text}" for flaw in flaws)
        command = f"zhadao certs trust {shown.short}{pki.again}"
        return Untrusted(
            f"{self.name}: {self.url} shows a certificate nobody trusted yet, {shown.short}{kept}; the link stays "
            f"down: compare its fingerprint with the station's, then `{command}`{besides}",
            f"{self.name}：服务器证书未被信任（{shown.short}），连接保持断开；与现场核对指纹后执行 {command}",
        )

    def _pki(self) -> Pki:
        if self.pki is None:
            raise ConfigError(f"{self.name}: a secured endpoint needs a pki folder, and this driver was given none")
        return self.pki

    def _now(self) -> datetime:
        return datetime.now(UTC) if self.clock is None else self.clock.now()


def _fragment(endpoint: ua.EndpointDescription) -> str:
    return str(endpoint.SecurityPolicyUri or "").rpartition("#")[2] or "None"
