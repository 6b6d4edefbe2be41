"""Files that hold secrets: a password, a private key. Read at every use, never shown, never readable by others."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from controller.domain.errors import ConfigError
from drivers.opcua.certificates import Certificate, belongs, certificate_in, key_in
from drivers.opcua.options import CertificateSignIn
from drivers.opcua.pki import Pki, readable_by_others

MOST_SECRET = 4096
"""Bytes of a password file beyond which it is some other file."""


def secret_in(file: Path) -> str:
    """The secret in a file: its first line. The file is readable by its owner only.

    Raises:
        ConfigError: it cannot be read, is empty, or others can read it. The message never holds the secret.
    """
    try:
        if readable_by_others(file):
            raise ConfigError(f"{file} holds a password and others can read it: say `chmod 600 {file}`")
        content = file.read_bytes()[:MOST_SECRET].decode("utf-8")
    except OSError as error:
        raise ConfigError(f"the password file {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"the password file {file} is not text (UTF-8)") from None
    secret = content.splitlines()[0] if content else ""
    if not secret:
        raise ConfigError(f"the password file {file} is empty: write the password on its first line")
    return secret


def own_key(pki: Pki, own: Certificate) -> RSAPrivateKey:
    """The key of our application certificate.

    Raises:
        ConfigError: it cannot be used, or others can read it.
    """
    return _key(pki.key_file, own, f"make a new pair with `zhadao certs create --renew{pki.again}`")


def checked_key(user: CertificateSignIn) -> tuple[Certificate, RSAPrivateKey]:
    """A user's certificate and its key.

    Raises:
        ConfigError: one of the files cannot be used, or others can read the key.
    """
    try:
        certificate = certificate_in(user.certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"the user's certificate {user.certificate} cannot be used: {error}") from error
    return certificate, _key(user.key, certificate, "give the key that was made with it")


def _key(file: Path, certificate: Certificate, hint: str) -> RSAPrivateKey:
    try:
        if readable_by_others(file):
            raise ConfigError(f"{file} holds a private key and others can read it: say `chmod 600 {file}`")
        key = key_in(file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"the key {file} cannot be used ({type(error).__name__}): {hint}") from error
    if not belongs(certificate, key):
        raise ConfigError(f"the key {file} does not belong to the certificate {certificate.short}: {hint}")
    return key
