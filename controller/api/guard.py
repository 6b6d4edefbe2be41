"""What stands before every route: limits on what a request brings, and headers that keep browsers careful."""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.problems import Problem, answer
from controller.domain.drill import HEADER, DrillMark

MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 32
"""How deep JSON may be nested; what is asked here needs four."""
BODY_S = 20.0
"""A body is here within this time, or the connection is only being held."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
"""Texts, so that brackets in them are passed over, and brackets."""
_TOO_DEEP = Problem(
    error="INVALID_REQUEST",
    message=f"the body is nested deeper than {MAX_DEPTH}",
    what_to_do="nothing here is nested so deep; /openapi.json has an example",
)
_NO_UTF_8 = Problem(
    error="INVALID_REQUEST",
    message="the body cannot be read: it is not JSON in UTF-8",
    what_to_do="send JSON in UTF-8; /openapi.json has an example",
)
_DRIPS = Problem(
    error="TOO_SLOW", message=f"the body did not come within {BODY_S:g} s", what_to_do="send it again in one go"
)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_POLICY = "Content-Security-Policy"
_HEADERS = {
    _POLICY: CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
"""A browser that once came over TLS does not come without for a year."""


class BodyLimit:
    """Takes a request's body in before anything looks at it: not longer than ``limit`` bytes, not nested too deep,
    and not dripping in for ever.

    The framework has a limit of length too; it answers in plain text, and every refusal here has the one shape.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body."""
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_S):
                body = await self._taken(scope, receive)
        except TimeoutError:
            await _refuse(408, _DRIPS, scope, receive, send)
            return
        if body is None:
            await _refuse(413, self._too_long(), scope, receive, send)
        elif b"\x00" in body:  # JSON in UTF-8 never has one; in UTF-16 the look at its depth would be blind
            await _refuse(422, _NO_UTF_8, scope, receive, send)
        elif depth_over(body, MAX_DEPTH):
            await _refuse(422, _TOO_DEEP, scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)

    async def _taken(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when it is too long, whether it says its length or not."""
        if _announced(scope) > self._limit:
            return None
        parts: list[bytes] = []
        taken = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            taken += len(parts[-1])
            if taken > self._limit:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_long(self) -> Problem:
        return Problem(
            error="TOO_LARGE",
            message=f"the request is longer than {self._limit} bytes",
            what_to_do="split the targets over several orders",
        )


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def depth_over(body: bytes, most: int) -> bool:
    """Whether JSON is nested deeper than ``most``; cheap for everything that has few brackets at all."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = 0
    for bracket in _BRACKETS.finditer(body):
        sign = bracket.group()
        depth += sign in (b"[", b"{")
        depth -= sign in (b"]", b"}")
        if depth > most:
            return True
    return False


async def _refuse(status: int, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await answer(status, problem, {"Connection": "close"})(scope, receive, send)


class CarefulHeaders:
    """Adds the security headers to every answer, and in a drill the header that says so."""

    def __init__(self, app: ASGIApp, drill: DrillMark | None = None) -> None:
        self._app = app
        self._also = {} if drill is None else {HEADER: drill.run}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; dress the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                over_tls = _OVER_TLS if scope["scheme"] == "https" else {}
                for name, value in {**_HEADERS, **over_tls, **self._also}.items():
                    if name != _POLICY or name not in headers:  # a printed form brings one of its own, stricter
                        headers[name] = value
            await send(message)

        await self._app(scope, receive, dressed)
