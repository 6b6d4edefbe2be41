"""Our driver against libmodbus as an RTU slave: on a serial line, and behind a serial-to-TCP converter (DTU)."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from controller.domain.errors import Indeterminate, NoReply
from controller.domain.quality import Quality
from drivers.base import Driver
from drivers.factory import make_driver
from tests.integration.modbus_peers import DEVICE, HELD, Peer, RealClock, endpoint, libmodbus_server, running

LINE = "baudrate=19200&parity=N"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> str:
    return libmodbus_server(tmp_path_factory.mktemp("peers"))


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    """One end of a line: where its bytes are had, and the name it has as a serial port."""
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    try:
        yield ours, os.ttyname(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


class Cable:
    """Carries bytes from one descriptor to another as they come; ``cut`` swallows them."""

    def __init__(self) -> None:
        self.cut = False
        self._joined: list[int] = []

    def join(self, one: int, other: int) -> None:
        self.lead(one, other)
        self.lead(other, one)

    def lead(self, source: int, target: int) -> None:
        asyncio.get_running_loop().add_reader(source, self._carry, source, target)
        self._joined.append(source)

    def part(self) -> None:
        for source in self._joined:
            asyncio.get_running_loop().remove_reader(source)

    def _carry(self, source: int, target: int) -> None:
        with suppress(OSError):
            data = os.read(source, 512)
            if not self.cut:
                os.write(target, data)


@asynccontextmanager
async def on_a_line(compiled: str) -> AsyncIterator[tuple[Driver, Peer, Cable]]:
    """Driver and device at the two ends of a serial line."""
    with terminal() as (near, port), terminal() as (far, device), running(compiled, "rtu", device) as peer:
        cable = Cable()
        cable.join(near, far)
        driver = make_driver(endpoint(f"modbus+rtu://{port}?{LINE}"), RealClock())
        try:
            await driver.connect()
            yield driver, peer, cable
        finally:
            await driver.close()
            cable.part()


@asynccontextmanager
async def behind_a_converter(compiled: str) -> AsyncIterator[tuple[Driver, Peer, Cable]]:
    """The device on a serial line whose other end is a TCP port."""
    with terminal() as (far, device), running(compiled, "rtu", device) as peer:
        cable = Cable()
        loop = asyncio.get_running_loop()
        converter = await loop.create_server(lambda: _Converter(far, cable), "127.0.0.1", 0)
        driver = make_driver(
            endpoint(f"modbus+rtu+tcp://127.0.0.1:{converter.sockets[0].getsockname()[1]}"), RealClock()
        )
        try:
            await driver.connect()
            yield driver, peer, cable
        finally:
            await driver.close()
            converter.close()
            await converter.wait_closed()
            await asyncio.sleep(0.05)


class _Converter(asyncio.Protocol):
    """What a DTU does: bytes from the network onto the line and back, understanding none of them."""

    def __init__(self, line: int, cable: Cable) -> None:
        self._line, self._cable = line, cable
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        asyncio.get_running_loop().add_reader(self._line, self._up)

    def connection_lost(self, _exc: Exception | None) -> None:
        asyncio.get_running_loop().remove_reader(self._line)

    def data_received(self, data: bytes) -> None:
        os.write(self._line, data)

    def _up(self) -> None:
        data = os.read(self._line, 512)
        if not self._cable.cut:
            self._transport.write(data)


WAYS = pytest.mark.parametrize("way", [on_a_line, behind_a_converter])


@WAYS
def test_every_type_reads_as_the_device_put_it(way, compiled: str) -> None:  # type: ignore[no-untyped-def]  # one of WAYS
    async def read() -> None:
        async with way(compiled) as (driver, _, _):
            readings = await driver.read(DEVICE)
            assert {reading.quality for reading in readings.values()} == {Quality.GOOD}
            found = {name: reading.value for name, reading in readings.items()}
            assert found.pop("level_m") == pytest.approx(2.68, rel=1e-6)
            assert found == HELD

    asyncio.run(read())


@WAYS
def test_every_function_that_writes_is_acknowledged_once_and_reads_back(way, compiled: str) -> None:  # type: ignore[no-untyped-def]  # one of WAYS
    async def write() -> None:
        async with way(compiled) as (driver, peer, _):
            wanted = {"run": True, "setpoint": 62.5, "target_m": 1.25, "text": "前方积水", "lamp": True}
            for point, value in wanted.items():
                await driver.write(DEVICE, point, value)
            readings = await driver.read(DEVICE)
            assert {point: readings[point].value for point in wanted} == wanted
            asked = peer.asked(last=1)
            assert [one for one in asked if one > 4] == [5, 6, 16, 16, 22]

    asyncio.run(write())


@WAYS
def test_a_device_that_is_silent_for_once_is_read_rightly_afterwards(way, compiled: str) -> None:  # type: ignore[no-untyped-def]  # one of WAYS
    async def doubt() -> None:
        async with way(compiled) as (driver, peer, cable):
            cable.cut = True
            with pytest.raises(NoReply):
                await driver.read(DEVICE)
            cable.cut = False
            if not driver.connected:
                await driver.connect()
            found = await driver.read(DEVICE)
            assert found["signed"].value == HELD["signed"]
            cable.cut = True
            with pytest.raises(Indeterminate):
                await driver.write(DEVICE, "run", True)
            cable.cut = False
            if not driver.connected:
                await driver.connect()
            await driver.read(DEVICE)
            assert peer.asked(last=1).count(5) <= 1

    asyncio.run(doubt())
