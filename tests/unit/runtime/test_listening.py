"""Where the API listens."""

from __future__ import annotations

import asyncio
import socket

from controller.runtime.listening import listening


async def test_answers_do_not_wait_for_the_callers_acknowledgement() -> None:
    undelayed: list[int] = []
    seen = asyncio.Event()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        undelayed.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        seen.set()

    with listening("127.0.0.1", 0) as listener:
        async with await asyncio.start_server(answer, sock=listener.socket):
            _, writer = await asyncio.open_connection(*listener.socket.getsockname())
            await seen.wait()
            writer.close()
    assert undelayed == [1]
