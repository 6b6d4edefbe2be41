"""A cabinet of the suite's own that answers rightly until it is told how to misbehave, and counts what it is sent."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.contract.faults.framing import Asked, Framing, first_request

UNIT = 1
COIL_COUNT, WORDS = 4, 4
LOCAL, REMOTE = 0, 1
READ_COILS, READ_HOLDING, WRITE_COIL = 1, 3, 5
REBOOT_S = 3.0
LIE = 666
"""The voltage that stands in every reply no one may believe."""
READS, WRITES = frozenset({READ_COILS, READ_HOLDING}), frozenset({WRITE_COIL})


@dataclass(frozen=True, slots=True)
class Fault:
    """How a request is answered wrongly. ``acts``: whether a write took effect before.

    ``reply`` is given the line, the request, the right PDU and a PDU with a lie in it.
    """

    reply: Callable[[Line, Asked, bytes, bytes], None]
    acts: bool = True


@dataclass(slots=True)
class Trouble:
    """A fault, the functions it strikes, and how many more replies (None: until healed)."""

    fault: Fault
    functions: frozenset[int]
    left: int | None = None

    def strikes(self, function: int) -> bool:
        if function not in self.functions or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class FaultyCabinet:
    """One cabinet on one port. Its voltage is register 0, its auxiliary contacts the bits of register 1."""

    framing: Framing
    coils: list[bool] = field(default_factory=lambda: [False] * COIL_COUNT)
    voltage: int = 230
    trouble: Trouble | None = None
    dead_contactors: bool = False
    rebooting: bool = False
    asked: list[Asked] = field(default_factory=list)
    writes: list[tuple[int, bool]] = field(default_factory=list)
    acted: int = 0
    lines: list[Line] = field(default_factory=list)
    connections: int = 0
    most_lines: int = 0
    port: int = 0
    truths: list[tuple[float, int, int]] = field(default_factory=list)
    """``(since_s, voltage, contacts)``: what was really so, to hold against what people were shown."""
    contacts: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"{self.framing.value}://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Be reachable; at the same port as before, if there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Line(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.note()

    async def vanish(self) -> None:
        """Be gone: connections are refused, those that were are reset."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for line in list(self.lines):
            line.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)

    async def reboot(self) -> None:
        """Lose every output and be gone for a moment."""
        self.rebooting = True
        await self.vanish()
        self.coils = [False] * COIL_COUNT
        self.contacts = 0
        self.note()
        await asyncio.sleep(REBOOT_S)
        await self.listen()
        self.rebooting = False

    async def heal(self) -> None:
        """Be there, answer rightly and act again, on every line that is not dead for ever."""
        self.trouble, self.dead_contactors = None, False
        if self._server is None and not self.rebooting:
            await self.listen()

    def note(self) -> None:
        """Remember what is really so from now on."""
        self.truths.append((asyncio.get_running_loop().time(), self.voltage, self.contacts))

    def show(self, voltage: int) -> None:
        """The voltage is another from now on."""
        self.voltage = voltage
        self.note()

    def was(self, voltage: object, from_s: float, to_s: float) -> bool:
        """Whether the voltage really was this at some time between the two."""
        return any(true == voltage for true in self._between(from_s, to_s, 1))

    def contact_was(self, index: int, closed: object, from_s: float, to_s: float) -> bool:
        """Whether this auxiliary contact really was so at some time between the two."""
        return any(bool(contacts >> index & 1) is closed for contacts in self._between(from_s, to_s, 2))

    def _between(self, from_s: float, to_s: float, column: int) -> list[int]:
        ends = [later[0] for later in self.truths[1:]] + [float("inf")]
        held = zip(self.truths, ends, strict=True)
        return [int(truth[column]) for truth, end_s in held if truth[0] <= to_s and end_s >= from_s]

    # -- requests -----------------------------------------------------------------------------------------------

    def answer(self, line: Line, asked: Asked) -> None:
        """Act and reply, wrongly where told to."""
        self.asked.append(asked)
        if asked.function == WRITE_COIL:
            address, state = struct.unpack(">HH", asked.pdu[1:])
            self.writes.append((address, state == 0xFF00))
        struck = self.trouble is not None and self.trouble.strikes(asked.function)
        fault = self.trouble.fault if struck and self.trouble is not None else None
        if asked.function == WRITE_COIL and (fault is None or fault.acts):
            self._switch(*self.writes[-1])
        right = self._right(asked)
        if fault is None:
            line.send(asked.framed(right))
        else:
            fault.reply(line, asked, right, self._lie(asked, right))

    def _switch(self, index: int, on: bool) -> None:
        self.acted += 1
        self.coils[index] = on
        if not self.dead_contactors:
            bit = 1 << index
            self.contacts = self.contacts | bit if on else self.contacts & ~bit
            self.note()

    def _right(self, asked: Asked) -> bytes:
        if asked.function == WRITE_COIL:
            return asked.pdu
        _, start, count = struct.unpack(">BHH", asked.pdu)
        if asked.function == READ_COILS:
            packed = sum(on << i for i, on in enumerate(self.coils[start : start + count]))
            return bytes((READ_COILS, 1, packed))
        if asked.function == READ_HOLDING:
            words = [self.voltage, self.contacts, REMOTE, 0][start : start + count]
            return struct.pack(f">BB{count}H", READ_HOLDING, 2 * count, *words)
        return bytes((asked.function | 0x80, 1))

    def _lie(self, asked: Asked, right: bytes) -> bytes:
        """An answer of the right shape that is not true: other registers, every contact turned round."""
        if asked.function == READ_HOLDING:
            words = struct.unpack(f">{right[1] // 2}H", right[2:])
            lies = [LIE, ~words[1] & 0xF, LOCAL, 0]
            return right[:2] + struct.pack(f">{len(words)}H", *lies[: len(words)])
        if asked.function == READ_COILS:
            return right[:2] + bytes((~right[2] & 0xF,))
        return right


class Line(asyncio.Protocol):
    """One connection of a client. ``dead``: whatever comes over it from now on reaches nobody, and nothing leaves."""

    def __init__(self, cabinet: FaultyCabinet) -> None:
        self.cabinet = cabinet
        self._buffer = b""
        self.dead = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        cabinet = self.cabinet
        cabinet.lines.append(self)
        cabinet.connections += 1
        cabinet.most_lines = max(cabinet.most_lines, len(cabinet.lines))

    def connection_lost(self, _exc: Exception | None) -> None:
        self.cabinet.lines.remove(self)

    def data_received(self, data: bytes) -> None:
        if self.dead:
            return
        self._buffer += data
        while True:
            asked, self._buffer = first_request(self.cabinet.framing, self._buffer)
            if asked is None:
                return
            self.cabinet.answer(self, asked)

    def send(self, data: bytes) -> None:
        if not self.dead and not self.transport.is_closing():
            self.transport.write(data)

    def send_later(self, after_s: float, data: bytes) -> None:
        asyncio.get_running_loop().call_later(after_s, self.send, data)
