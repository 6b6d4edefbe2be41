"""A wire without a network: bytes are put into it as the loop would, and what it sends is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from controller.domain.errors import ControllerError
from drivers.modbus import framing as framings
from drivers.modbus.frames import Request
from drivers.modbus.wire import Wire
from tests.contract.faults.framing import Asked, Framing, first_request

OURS = {Framing.TCP: framings.MBAP, Framing.RTU: framings.RTU}


class Drain(asyncio.Transport):
    """Takes everything; an aborted one hands nothing on any more."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted


class Bench:
    """One wire with a question in flight."""

    def __init__(self, framing: Framing, in_flight: int = 1) -> None:
        self._framing = framing
        self.wire = Wire("bench", 2.0, OURS[framing], in_flight)
        self.drain = Drain()
        self.wire.connection_made(self.drain)

    async def begin(self, request: Request) -> tuple[asyncio.Task[bytes], Asked]:
        """Ask, and be sure that it went out."""
        task = asyncio.get_running_loop().create_task(self.wire.ask(request))
        await asyncio.sleep(0)
        asked, self.drain.sent = first_request(self._framing, self.drain.sent)
        assert asked is not None, "nothing was sent"
        return task, asked

    def hear(self, pieces: Sequence[bytes]) -> None:
        """Bytes come, piece by piece, as long as the connection stands."""
        for piece in pieces:
            if piece and not self.drain.aborted:
                self.wire.data_received(piece)

    async def end(self, task: asyncio.Task[bytes]) -> bytes | ControllerError | None:
        """What the question came to; None while nothing decides it."""
        await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            return None
        error = task.exception()
        if error is None:
            return task.result()
        assert isinstance(error, ControllerError), f"not an error of ours: {error!r}"
        return error

    def close(self) -> None:
        """The connection is gone."""
        self.wire.connection_lost(None)
