"""One station's registers as a plain Modbus TCP server: tables, addresses and types out of the profile's file."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.peers.plc import Station

TABLE = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS = 1, 2
Words = dict[tuple[str, int], int]


class ModbusStation:
    """``now_s`` is the polder's time. What nobody wired reads as zero within a table, beyond it not at all."""

    def __init__(self, station: Station, profile: Path, now_s: Callable[[], float]) -> None:
        self.station, self.port = station, 0
        self._now_s = now_s
        self._points = _points_of(yaml.safe_load(profile.read_text(encoding="utf-8")), station)
        self._at = {(spec["table"], spec["address"]): name for name, spec in self._points.items()}
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

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
                answer = self._answer(await reader.readexactly(length - 1))
                writer.write(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._lines.discard(writer)

    def _answer(self, request: bytes) -> bytes:
        function, first, what = struct.unpack(">BHH", request[:5])
        if function in TABLE:
            return self._read(function, first, what)
        if function in (5, 6):
            self._written("coil" if function == 5 else "holding", first, bool(what) if function == 5 else what)
        elif function == 15:
            for nth in range(what):
                self._written("coil", first + nth, bool(request[6 + nth // 8] >> nth % 8 & 1))
        elif function == 16:
            for nth, word in enumerate(struct.unpack(f">{what}H", request[6 : 6 + 2 * what])):
                self._written("holding", first + nth, word)
        else:
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        return request[:5]

    def _read(self, function: int, first: int, count: int) -> bytes:
        words, table = self._words(), TABLE[function]
        if first + count > 100:
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        values = [words.get((table, address), 0) for address in range(first, first + count)]
        if table in ("holding", "input"):
            return struct.pack(f">BB{count}H", function, 2 * count, *values)
        packed = sum(bit << nth for nth, bit in enumerate(values)).to_bytes((count + 7) // 8, "little")
        return bytes((function, len(packed))) + packed

    def _words(self) -> Words:
        """Every word and bit as it stands now."""
        station, words = self.station, Words()
        shown: dict[str, Any] = {**station.registers(self._now_s()), "mode_command": int(station.mode == "REMOTE")}
        shown |= {f"{name}.run_command": on for name, on in station.run_command.items()}
        shown |= {f"{name}.position_command": goal for name, goal in station.position_command.items()}
        for name, spec in self._points.items():
            for nth, word in enumerate(_encoded(spec, shown.get(name, 0))):
                words[spec["table"], spec["address"] + nth] = word
        return words

    def _written(self, table: str, address: int, value: int | bool) -> None:
        name = self._at.get((table, address))
        if name is not None:
            scaled = value if isinstance(value, bool) else value * float(self._points[name].get("scale", 1))
            self.station.written(name, scaled, self._now_s())


def _encoded(spec: Mapping[str, Any], value: Any) -> tuple[int, ...]:
    if spec["type"] == "f32":  # the low word first, as the profile says
        high, low = struct.unpack(">HH", struct.pack(">f", float(value)))
        return low, high
    return (round(float(value) / float(spec.get("scale", 1))) & 0xFFFF,)


def _points_of(profile: Mapping[str, Any], station: Station) -> dict[str, dict[str, Any]]:
    """The station's own points, and those of each unit and gate it has, at their addresses."""
    points = {name: dict(spec) for name, spec in profile["points"].items()}
    for group in profile["groups"]:
        for output in (one for one in (*station.pumps, *station.gates) if one.startswith(group["name"])):
            nth = int(output[1:]) - 1
            for name, spec in group["points"].items():
                points[f"{output}.{name}"] = spec | {"address": spec["address"] + nth * spec["stride"]}
    return points
