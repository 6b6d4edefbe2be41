"""The key evidence is signed with: Ed25519 (RFC 8032), kept in the data folder for this user alone.

The private key never leaves the folder by itself; the public one is meant to be given away (``zhadao audit key``),
best on the first day: whoever holds it can tell a journal this controller signed from one written later by others.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from controller.domain.errors import InvalidValue, StoreError
from controller.store.folder import KEYS, PRIVATE_FILE, PRIVATE_FOLDER, sync_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = Path(KEYS) / "checkpoint.key"
"""The private key, 32 raw bytes as hexadecimal text, mode 0600."""
PUBLIC_FILE = "checkpoint.pub"
"""The public key, to be kept elsewhere too."""

PUBLIC_BYTES = 32


@dataclass(frozen=True)
class SigningKey:
    """A private key. Its text never appears in a log or a repr."""

    _seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({fingerprint(self.public)})"

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        # Imported here: most commands never sign anything.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @cached_property
    def public(self) -> str:
        """The public half: base64 of its 32 raw bytes."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode("ascii")

    def sign(self, content: bytes) -> str:
        """The signature over ``content``, base64."""
        return base64.b64encode(self._key.sign(content)).decode("ascii")


def open_key(folder: Path) -> SigningKey:
    """The folder's key; made, with its public half beside it, where there is none.

    Raises:
        StoreError: it cannot be read or written, or what is there is no key. It is never overwritten.
    """
    path = folder / KEY_FILE
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        if not path.exists():
            _write_new(path, os.urandom(32).hex() + "\n")
        key = _read(path)
        _write_public(folder / PUBLIC_FILE, key.public)
        sync_folder(path.parent)
        sync_folder(folder)
    except OSError as cause:
        raise StoreError(
            f"{path} cannot be used ({cause.strerror}): the journal goes on unsigned; make the file readable for "
            "this user alone and the folder writable"
        ) from cause
    return key


def existing_key(folder: Path) -> SigningKey | None:
    """The folder's key, or None where there is none we can read (a copy of somebody else's evidence).

    Raises:
        StoreError: what is there is no key.
    """
    try:
        return _read(folder / KEY_FILE)
    except OSError:
        return None


def read_public(path: Path) -> str:
    """The public key in a file.

    Raises:
        StoreError: it cannot be read or holds no such key.
    """
    try:
        return public_of(path.read_text(encoding="ascii"))
    except OSError as cause:
        raise StoreError(f"the public key {path} cannot be read ({cause.strerror})") from cause
    except (InvalidValue, UnicodeDecodeError) as cause:
        raise StoreError(f"{path} holds no public key of a journal: one line is wanted, from `zhadao audit key`") from (
            cause
        )


def public_of(text: str) -> str:
    """The public key a text is.

    Raises:
        InvalidValue: it is none.
    """
    key = text.strip()
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise InvalidValue(f"{key[:60]!r} is no public key") from cause
    if len(raw) != PUBLIC_BYTES:
        raise InvalidValue(f"{key[:60]!r} is no public key: it has {len(raw)} bytes, not {PUBLIC_BYTES}")
    return key


def is_signed(public: str, content: bytes, signature: str) -> bool:
    """Whether ``signature`` is this key's over ``content``."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_of(public)))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, InvalidValue, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """The first characters of a public key, for people to compare."""
    return public[:12]


def _read(path: Path) -> SigningKey:
    try:
        seed = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError as cause:
        raise StoreError(f"{path} holds no key: keep it aside under another name; a new one is made then") from cause
    if len(seed) != PUBLIC_BYTES:
        raise StoreError(f"{path} holds no key: keep it aside under another name; a new one is made then")
    return SigningKey(seed)


def _write_public(path: Path, public: str) -> None:
    if not path.exists() or path.read_text(encoding="ascii", errors="replace").strip() != public:
        _write_new(path, public + "\n")


def _write_new(path: Path, text: str) -> None:
    """The whole file or none of it, whenever the process dies."""
    coming = path.with_name(path.name + ".new")
    coming.unlink(missing_ok=True)
    handle = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    coming.replace(path)
