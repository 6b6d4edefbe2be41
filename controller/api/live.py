"""The live stream: every change as it happens, and the overview once a second, over a WebSocket.

A client that does not keep up is told so and ended: it reconnects and starts from a fresh overview, which is right,
where a growing backlog would show the past as if it were now.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic_core import to_json, to_jsonable_python

from controller.api.state import Shared, shared_of
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
        session = await _signed_in(socket, shared, offered)
        await _Stream(socket, shared, session).run()
    except _End as end:
        await _say_end(socket, end)
    except WebSocketDisconnect:
        return


async def _signed_in(socket: WebSocket, shared: Shared, offered: list[str]) -> Session:
    token = next((word.removeprefix(TOKEN_PREFIX) for word in offered if word.startswith(TOKEN_PREFIX)), None)
    token = token or await _first_message_token(socket)
    session = shared.authority.session(token)
    if session is None:
        said = "the token is unknown or has run out: sign in again" if token else _FIRST_MESSAGE_SAID
        raise _End(NOT_SIGNED_IN, said)
    denial = shared.authority.permit(session, "see", ())
    if denial is not None:
        raise _End(NOT_ALLOWED, denial.text)
    return session


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
            for start in range(0, len(batch), MOST_PER_MESSAGE):
                part = batch[start : start + MOST_PER_MESSAGE]
                await self._send(_text("changes", changes=to_jsonable_python(part)))

    async def _tell_overview(self) -> None:
        clock = self._shared.facade.clock
        while True:
            if clock.now() >= self._session.expires:
                raise _End(NOT_SIGNED_IN, "the session has run out: sign in again")
            await self._send(_text("overview", overview=self._shared.overview.get()))
            await clock.sleep(OVERVIEW_EVERY_S * clock.speed)


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
