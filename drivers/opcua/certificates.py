"""X.509 certificates as OPC UA uses them (part 6, section 6.2): ours made, others' looked at. Pure but for the keys."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LEAST_KEY_BITS = 2048
"""The least that the security policies spoken here allow (part 7)."""
MOST_KEY_BITS = 4096
_BROKEN_HASHES = frozenset({"md5", "sha1"})
BACKDATED = timedelta(days=1)
"""A station whose clock is a little behind takes a new certificate too."""
SHORT = 16
"""Digits of a fingerprint that are enough to name a certificate in a command."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a certificate is not accepted, in both languages."""

    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate and what people and checks ask of it."""

    der: bytes
    subject: str
    application_uri: str
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    key_bits: int
    signed_with: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER form, 64 lower-case digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def thumbprint(self) -> str:
        """SHA-1 over the DER form: what most engineering tools of PLCs show."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @property
    def short(self) -> str:
        """The fingerprint's first digits."""
        return self.fingerprint[:SHORT]

    def flaws(self, now: datetime, application_uri: str, hosts: Sequence[str]) -> list[Flaw]:
        """What speaks against a server that shows it, says to be this application and is called by these names."""
        return [*self._timely(now), *self._strong(), *self._named(application_uri, hosts)]

    def hopeless(self, now: datetime) -> list[Flaw]:
        """What speaks against it whoever shows it."""
        return [*self._timely(now), *self._strong()]

    def _timely(self, now: datetime) -> Iterator[Flaw]:
        if now > self.ends:
            yield Flaw(f"it ran out on {self.ends:%Y-%m-%d}", f"已于 {self.ends:%Y-%m-%d} 过期")
        if now < self.begins:
            yield Flaw(
                f"it holds only from {self.begins:%Y-%m-%d %H:%M} UTC on, and here it is {now:%Y-%m-%d %H:%M} UTC: "
                "look at both clocks",
                f"{self.begins:%Y-%m-%d %H:%M} UTC 起才有效，请核对两端时钟",
            )

    def _strong(self) -> Iterator[Flaw]:
        if not self.key_bits:
            yield Flaw("its key is not an RSA key", "密钥不是 RSA")
        elif not LEAST_KEY_BITS <= self.key_bits <= MOST_KEY_BITS:
            yield Flaw(
                f"its key has {self.key_bits} bits, 2048 to 4096 are wanted", f"密钥长度 {self.key_bits} 位不合格"
            )
        if self.signed_with in _BROKEN_HASHES:
            yield Flaw(
                f"it is signed with {self.signed_with}, which is broken", f"签名算法 {self.signed_with} 已不安全"
            )

    def _named(self, application_uri: str, hosts: Sequence[str]) -> Iterator[Flaw]:
        if not self.application_uri or self.application_uri != application_uri:
            yield Flaw(
                f"it is made out to the application {self.application_uri or '(none)'}, "
                f"and the server says it is {application_uri or '(nothing)'}",
                f"应用 URI 不符：证书 {self.application_uri or '无'}，服务器 {application_uri or '无'}",
            )
        if not any(_same_host(host, name) for host in hosts for name in self.names):
            yield Flaw(
                f"it is made out to {', '.join(self.names) or 'no host'}, and we call it {' or '.join(hosts)}: "
                "add the name it has under opcua.names if that is this server",
                f"主机名不符：证书 {'、'.join(self.names) or '无'}，访问 {'、'.join(hosts)}",
            )


def certificate_of(der: bytes) -> Certificate:
    """A certificate from its DER form; of a chain, the first one (part 6, section 6.2.6).

    Raises:
        ValueError: it is none.
    """
    der = _first(der)
    parsed = x509.load_der_x509_certificate(der)
    uris, names = _alternative(parsed)
    key = parsed.public_key()
    hashed = parsed.signature_hash_algorithm
    return Certificate(
        der=der,
        subject=parsed.subject.rfc4514_string(),
        application_uri=uris[0] if uris else "",
        names=tuple(names),
        begins=parsed.not_valid_before_utc,
        ends=parsed.not_valid_after_utc,
        key_bits=key.key_size if isinstance(key, rsa.RSAPublicKey) else 0,
        signed_with=hashed.name if hashed is not None else "",
    )


def certificate_in(content: bytes) -> Certificate:
    """A certificate from a file's content, PEM or DER.

    Raises:
        ValueError: it holds none.
    """
    if b"-----BEGIN" in content:
        return certificate_of(x509.load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER))
    return certificate_of(content)


def made(
    application_uri: str, common_name: str, names: Sequence[str], now: datetime, days: int, bits: int
) -> tuple[bytes, bytes]:
    """A new application certificate signed by itself (DER) and its key (PEM, PKCS 8, no passphrase).

    Extensions as part 6 table 43 wants them; good for a client and for a server.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    general = [x509.UniformResourceIdentifier(application_uri), *map(_general_name, names)]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before((now - BACKDATED).astimezone(UTC))
        .not_valid_after((now + timedelta(days=days)).astimezone(UTC))
        .add_extension(x509.SubjectAlternativeName(general), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(both, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.DER), pem


def key_in(content: bytes) -> rsa.RSAPrivateKey:
    """A private key from a file's content, PEM or DER, without a passphrase.

    Raises:
        ValueError: it is none, or not RSA. TypeError: it is under a passphrase.
    """
    load = serialization.load_pem_private_key if b"-----BEGIN" in content else serialization.load_der_private_key
    key = load(content, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("an RSA key is wanted")  # noqa: TRY004 - what the file holds is wrong, not our argument
    return key


def belongs(certificate: Certificate, key: rsa.RSAPrivateKey) -> bool:
    """Whether this is the certificate's key."""
    public = x509.load_der_x509_certificate(certificate.der).public_key()
    return isinstance(public, rsa.RSAPublicKey) and public.public_numbers() == key.public_key().public_numbers()


def _alternative(parsed: x509.Certificate) -> tuple[list[str], list[str]]:
    """Application URIs and host names; both empty where the extension is missing."""
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [], []
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return (
        names.get_values_for_type(x509.UniformResourceIdentifier),
        [*names.get_values_for_type(x509.DNSName), *addresses],
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _same_host(one: str, other: str) -> bool:
    try:
        return ipaddress.ip_address(one) == ipaddress.ip_address(other)
    except ValueError:
        return one.rstrip(".").lower() == other.rstrip(".").lower()


_SEQUENCE, _SHORT_FORM = 0x30, 0x80


def _first(der: bytes) -> bytes:
    """The first of the certificates that stand one after the other (X.690, section 8.1.3)."""
    if len(der) < 2 or der[0] != _SEQUENCE:
        raise ValueError("not a certificate")
    length, begin = der[1], 2
    if length & _SHORT_FORM:
        begin += length & ~_SHORT_FORM
        length = int.from_bytes(der[2:begin], "big")
    if begin + length > len(der):
        raise ValueError("a certificate that is cut off")
    return der[: begin + length]
