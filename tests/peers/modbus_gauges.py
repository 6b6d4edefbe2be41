"""Gauges behind a telemetry gateway: input registers by unit id, answered by a few lines of Modbus TCP of its own."""

from __future__ import annotations

import asyncio
import struct

READ_INPUT = 4
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, NO_ANSWER_BEHIND = 1, 2, 11


class Gauges:
    """``put`` sets a gauge's value; a gauge in ``silent`` does not answer behind its gateway."""

    def __init__(self) -> None:
        self.registers: dict[int, dict[int, int]] = {}
        self.silent: set[int] = set()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    def put_level(self, unit: int, level_m: float) -> None:
        high, low = struct.unpack(">HH", struct.pack(">i", round(level_m * 1000.0)))
        self.registers[unit] = {0: high, 1: low}

    def put_rain(self, unit: int, mm_h: float, last_hour_mm: float) -> None:
        self.registers[unit] = {0: round(mm_h * 10.0), 1: round(last_hour_mm * 10.0)}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._lines:
            writer.transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            while True:
                head = await reader.readexactly(7)
                transaction, _, length, unit = struct.unpack(">HHHB", head)
                answer = self._answer(unit, await reader.readexactly(length - 1))
                writer.write(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._lines.discard(writer)

    def _answer(self, unit: int, request: bytes) -> bytes:
        function, first, count = struct.unpack(">BHH", request[:5])
        if unit in self.silent or unit not in self.registers:
            return bytes((function | 0x80, NO_ANSWER_BEHIND))
        if function != READ_INPUT:
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        held = self.registers[unit]
        if any(address not in held for address in range(first, first + count)):
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        values = [held[address] for address in range(first, first + count)]
        return struct.pack(f">BB{count}H", function, 2 * count, *values)
