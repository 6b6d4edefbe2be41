"""This side of Modbus/TCP Security: TLS 1.2 or newer, each side proves itself (MB-TCP-Security V2.1, 2018).

The device is trusted by one named CA file and by its name, never by the machine's own list of authorities; we show our
certificate. Files are read at each connect and kept while they do not change, so that a renewed certificate needs no
restart.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from controller.domain.errors import ConfigError

OTHERS_MAY = 0o077
"""File mode bits a private key must not have."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: our certificate (with its chain) and key, and the CA whose certificates devices show.

    ``server_name`` is what the device's certificate must be made out to; None: the host in the URL.
    """

    certificate: Path
    key: Path
    ca: Path
    server_name: str | None = None


def context_of(files: TlsFiles) -> ssl.SSLContext:
    """The client's side of TLS from what lies in the files now.

    Raises:
        ConfigError: a file is missing, is no PEM file, does not fit the others, or the key can be read by others.
    """
    stamps = []
    for what, path in (("certificate", files.certificate), ("key", files.key), ("ca", files.ca)):
        try:
            found = path.stat()
        except OSError as error:
            raise ConfigError(f"tls.{what} {path} cannot be read: {error.strerror}") from None
        if what == "key" and found.st_mode & OTHERS_MAY:
            raise ConfigError(
                f"tls.key {path} may be read by others (mode {found.st_mode & 0o777:o}): chmod 600 {path}"
            )
        stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return _made(files.certificate, files.key, files.ca, tuple(stamps))


@lru_cache(maxsize=16)  # a city's endpoints share a few sets of files; a context costs a millisecond and memory
def _made(certificate: Path, key: Path, ca: Path, _stamps: tuple[tuple[int, int, int], ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    try:
        context.load_verify_locations(ca)
    except OSError as error:
        raise ConfigError(f"tls.ca {ca} holds no certificates in PEM form ({_short(error)})") from None
    try:
        context.load_cert_chain(certificate, key, _no_passphrase)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError(f"tls.key {key} does not belong to tls.certificate {certificate}") from None
        raise ConfigError(
            f"tls.certificate {certificate} or tls.key {key} is no usable PEM file ({_short(error)})"
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"tls.key {key}: {_short(error)}") from None
    return context


def _no_passphrase() -> str:
    raise ValueError("it is under a passphrase, and nobody types one at a restart; store it without, mode 600")


def _short(error: Exception) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
