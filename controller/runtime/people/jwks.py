"""An issuer's published keys: found by its discovery document, fetched when needed, kept for an hour."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import jwt
import structlog

from controller.domain.clock import Clock
from controller.domain.errors import SignInRefused

log = structlog.get_logger("sign_on")

FRESH_S = 3600.0
AGAIN_S = 60.0
"""Real seconds between two fetches for a key nobody knows: made-up key ids must not hammer the issuer."""
TIMEOUT_S = 5.0
LONGEST_ANSWER = 1_000_000


class IssuerKeys:
    """The keys of one issuer."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Sequence[Mapping[str, Any]] = ()
        self._fetched_s = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def find(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key with this id that can sign with this algorithm; without an id, the only one that can.

        Raises:
            SignInRefused: the issuer does not answer and no key of it is known.
        """
        if self._age_s() > FRESH_S:
            await self._fetch(at_least_s=FRESH_S)
        found = self._known(kid, algorithm)
        if found is None and self._age_s() > AGAIN_S:
            await self._fetch(at_least_s=AGAIN_S)
            found = self._known(kid, algorithm)
        return found

    def _age_s(self) -> float:
        return (self._clock.monotonic() - self._fetched_s) / self._clock.speed

    def _known(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        fitting = [key for key in self._keys if not kid or key.get("kid") == kid]
        usable = [jwk for key in fitting if (jwk := _usable(key, algorithm)) is not None]
        return usable[0] if len(usable) == 1 else None

    async def _fetch(self, at_least_s: float) -> None:
        async with self._one_at_a_time:
            if self._age_s() <= at_least_s:
                return  # somebody else has just done it
            try:
                self._keys = await _published(self._issuer)
            except (OSError, ValueError, TypeError, KeyError, TimeoutError) as cause:
                log.warning("sign_on_keys_not_fetched", issuer=self._issuer, reason=str(cause) or type(cause).__name__)
                if not self._keys:
                    raise SignInRefused(
                        "the city's sign-on does not answer; sign in with name and password 单点登录服务无响应"
                    ) from None
            self._fetched_s = self._clock.monotonic()


def _usable(key: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """The key, where its own words do not speak against this use of it."""
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm or key.get("kty") == "oct":
        return None
    try:
        return jwt.PyJWK(dict(key), algorithm)
    except jwt.PyJWTError:
        return None


async def _published(issuer: str) -> Sequence[Mapping[str, Any]]:
    import httpx  # only a site with a sign-on of its own pays for loading it

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            document = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if document["issuer"] != issuer:
                raise ValueError(f"it calls itself {document['issuer']}")
            keys = (await _json(client, _careful(str(document["jwks_uri"]))))["keys"]
    except httpx.HTTPError as cause:
        raise OSError(f"{type(cause).__name__}: {cause}") from cause
    return [key for key in keys if isinstance(key, Mapping)]


async def _json(client: Any, url: str) -> Mapping[str, Any]:
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        content = b""
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > LONGEST_ANSWER:
                raise ValueError(f"{url} answers without end")
    document = json.loads(content)
    if not isinstance(document, Mapping):
        raise TypeError(f"{url} is no object")
    return document


def _careful(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError(f"its keys would come over an open wire: {url}")
    return url
