"""A TCP relay in front of a server, which can swallow replies or cut the line."""

from __future__ import annotations

import asyncio


class Relay:
    """Forwards 127.0.0.1:``port`` to ``upstream_port``.

    ``muted``: nothing of the server's gets through any more. ``cut_on_next``: the client's next bytes still reach
    the server, and then the line is dead.
    """

    def __init__(self, upstream_port: int) -> None:
        self.port = 0
        self.muted = False
        self.cut_on_next = False
        self._upstream_port = upstream_port
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        lines = dict(self._lines)
        for client in lines.values():
            client.transport.abort()
        if lines:
            await asyncio.wait(lines)
        await self._server.wait_closed()
        await asyncio.sleep(0.01)  # aborted sockets are closed a loop round later

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines[task] = writer
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        back = asyncio.create_task(self._down(up_reader, writer))
        try:
            await self._up(reader, up_writer)
        except OSError:
            pass
        finally:
            back.cancel()
            await asyncio.wait({back})
            up_writer.transport.abort()
            writer.transport.abort()
            del self._lines[task]

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
            if self.cut_on_next:
                # Let the server act on what it got; its answer finds no line to come back on.
                self.muted = True
                await asyncio.sleep(0.01)
                return

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                if not self.muted:
                    writer.write(data)
        except OSError:
            pass
