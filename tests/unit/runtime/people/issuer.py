"""An OpenID Connect issuer of the tests' own: real keys, real HTTP on the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from controller.domain.clock import Clock

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Issuer:
    """Publishes its keys and signs what it is told to."""

    clock: Clock
    url: str = ""
    keys: dict[str, Any] = field(default_factory=lambda: {"rsa-1": RSA, "ec-1": CURVE})
    asked: list[str] = field(default_factory=list)
    calls_itself: str = ""
    up: bool = True

    def claims(self, nonce: str | None, **more: Any) -> dict[str, Any]:
        now_s = int(self.clock.now().timestamp())
        whole = {
            "iss": self.url,
            "aud": "zhadao",
            "sub": "7f3a-91",
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": nonce,
            "preferred_username": "lin",
            "groups": ["lighting-west", "somebody"],
        }
        return {name: value for name, value in (whole | more).items() if value is not None}

    def token(
        self,
        nonce: str | None,
        *,
        kid: str = "rsa-1",
        algorithm: str = "RS256",
        key: Any = None,
        headers: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        signing = key if key is not None else self.keys[kid]
        return jwt.encode(self.claims(nonce, **more), signing, algorithm, headers={"kid": kid, **(headers or {})})

    def jwks(self) -> dict[str, Any]:
        published: list[dict[str, Any]] = []
        for kid, key in self.keys.items():
            kind: Callable[..., Any] = RSAAlgorithm.to_jwk if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm.to_jwk
            published.append({**kind(key.public_key(), as_dict=True), "kid": kid, "use": "sig"})
        return {"keys": published}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        self.asked.append(path)
        body: Any = self.jwks()
        if path.endswith("openid-configuration"):
            body = {"issuer": self.calls_itself or self.url, "jwks_uri": f"{self.url}/keys"}
        content = json.dumps(body).encode()
        status = b"200 OK" if self.up else b"503 Down"
        writer.write(
            b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(content)) + content
        )
        await writer.drain()
        writer.close()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Issuer]:
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
