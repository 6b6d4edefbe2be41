"""Access and refresh tokens: JSON web tokens that only this installation can make, by a key in its data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt

from controller.domain.errors import StoreError
from controller.store.folder import PRIVATE_FILE, PRIVATE_FOLDER

KEY_FILE = Path("keys") / "access.key"
"""Below the data folder, mode 0600. Whoever has it can be anybody: it is in no backup unless asked for."""
KEY_BYTES = 32
REMEMBERED = 1024
"""Tokens whose seal was checked before: the same key and the same token are the same answer."""
ALGORITHM = "HS256"
"""One process makes and reads the tokens, so a shared secret is all it takes. Pinned: a token cannot choose."""
ISSUER = "zhadao"
ACCESS, REFRESH = "zhadao:access", "zhadao:refresh"
"""Audiences: a refresh token opens nothing, an access token refreshes nothing."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says. ``turn`` counts the refreshes of its session."""

    session: str
    id: str
    turn: int
    expires: datetime


class Mint:
    """Makes tokens and reads them back. Whether they still hold is the sessions' to say: they know the clock."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._head = jwt.encode({}, key, ALGORITHM).partition(".")[0]
        """Every token of ours begins like this; whatever else a header says is not even read."""
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._decoded)

    def write(self, audience: str, actor: str, claims: Claims, issued: datetime) -> str:
        """The token of these claims."""
        body = {
            "iss": ISSUER,
            "aud": audience,
            "sub": actor,
            "sid": claims.session,
            "jti": claims.id,
            "turn": claims.turn,
            "iat": int(issued.timestamp()),
            "exp": int(claims.expires.timestamp()),
        }
        return jwt.encode(body, self._key, ALGORITHM)

    def read(self, token: str, audience: str) -> Claims | None:
        """What a token of this audience says; None when it is not one of ours."""
        return self._remembered(token, audience) if token.partition(".")[0] == self._head else None

    def _decoded(self, token: str, audience: str) -> Claims | None:
        try:
            body: Mapping[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=ISSUER,
                options={
                    "require": ["exp", "iat", "jti", "sub"],
                    "verify_exp": False,  # by our own clock: the sessions do
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            expires = datetime.fromtimestamp(int(body["exp"]), UTC)
            return Claims(str(body["sid"]), str(body["jti"]), int(body["turn"]), expires)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, OSError):  # OSError: years nobody has
            return None


def key_in(data: Path) -> bytes:
    """The key of this data folder, made at its first start. Blocks: for start-up.

    Raises:
        StoreError: it cannot be read or made, or it is not a key.
    """
    path = data / KEY_FILE
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        if not path.exists():
            _make(path)
        path.chmod(PRIVATE_FILE)
        key = path.read_bytes()
    except OSError as cause:
        raise StoreError(
            f"the token key {path} cannot be used ({cause.strerror}): make it readable for this user only"
        ) from cause
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path} is no token key ({len(key)} bytes): remove it; everybody then signs in anew")
    return key


def _make(path: Path) -> None:
    """Written whole beside its place first: a crash leaves no half key."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
