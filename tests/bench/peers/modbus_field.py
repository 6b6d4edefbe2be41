"""``python modbus_field.py FOLLOW_MS``: what ``modbus_field.c`` is, in Python, for machines without a compiler."""

from __future__ import annotations

import asyncio
import os
import resource
import struct
import sys
import time
from typing import cast

REGISTERS, CIRCUITS, COMMANDS, SHOWN, SWITCH, MEASURED, HUNDRED = 200, 8, 1, 9, 12, 24, 100


class Device(asyncio.Protocol):
    """One connection, one cabinet."""

    follow_s = 0.0

    def __init__(self) -> None:
        self._registers = [0] * REGISTERS
        self._registers[SWITCH] = 1
        self._registers[MEASURED : MEASURED + 9] = [2300] * 3 + [512] * 3 + [1100] * 3
        self._registers[HUNDRED:] = [100 + number for number in range(HUNDRED, REGISTERS)]
        self._commanded = self._moved = 0
        self._commanded_s = 0.0
        self._had = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        data = self._had + data
        while len(data) >= 12 and len(data) >= 6 + data[5]:
            end = 6 + data[5]
            pdu = self._answer(data[7:end])
            self._transport.write(data[:4] + struct.pack(">HB", len(pdu) + 1, data[6]) + pdu)
            data = data[end:]
        self._had = data

    def _answer(self, asked: bytes) -> bytes:
        function, address, count = struct.unpack(">BHH", asked[:5])
        if function in (1, 2) and address + count <= CIRCUITS:
            bits = self._commanded if function == 1 else self._shown()
            return bytes((function, 1, bits >> address & (1 << count) - 1))
        if function in (3, 4) and address + count <= REGISTERS:
            return self._read(function, address, count)
        if function == 5 and address < CIRCUITS:
            self._set(COMMANDS + address, int(count == 0xFF00))
            return asked
        if function == 6 and address < REGISTERS:
            self._set(address, count)
            return asked
        if function == 16 and address + count <= REGISTERS:
            self._set_all(address, asked[6:])
            return asked[:5]
        if function == 23 and address + count <= REGISTERS:
            self._set_all(struct.unpack(">H", asked[5:7])[0], asked[10:])
            return self._read(function, address, count)
        return bytes((function | 0x80, 2))

    def _read(self, function: int, address: int, count: int) -> bytes:
        self._moved += 1
        words = self._registers
        words[SHOWN] = self._shown()
        for number in range(3):
            words[MEASURED + number] = 2300 + (self._moved + number) % 7
            words[MEASURED + 3 + number] = 512 + (self._moved + number) % 5
        for number in range(HUNDRED, REGISTERS, 10):
            words[number] = 100 + number + self._moved % 50
        return struct.pack(f">BB{count}H", function, 2 * count, *words[address : address + count])

    def _set_all(self, address: int, data: bytes) -> None:
        for number, (value,) in enumerate(struct.iter_unpack(">H", data)):
            self._set(address + number, value)

    def _set(self, address: int, value: int) -> None:
        if COMMANDS <= address < COMMANDS + CIRCUITS:
            self._shown()
            bit = 1 << address - COMMANDS
            self._commanded = self._commanded | bit if value else self._commanded & ~bit
            self._commanded_s = time.monotonic()
        self._registers[address] = value

    def _shown(self) -> int:
        if time.monotonic() - self._commanded_s >= self.follow_s:
            self._registers[SHOWN] = self._commanded
        return self._registers[SHOWN]


class SilentDevice(asyncio.Protocol):
    """Accepts and says nothing."""


def _heard(ended: asyncio.Event) -> None:
    if not os.read(0, 64):
        ended.set()


async def main(follow_ms: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Device.follow_s = follow_ms / 1e3
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    doors = [await loop.create_server(kind, "127.0.0.1", 0, backlog=4096) for kind in (Device, SilentDevice)]
    refusing = await loop.create_server(SilentDevice, "127.0.0.1", 0, start_serving=False)
    print(*(door.sockets[0].getsockname()[1] for door in (*doors, refusing)), flush=True)
    loop.add_reader(0, _heard, ended)
    await ended.wait()
    os._exit(0)


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(main(int(sys.argv[1])))
    else:
        uvloop.run(main(int(sys.argv[1])))
