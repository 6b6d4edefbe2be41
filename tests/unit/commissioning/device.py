"""A Modbus TCP device made to be commissioned: its registers are what a test put there, its faults what it asks for."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from drivers.base import Endpoint
from drivers.modbus.codec import to_words
from drivers.profile import PointSpec, Profile, Protocol, Table

TABLES = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
WRITES = {5: Table.COIL, 6: Table.HOLDING, 16: Table.HOLDING}


@dataclass
class Device:
    """What is not in ``memory`` is answered with exception 2. ``written`` is called with every write that arrived."""

    memory: dict[Table, dict[int, int]] = field(default_factory=lambda: {table: {} for table in Table})
    units: tuple[int, ...] = (1,)
    gateway: bool = False
    """Units that are not there: exception 11 instead of silence."""
    identity: bytes = b""
    written: Callable[[Table, int, int], None] = lambda _table, _address, _word: None
    deaf: int = 0
    """So many writes are acted upon and never answered; the connection ends instead."""
    refuses: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)
    """Unit and function of every request."""
    writes: list[tuple[int, int]] = field(default_factory=list)
    """Address and word of every write."""
    lines: set[asyncio.StreamWriter] = field(default_factory=set)
    open_lines: int = 0
    away: bool = False
    """New connections are closed at once."""

    def put(self, spec: PointSpec, value: bool | float | str, shift: int = 0) -> None:
        """Let a point show this value, ``shift`` registers beside where its profile looks."""
        assert spec.table is not None
        for offset, word in enumerate(to_words(spec, value)):
            self.memory[spec.table][spec.address + shift + offset] = word

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.close()
            return
        self.lines.add(writer)
        self.open_lines += 1
        try:
            while True:
                transaction, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                pdu = await reader.readexactly(length - 1)
                self.asked.append((unit, pdu[0]))
                if pdu[0] in WRITES and self.deaf:
                    self.deaf -= 1
                    self.act(pdu)
                    return
                reply = self.reply(unit, pdu)
                if reply is not None:
                    writer.write(struct.pack(">HHHB", transaction, 0, len(reply) + 1, unit) + reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open_lines -= 1
            self.lines.discard(writer)
            writer.close()

    def reply(self, unit: int, pdu: bytes) -> bytes | None:
        if unit not in self.units:
            return bytes((pdu[0] | 0x80, 11)) if self.gateway else None
        if pdu[0] == 43:
            return self.identity or bytes((0xAB, 1))
        return self.act(pdu)

    def act(self, pdu: bytes) -> bytes:
        function = pdu[0]
        if function in TABLES:
            address, count = struct.unpack(">HH", pdu[1:5])
            words = [self.memory[TABLES[function]].get(address + n) for n in range(count)]
            return (
                self._shown(function, [w for w in words if w is not None])
                if None not in words
                else self._no(function, 2)
            )
        if self.refuses:
            return self._no(function, 3)
        address, word = struct.unpack(">HH", pdu[1:5])
        words = list(struct.unpack(f">{pdu[5] // 2}H", pdu[6:])) if function == 16 else [word]
        for offset, one in enumerate(words):
            stored = int(one == 0xFF00) if function == 5 else one
            self.writes.append((address + offset, stored))
            self.memory[WRITES[function]][address + offset] = stored
            self.written(WRITES[function], address + offset, stored)
        return pdu[:5]

    def _shown(self, function: int, words: list[int]) -> bytes:
        if function in (3, 4):
            return struct.pack(f">BB{len(words)}H", function, 2 * len(words), *words)
        packed = sum(1 << n for n, word in enumerate(words) if word).to_bytes((len(words) + 7) // 8, "little")
        return bytes((function, len(packed))) + packed

    def _no(self, function: int, code: int) -> bytes:
        return bytes((function | 0x80, code))

    def hang_up(self) -> None:
        """End every connection."""
        for line in list(self.lines):
            line.transport.abort()


@asynccontextmanager
async def listening(device: Device) -> AsyncIterator[Endpoint]:
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Endpoint("bench", f"modbus+tcp://127.0.0.1:{port}", (), 2.0)
    finally:
        server.close()
        device.hang_up()
        await server.wait_closed()
        for _ in range(5):
            await asyncio.sleep(0)


def profile(*specs: PointSpec, **changes: object) -> Profile:
    return replace(
        Profile("bench", "bench", Protocol.MODBUS, {spec.name: spec for spec in specs}, max_gap=0), **changes
    )  # type: ignore[arg-type]  # fields of Profile
