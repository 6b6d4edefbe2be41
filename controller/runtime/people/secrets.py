"""Passwords, one-time codes and random tokens: what is asked of them, and how they are made and digested."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta

from controller.domain.errors import InvalidValue

LEAST_PASSWORD = 12
"""Characters. Length is what holds (NIST SP 800-63B): no digits-and-symbols theatre, no forced change."""
MOST_SECRET = 256
"""Nobody types more, and hashing megabytes is an attack."""
CODE_LIFE = timedelta(hours=24)
NAME = re.compile(r"^[a-z][a-z0-9._@-]{1,62}[a-z0-9]$")
"""Plain ASCII, so that no two names look alike; a person's own name goes into ``display``."""
RESERVED = frozenset({"controller", "local-cli", "signal"})
"""Names of callers that are no people."""


def new_code() -> str:
    """A one-time code, five groups a tired person can type: 66 bits."""
    return "-".join(f"{secrets.randbelow(10_000):04d}" for _ in range(5))


def normal(secret: str) -> str:
    """A secret as it is hashed: the same characters typed on another keyboard are the same secret (NFKC)."""
    return unicodedata.normalize("NFKC", secret)


def checked_password(password: str, name: str) -> str:
    """The password, if it will do.

    Raises:
        InvalidValue: too short, too long, all one character, or the name in disguise.
    """
    password = normal(password)
    if not LEAST_PASSWORD <= len(password) <= MOST_SECRET:
        raise InvalidValue(
            f"a password has {LEAST_PASSWORD} to {MOST_SECRET} characters; a few unrelated words do well "
            f"口令须为 {LEAST_PASSWORD} 至 {MOST_SECRET} 个字符"
        )
    bare = password.casefold().replace(name.casefold(), "")
    if len(bare) < LEAST_PASSWORD // 2 or len(set(password)) < LEAST_PASSWORD // 3:
        raise InvalidValue(
            "the name, or one thing over and over, is no password; take a few unrelated words "
            "口令不得由用户名或重复字符构成"
        )
    return password


def checked_name(name: str) -> str:
    """A sign-in name in its one form.

    Raises:
        InvalidValue: it is not one.
    """
    name = name.strip().lower()
    if not NAME.match(name) or name in RESERVED:
        raise InvalidValue(
            f"{name[:64]!r} is no sign-in name: 3 to 64 of a-z 0-9 . _ @ -, a letter first, and not "
            + ", ".join(sorted(RESERVED))
        )
    return name


def digest_of(token: str) -> str:
    """What is kept of a random token: with 200 bits and more, a plain hash gives nothing away."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
