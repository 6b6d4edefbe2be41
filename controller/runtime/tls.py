"""The certificate the API shows: taken up at the start, renewed while running, refused with a reason."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

import structlog
from cryptography import x509

from controller.domain.clock import Clock
from controller.domain.errors import ConfigError
from controller.settings.api import TlsSettings

log = structlog.get_logger("tls")


class Tls:
    """The server's side of TLS, 1.2 and newer. Connections made after ``renew`` see the new certificate."""

    def __init__(self, settings: TlsSettings, clock: Clock) -> None:
        """Take the certificate up.

        Raises:
            ConfigError: certificate, key or client CA cannot be used; says which file and why.
        """
        self._settings = settings
        self._clock = clock
        self.context, self.ends = self._made()

    def renew(self) -> str:
        """Take up what lies in the files now; gives back why not, and then the old certificate stays in use."""
        try:
            _, ends = self._made()
            self.context.load_cert_chain(self._settings.certificate, self._settings.key, _no_passphrase)
            self.ends = ends
        except (ConfigError, OSError) as error:
            log.error("certificate_not_renewed", reason=str(error))
            return str(error)
        log.info("certificate_taken_up", certificate=str(self._settings.certificate))
        return ""

    def _made(self) -> tuple[ssl.SSLContext, datetime]:
        """The context of what lies in the files now, and when that certificate runs out."""
        settings = self._settings
        ends = self._checked_end(settings.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        try:
            context.load_cert_chain(settings.certificate, settings.key, _no_passphrase)
        except (OSError, ValueError) as error:
            raise ConfigError(f"api.tls: {_why(error, settings.certificate, settings.key)}") from error
        if settings.client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            try:
                context.load_verify_locations(settings.client_ca)
            except OSError as error:
                raise ConfigError(f"api.tls.client_ca {settings.client_ca} cannot be used: {_short(error)}") from error
        return context, ends

    def _checked_end(self, path: Path) -> datetime:
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"api.tls.certificate {path} cannot be read: {_short(error)}") from error
        begins, ends, now = certificate.not_valid_before_utc, certificate.not_valid_after_utc, self._now()
        if now > ends:
            raise ConfigError(f"api.tls.certificate {path} ran out on {ends:%Y-%m-%d}; put a renewed one in its place")
        if now < begins:
            raise ConfigError(
                f"api.tls.certificate {path} holds only from {begins:%Y-%m-%d %H:%M} UTC on, and here it is "
                f"{now:%Y-%m-%d %H:%M} UTC; look at this machine's clock first"
            )
        return ends

    def _now(self) -> datetime:
        return self._clock.now()


def _no_passphrase() -> str:
    raise ValueError("the key is under a passphrase, and nobody types one at a restart; store it without")


def _why(error: OSError | ValueError, certificate: Path, key: Path) -> str:
    if isinstance(error, ssl.SSLError):
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"key {key} does not belong to certificate {certificate}"
        return f"certificate {certificate} or key {key} is not a usable PEM file ({error.reason})"
    return f"key {key}: {_short(error)}"


def _short(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
