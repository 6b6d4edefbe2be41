"""What every connection passes first: is it meant for us, does it ask too often, does it bring too many headers."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from controller.api.face import LOOPBACK_NAMES
from controller.api.limits import whole_seconds
from controller.api.problems import Problem, Refusal, answer, too_many
from controller.api.state import Shared

STOPS = "/api/v1/stops"
MOST_HEADERS = 64
MOST_HEADER_BYTES = 32_768
"""Two tokens in cookies and a third in a header are a few thousand."""
_HOST = re.compile(r"^(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+)(:\d{1,5})?$")

_KINDS = {421: "host_refused", 429: "rate_refused", 431: "headers_refused"}
"""What a refusal at the door is counted as, by its status."""


class Door:
    """Refuses before anything is read or asked. Web sockets that are refused are refused in their handshake."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope["app"].state.shared, scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        scope["app"].state.shared.face.turned_away(_KINDS[refusal.status], address_of(scope))
        if scope["type"] == "http":
            headers = {**refusal.headers, "Connection": "close"}
            await answer(refusal.status, refusal.problem, headers)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.problem.error})


def _refusal(shared: Shared, scope: Scope) -> Refusal | None:
    if len(scope["headers"]) > MOST_HEADERS:
        said = f"the request has {len(scope['headers'])} headers; {MOST_HEADERS} at most"
        return Refusal(431, Problem(error="TOO_MANY_HEADERS", message=said, what_to_do="leave out what is not needed"))
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
        said = f"the request's headers are longer than {MOST_HEADER_BYTES} bytes"
        return Refusal(431, Problem(error="TOO_MANY_HEADERS", message=said, what_to_do="leave out what is not needed"))
    if not _meant_for_us(shared, scope):
        return _misdirected()
    wait_s = shared.turnstile.address(lane(scope) + address_of(scope))
    return too_many(whole_seconds(wait_s)) if wait_s > 0.0 else None


def lane(scope: Scope) -> str:
    """Emergency stops are counted by themselves: whatever else floods an address or a session keeps none out."""
    return "stop " if scope.get("path") == STOPS else ""


def address_of(scope: Scope) -> str:
    """Where the caller sits: the address of the other end of the socket. No header is believed about it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _meant_for_us(shared: Shared, scope: Scope) -> bool:
    host = host_name(Headers(scope=scope).get("host", ""))
    server = scope.get("server")
    own = str(server[0]).lower() if server else ""
    return host in LOOPBACK_NAMES or host in shared.face.hosts or (bool(own) and host in (own, f"[{own}]"))


def host_name(header: str) -> str:
    """The name in a Host header, lower case, without its port: ``[::1]:8080`` is ``[::1]``; empty for what is none."""
    found = _HOST.match(header.strip().lower())
    return found["name"] if found else ""


def _misdirected() -> Refusal:
    said = "this request was sent to a name that is not one of this controller's (its Host header says so)"
    advice = "call it by its address, or let an engineer add the name to api.hosts in site.yaml"
    return Refusal(421, Problem(error="MISDIRECTED", message=said, what_to_do=advice))
