"""The web server round the app: limits on connections, headers and frames, and the certificate."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from controller.runtime.tls import Tls

LAST_ANSWERS_S = 3
"""How long open requests may take to end when the controller stops; a page's live stream would stay for ever."""
MOST_HEADER_BYTES = 16_384
MOST_FRAME_BYTES = 65_536
"""Nothing longer than a token is expected from a listener."""
MOST_CONNECTIONS = 2000
HEADERS_S = 10.0
"""A request's headers are here within this time of its connection's beginning or first byte, or it is closed."""


def configured(app: FastAPI, tls: Tls | None, per_address: int) -> uvicorn.Config:
    """How the app is served. No header is believed about where a caller sits or how they came."""
    return uvicorn.Config(
        app,
        http=limited(per_address),
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ws_max_size=MOST_FRAME_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls.context,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: one place decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


class Limited(H11Protocol):
    """One connection of uvicorn's: at most so many per client address, and no patience for dripping headers."""

    per_address: ClassVar[int] = 200
    counted: ClassVar[Counter[str]] = Counter()
    _counts = ""
    _impatient: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Count it, or hang up on one too many."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if self.counted[address] >= self.per_address:
            transport.abort()
            return
        self.counted[address] += 1
        self._counts = address
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        """Headers that began have to end."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._headers_came()
        elif self._impatient is None and self.conn.trailing_data[0]:
            self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._headers_came()
        self._uncount()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """From here on it is a live stream; those are counted where they are served."""
        self._headers_came()
        self._uncount()
        super().handle_websocket_upgrade(event)

    def _expect_headers(self) -> None:
        self._impatient = self.loop.call_later(HEADERS_S, self.transport.abort)

    def _headers_came(self) -> None:
        if self._impatient is not None:
            self._impatient.cancel()
            self._impatient = None

    def _uncount(self) -> None:
        if self._counts:
            self.counted[self._counts] -= 1
            if self.counted[self._counts] <= 0:
                del self.counted[self._counts]
            self._counts = ""


def limited(per_address: int) -> type[Limited]:
    """The protocol of one server, with a count of its own."""
    return type("LimitedHere", (Limited,), {"per_address": per_address, "counted": Counter()})
