"""A line between the controller and a station: it can be cut, and joined again at the same address."""

from __future__ import annotations

import asyncio


class Wire:
    """Forwards 127.0.0.1:``port`` to the server's port while it is ``whole``."""

    def __init__(self, upstream_port: int) -> None:
        self.port = 0
        self.whole = True
        self._upstream_port = upstream_port
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        self.whole = False
        for client in self._lines.values():
            client.transport.abort()

    def join(self) -> None:
        self.whole = True

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        lines = dict(self._lines)
        self.cut()
        if lines:
            await asyncio.wait(lines)
        await self._server.wait_closed()
        await asyncio.sleep(0.01)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if not self.whole:
            writer.transport.abort()
            return
        self._lines[task] = writer
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        back = asyncio.create_task(self._carry(up_reader, writer))
        try:
            await self._carry(reader, up_writer)
        finally:
            back.cancel()
            await asyncio.wait({back})
            up_writer.transport.abort()
            writer.transport.abort()
            del self._lines[task]

    @staticmethod
    async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except OSError:
            pass
