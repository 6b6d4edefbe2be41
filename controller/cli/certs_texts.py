"""How certificates are shown: fingerprints in groups for the telephone, ends with a warning, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from controller.cli.texts import columns
from controller.domain.errors import ConfigError
from drivers.opcua.certificates import Certificate
from drivers.opcua.pki import Met, Pki

GROUP = 4
HALF = 32
"""Digits a line: two lines of eight groups."""
SOON = timedelta(days=60)


def whole(certificate: Certificate, standing: str, met: Met | None = None) -> list[str]:
    """Everything about one certificate."""
    lines = [
        f"Certificate 证书 {certificate.short}  {standing}",
        f"  for 主体           {certificate.subject}",
        f"  application 应用   {certificate.application_uri or '— none 无'}",
        f"  hosts 主机         {', '.join(certificate.names) or '— none 无'}",
        f"  holds 有效期       {certificate.begins:%Y-%m-%d} to {certificate.ends:%Y-%m-%d} UTC",
        f"  key 密钥           {_key(certificate)}, signed with {certificate.signed_with}",
    ]
    if met is not None and met.endpoint:
        lines.append(f"  met 来源           {met.endpoint} at {met.url}, {met.at}")
        lines += [f"  beware 注意        {flaw}" for flaw in met.flaws]
    return [*lines, *_prints(certificate)]


def listing(pki: Pki, now: datetime) -> list[str]:
    """Ours, the trusted, the waiting; with what to do next."""
    lines = ["Ours 本机"]
    try:
        lines += columns([_row(pki.own(), now)])
    except ConfigError as error:
        lines.append(f"  {error}")
    trusted, waiting = pki.trusted(), pki.rejected()
    lines.append("Trusted 已信任")
    lines += columns([_row(one, now) for one in trusted]) if trusted else ["  none 无"]
    lines.append("Waiting for a decision 待处理")
    if not waiting:
        return [*lines, "  none 无"]
    lines += columns([(*_row(one, now), _from(met)) for one, met in waiting])
    return [
        *lines,
        f"Compare the fingerprint with the station's, then 核对后: zhadao certs trust FINGERPRINT{pki.again}",
    ]


def as_pem(certificate: Certificate) -> bytes:
    """The certificate in PEM form."""
    return x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM)


def _row(certificate: Certificate, now: datetime) -> tuple[str, str, str]:
    left = certificate.ends - now
    ends = f"until {certificate.ends:%Y-%m-%d}"
    if left <= timedelta(0):
        ends += " RAN OUT 已过期"
    elif left <= SOON:
        ends += f" {left.days} days left 即将到期"
    return certificate.short, certificate.subject, ends


def _from(met: Met) -> str:
    return f"{met.endpoint} {met.url} {met.at}" if met.endpoint else "no longer trusted 已撤销"


def _key(certificate: Certificate) -> str:
    return f"RSA {certificate.key_bits}" if certificate.key_bits else "not RSA"


def _prints(certificate: Certificate) -> list[str]:
    lines = ["  fingerprint 指纹 (SHA-256)"]
    digits = certificate.fingerprint.upper()
    lines += [f"    {_grouped(digits[start : start + HALF])}" for start in range(0, len(digits), HALF)]
    return [*lines, "  thumbprint 指纹 (SHA-1)", f"    {_grouped(certificate.thumbprint.upper())}"]


def _grouped(digits: str) -> str:
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))
