"""The live stream: every change as it happens, and the overview once a second, over a WebSocket.

A client that does not keep up is told so and ended: it reconnects and starts from a fresh overview, which is right,
where a growing backlog would show the past as if it were now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic_core import to_json, to_jsonable_python

from controller.api.cookies import is_secure
from controller.api.doors import address_of
from controller.api.hearing import heard_by
from controller.api.overview import visible_bypasses
from controller.api.security import only_visible
from controller.api.state import Shared, shared_of
from controller.domain.rights import Right
from controller.runtime.authority import Session
from controller.runtime.views import Change

router = APIRouter()

SUBPROTOCOL = "zhadao.live.v1"
TOKEN_PREFIX = "bearer."  # noqa: S105 - the word before a token, not a token
FIRST_MESSAGE_S = 10.0
SEND_S = 5.0
"""A message not taken within this time: the client is too slow."""
OVERVIEW_EVERY_S = 1.0
GATHER_S = 0.1
"""Changes are gathered this long, so that a thousand switchings are ten messages."""
MOST_PER_MESSAGE = 500
MOST_WAITING = 20_000
_TOO_SLOW_SAID = "this listener is too slow to keep up: reconnect for the present state"

RECHECK_S = 10.0
"""A listener's right to look is asked again this often (real seconds); that its session lives, every second."""
_FIRST_MESSAGE_SAID = 'the first message has to be {"token": "…"}'

NOT_SIGNED_IN, NOT_ALLOWED, NO_TOKEN_IN_TIME, TOO_SLOW = 4401, 4403, 4408, 4429


class _End(Exception):
    """Ends the stream with a close code and a word to the client."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@router.websocket("/api/v1/live")
async def live(socket: WebSocket) -> None:
    """Serve one listener until it leaves, is too slow, or its session ends."""
    shared = await shared_of(socket)
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    try:
        with _counted(socket, shared):
            session = await _signed_in(socket, shared, offered)
            with shared.streams.listening(session.caller.session):
                await _Stream(socket, shared, session).run()
    except _End as end:
        await _say_end(socket, end)
    except WebSocketDisconnect:
        return


@contextmanager
def _counted(socket: WebSocket, shared: Shared) -> Iterator[None]:
    """One stream of this address's share, also before anybody is signed in."""
    address = address_of(socket.scope)
    if not shared.turnstile.stream_begins(address):
        raise _End(TOO_SLOW, "too many live streams from this address: close some")
    try:
        yield
    finally:
        shared.turnstile.stream_ends(address)


async def _signed_in(socket: WebSocket, shared: Shared, offered: list[str]) -> Session:
    token = next((word.removeprefix(TOKEN_PREFIX) for word in offered if word.startswith(TOKEN_PREFIX)), None)
    token = token or _cookie(socket, shared) or await _first_message_token(socket)
    session = shared.authority.session(token)
    if session is None:
        said = "the token is unknown or has run out: sign in again" if token else _FIRST_MESSAGE_SAID
        raise _End(NOT_SIGNED_IN, said)
    _check(shared, session)
    return session


def _cookie(socket: WebSocket, shared: Shared) -> str:
    """The token of the page's cookie. A browser sends it along for whoever opens the socket: only the page may."""
    token = shared.cookies.access(socket)
    if not token:
        return ""
    origin = socket.headers.get("origin", "")
    scheme = "https" if is_secure(socket) else "http"
    if origin.lower() != f"{scheme}://{socket.headers.get('host', '').lower()}":
        raise _End(NOT_ALLOWED, "a cookie opens this only for the controller's own page")
    return token


def _check(shared: Shared, session: Session) -> None:
    denial = shared.authority.permit(session, Right.SEE)
    if denial is not None:
        raise _End(NOT_ALLOWED, denial.text)


async def _first_message_token(socket: WebSocket) -> str:
    """The token of the first message; empty when it brings none."""
    try:
        async with asyncio.timeout(FIRST_MESSAGE_S):
            message = await socket.receive_json()
    except TimeoutError:
        raise _End(NO_TOKEN_IN_TIME, f"no token came within {FIRST_MESSAGE_S:.0f} s") from None
    except (ValueError, KeyError):
        message = None
    token = message.get("token") if isinstance(message, dict) else None
    return token if isinstance(token, str) else ""


async def _say_end(socket: WebSocket, end: _End) -> None:
    """Tell the client why, if it still listens, and close."""
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(SEND_S):
            await socket.send_text(_text("end", code=end.code, reason=end.reason))
            await socket.close(end.code, end.reason[:120])


def _text(kind: str, **content: object) -> str:
    return to_json({"type": kind, **content}).decode()


class _Stream:
    """One listener: a task that tells, a task that notices when the listener leaves."""

    def __init__(self, socket: WebSocket, shared: Shared, session: Session) -> None:
        self._socket = socket
        self._shared = shared
        self._session = session
        self._sending = asyncio.Lock()
        self._waiting: list[Change] = []
        self._something = asyncio.Event()

    async def run(self) -> None:
        """Stream until something ends it.

        Raises:
            _End: with the close code and the reason.
            WebSocketDisconnect: the listener left.
        """
        clock = self._shared.facade.clock
        await self._send(_text("hello", now=clock.now(), speed=clock.speed, actor=self._session.actor))
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (self._listen, self._gather, self._tell_changes, self._tell_overview):
                    tasks.create_task(part())
        except BaseExceptionGroup as group:
            ends, others = group.split((_End, WebSocketDisconnect))
            if ends is None or others is not None:
                raise
            raise _first(ends) from None

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_S), self._sending:
                await self._socket.send_text(text)
        except TimeoutError:
            raise _End(TOO_SLOW, _TOO_SLOW_SAID) from None

    async def _listen(self) -> None:
        """Nothing is expected from the client; what it sends is read and dropped so that its leaving is noticed."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))

    async def _gather(self) -> None:
        """Take changes as they come, never waiting for the wire, so that the backlog is ours to measure."""
        async for change in self._shared.facade.changes():
            self._waiting.append(change)
            self._something.set()
            if len(self._waiting) > MOST_WAITING:
                raise _End(TOO_SLOW, _TOO_SLOW_SAID)
        raise _End(TOO_SLOW, "the controller ended this stream (too slow, or it is stopping): reconnect")

    async def _tell_changes(self) -> None:
        clock = self._shared.facade.clock
        while True:
            await self._something.wait()
            await clock.sleep(GATHER_S * clock.speed)
            batch, self._waiting = self._waiting, []
            self._something.clear()
            batch = heard_by(self._shared, self._session, batch)
            for start in range(0, len(batch), MOST_PER_MESSAGE):
                part = batch[start : start + MOST_PER_MESSAGE]
                await self._send(_text("changes", changes=to_jsonable_python(part)))

    def _overview(self) -> dict[str, object]:
        """The one overview of all listeners, without what this one may not see."""
        whole = self._shared.overview.get()
        stations, gauges = whole.get("stations"), whole.get("gauges")
        if not isinstance(stations, list) or not isinstance(gauges, list):
            return whole
        shared, session = self._shared, self._session
        return {
            **whole,
            "stations": only_visible(shared, session, stations, lambda station: str(station["id"])),
            "gauges": only_visible(shared, session, gauges, lambda gauge: str(gauge[0])),
            "bypassed": visible_bypasses(shared, session) if whole.get("bypassed") else [],
        }

    async def _tell_overview(self) -> None:
        clock = self._shared.facade.clock
        checked_s = clock.monotonic()
        while True:
            if not self._shared.authority.lives(self._session):
                raise _End(NOT_SIGNED_IN, "the session has ended: sign in again")
            if clock.monotonic() - checked_s >= RECHECK_S * clock.speed:
                _check(self._shared, self._session)
                checked_s = clock.monotonic()
            await self._send(_text("overview", overview=self._overview()))
            await clock.sleep(OVERVIEW_EVERY_S * clock.speed)


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
