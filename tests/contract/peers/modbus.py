"""A small Modbus device of the suite's own, written against the specification and not against the driver."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import replace
from typing import Protocol, cast

from controller.domain.points import Value
from drivers.base import Driver, Endpoint
from drivers.factory import make_driver
from drivers.modbus.codec import decode, to_words
from drivers.profile import PointSpec, Table
from tests.contract.peers.device import CLOCK, POINTS, TIMEOUT_S, Attempt, LoopClock, binding

_TABLES = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}


class ModbusPeer:
    """The device of ``peers.device`` as unit 5. ``fc23`` says whether it knows function 23.

    Here on Modbus TCP; ``peers.modbus_lines`` puts the same device on the other lines.
    """

    outlives_silence = False
    scheme = "modbus+tcp"

    def __init__(self, *, fc23: bool = False, in_flight: int = 1) -> None:
        self.attempts: list[Attempt] = []
        self.asked: list[bytes] = []
        self.memory: dict[Table, dict[int, int]] = {table: {} for table in Table}
        self.refused_functions: dict[int, int] = {}
        """Functions it answers with an exception, and its code."""
        self._fc23 = fc23
        self._in_flight = in_flight
        self._silent = self._losing = self._refusing = False
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Transport] = set()

    async def start(self) -> Endpoint:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.line, "127.0.0.1", 0)
        return self.endpoint(f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}")

    def line(self) -> asyncio.Protocol:
        return TcpLine(self)

    def endpoint(self, place: str, **changes: object) -> Endpoint:
        """Where it is found; ``place`` is what stands behind ``scheme://``."""
        device = binding(fc23=self._fc23, in_flight=self._in_flight)
        made = Endpoint("gateway-1", f"{self.scheme}://{place}", (device,), TIMEOUT_S)
        return replace(made, **changes)  # type: ignore[arg-type] - each peer passes fields of Endpoint

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def driver(self, endpoint: Endpoint) -> Driver:
        return make_driver(endpoint, LoopClock())

    async def show(self, point: str, value: Value) -> None:
        spec = POINTS[point]
        assert spec.table is not None
        for offset, word in enumerate(to_words(spec, value)):
            self.memory[spec.table][spec.address + offset] = word

    async def refuse(self) -> None:
        self._refusing = True

    def go_silent(self) -> None:
        self._silent = True

    def lose_on_next(self) -> None:
        self._losing = True

    def recover(self) -> None:
        self._silent = self._losing = self._refusing = False

    def answer(self, line: Answerable, unit: int, pdu: bytes) -> bytes | None:
        """The reply's PDU; None for silence."""
        self.asked.append(pdu)
        reply = self._act(pdu)
        if self._losing:
            line.lose()
        elif not self._silent and unit == 5:
            return reply
        return None

    def _act(self, pdu: bytes) -> bytes:
        function = pdu[0]
        if function in self.refused_functions:
            return bytes((function | 0x80, self.refused_functions[function]))
        if function in (1, 2):
            return bytes((function,)) + self._bits(_TABLES[function], *struct.unpack(">HH", pdu[1:]))
        if function in (3, 4):
            return bytes((function,)) + self._words(_TABLES[function], *struct.unpack(">HH", pdu[1:]))
        if function == 23 and self._fc23:
            address, count, at, _, size = struct.unpack(">HHHHB", pdu[1:10])
            self._store(Table.HOLDING, at, list(struct.unpack(f">{size // 2}H", pdu[10:])))
            return bytes((23,)) + self._words(Table.HOLDING, address, count)
        if function == 5:
            address, state = struct.unpack(">HH", pdu[1:])
            return self._write(pdu, Table.COIL, address, [1 if state == 0xFF00 else 0])
        if function == 6:
            address, word = struct.unpack(">HH", pdu[1:])
            return self._write(pdu, Table.HOLDING, address, [word])
        if function == 16:
            address, count, size = struct.unpack(">HHB", pdu[1:6])
            return self._write(pdu[:5], Table.HOLDING, address, list(struct.unpack(f">{size // 2}H", pdu[6:])))
        return bytes((function | 0x80, 1))

    def _write(self, echo: bytes, table: Table, address: int, words: list[int]) -> bytes:
        if self._refusing:
            self._note(table, address, words)
            return bytes((echo[0] | 0x80, 3))
        self._store(table, address, words)
        return echo

    def _store(self, table: Table, address: int, words: list[int]) -> None:
        self._note(table, address, words)
        for offset, word in enumerate(words):
            self.memory[table][address + offset] = word

    def _note(self, table: Table, address: int, words: list[int]) -> None:
        if CLOCK.area().holds(address, len(words)):
            return
        spec = _point_at(table, address)
        value = decode(spec, words).value
        assert value is not None
        self.attempts.append(Attempt(spec.name, value))

    def _words(self, table: Table, address: int, count: int) -> bytes:
        words = [self.memory[table].get(address + offset, 0) for offset in range(count)]
        return struct.pack(f">B{count}H", 2 * count, *words)

    def _bits(self, table: Table, address: int, count: int) -> bytes:
        packed = bytearray((count + 7) // 8)
        for offset in range(count):
            packed[offset // 8] |= (self.memory[table].get(address + offset, 0) & 1) << offset % 8
        return bytes((len(packed),)) + packed

    def connected(self, line: asyncio.Transport) -> None:
        self._lines.add(line)

    def disconnected(self, line: asyncio.Transport) -> None:
        self._lines.discard(line)


class Answerable(Protocol):
    """A line that can be lost."""

    def lose(self) -> None: ...


class TcpLine(asyncio.Protocol):
    """One client; frames may come in pieces."""

    def __init__(self, peer: ModbusPeer) -> None:
        self._peer = peer
        self._buffer = b""
        self._transport: asyncio.Transport

    def lose(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # by shape: that of TLS inherits nothing
        self._peer.connected(transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._peer.disconnected(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 7:
            end = 6 + int.from_bytes(self._buffer[4:6], "big")
            if len(self._buffer) < end:
                return
            frame, self._buffer = self._buffer[:end], self._buffer[end:]
            transaction, _, _, unit = struct.unpack_from(">HHHB", frame)
            pdu = self._peer.answer(self, unit, frame[7:])
            if pdu is not None:
                self._transport.write(struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu)


def _point_at(table: Table, address: int) -> PointSpec:
    return next(spec for spec in POINTS.values() if spec.table is table and spec.address == address)
