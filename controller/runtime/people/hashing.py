"""Argon2id off the event loop, one at a time, and the same work for a name nobody has."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from controller.domain.errors import SignInRefused
from controller.runtime.people.secrets import normal

MOST_WAITING = 8
"""More than these wait for the hasher only when somebody floods the door: they are sent away at once."""

T = TypeVar("T")


class Hasher:
    """Hashes and verifies secrets in a thread of its own, which also bounds the memory argon2 takes (64 MiB)."""

    def __init__(self, argon2: PasswordHasher | None = None) -> None:
        self._argon2 = argon2 or PasswordHasher()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zhadao-hash")
        self._waiting = 0
        self._nobody = ""

    async def hash(self, secret: str) -> str:
        """The argon2id hash of a secret, with its salt and parameters."""
        return await self._run(lambda: self._argon2.hash(normal(secret)))

    async def verify(self, kept: str, secret: str) -> bool:
        """Whether this is the secret. An empty ``kept`` is nobody's: the same work, and no.

        Raises:
            SignInRefused: too many are waiting already.
        """
        return await self._run(lambda: self._verify(kept, secret))

    def close(self) -> None:
        """End the thread; harmless when closed."""
        self._executor.shutdown(wait=False)

    def _verify(self, kept: str, secret: str) -> bool:
        if not self._nobody:  # made by whoever comes first, known or not, so that its time tells nothing
            self._nobody = self._argon2.hash(secrets.token_hex(16))
        try:
            self._argon2.verify(kept or self._nobody, normal(secret))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
        return bool(kept)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise SignInRefused("too many sign-ins at once; try again in a moment 登录过于频繁，请稍后再试", 1.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._waiting -= 1
