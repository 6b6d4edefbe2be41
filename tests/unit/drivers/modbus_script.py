"""A scripted Modbus TCP server: says exactly the bytes a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from drivers.modbus.wire import Wire, open_wire

TIMEOUT_S = 2.0
CLOSE = None
"""In a script: close the connection here."""

Script = Callable[[bytes], list[bytes | None]]
"""From a request's frame to the pieces of the reply, each sent by itself."""


class ScriptedServer:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.lines: list[asyncio.Transport] = []


class _Line(asyncio.Protocol):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.lines.append(self._transport)

    def data_received(self, data: bytes) -> None:
        self._server.requests.append(data)
        self._say(list(self._server.script(data)))

    def _say(self, pieces: list[bytes | None]) -> None:
        """One piece per loop round, so that the client really receives them apart."""
        if not pieces:
            return
        piece = pieces.pop(0)
        if piece is CLOSE:
            self._transport.close()
            return
        self._transport.write(piece)
        asyncio.get_running_loop().call_later(0.001, self._say, pieces)


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[tuple[Wire, ScriptedServer]]:
    """A wire connected to a server that plays ``script``."""
    server = ScriptedServer(script)
    listener = await asyncio.get_running_loop().create_server(lambda: _Line(server), "127.0.0.1", 0)
    wire = await open_wire("127.0.0.1", listener.sockets[0].getsockname()[1], TIMEOUT_S)
    try:
        yield wire, server
    finally:
        await wire.close()
        listener.close()
        for line in server.lines:
            line.abort()
        await listener.wait_closed()
        await asyncio.sleep(0.01)


def reply(request: bytes, pdu: bytes, *, transaction: int | None = None, protocol: int = 0, unit: int = 5) -> bytes:
    """A frame that answers ``request``, or fails to in one way."""
    tid = int.from_bytes(request[:2], "big") if transaction is None else transaction
    length = len(pdu) + 1
    return tid.to_bytes(2, "big") + protocol.to_bytes(2, "big") + length.to_bytes(2, "big") + bytes((unit,)) + pdu
