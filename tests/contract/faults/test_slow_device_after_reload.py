"""A slow device behind a DTU answers the driver of before a reload over the connection of the one after it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from controller.domain.errors import LinkError
from controller.domain.points import Value
from controller.domain.quality import Quality
from drivers.base import Binding, Driver, Endpoint
from drivers.factory import make_driver
from drivers.modbus.dialin import DialIns
from drivers.profile import PointSpec, PointType, Table
from tests.contract.faults.framing import Asked, Framing, first_request
from tests.contract.peers.device import LoopClock

METER = "330106-LC-0001"
SLOW_S, TIMEOUT_S = 1.0, 2.0
POINTS = {
    name: PointSpec(name, PointType.U16, table=Table.HOLDING, address=address)
    for name, address in (("import_kwh", 0), ("export_kwh", 100))
}


class SlowMeter:
    """Works on one question after the other; whoever is connected by then is given the answer."""

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.lines: list[asyncio.Transport] = []
        self.questions: asyncio.Queue[Asked] = asyncio.Queue()

    async def work(self) -> None:
        while True:
            asked = await self.questions.get()
            await asyncio.sleep(SLOW_S)
            _, address, count = struct.unpack(">BHH", asked.pdu)
            if self.lines:
                self.lines[-1].write(asked.framed(struct.pack(f">BB{count}H", 3, 2 * count, *[1000 + address] * count)))


class _Dtu(asyncio.Protocol):
    def __init__(self, meter: SlowMeter) -> None:
        self._meter = meter
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._meter.lines.append(transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._meter.lines.remove(self._transport)

    def data_received(self, data: bytes) -> None:
        asked, self._buffer = first_request(self._meter.framing, self._buffer + data)
        if asked is not None:
            self._meter.questions.put_nowait(asked)


@asynccontextmanager
async def metered(framing: Framing) -> AsyncIterator[Endpoint]:
    """A meter at work behind a DTU."""
    meter = SlowMeter(framing)
    server = await asyncio.get_running_loop().create_server(lambda: _Dtu(meter), "127.0.0.1", 0)
    working = asyncio.create_task(meter.work())
    try:
        url = f"{framing.value}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield Endpoint("dtu-1", url, (Binding(METER, POINTS, unit=1),), TIMEOUT_S)
    finally:
        working.cancel()
        await asyncio.wait([working])
        server.close()
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("framing", Framing)
async def test_no_answer_to_the_driver_of_before_is_taken_for_one_to_the_driver_of_after(framing: Framing) -> None:
    async with metered(framing) as endpoint:
        shared = DialIns()
        before = make_driver(endpoint, LoopClock(), dial_ins=shared)
        await before.connect()
        reading = asyncio.create_task(before.read(METER))
        await asyncio.sleep(SLOW_S / 2)
        reading.cancel()
        await asyncio.wait([reading])
        await before.close()

        after = make_driver(endpoint, LoopClock(), dial_ins=shared)
        assert await first_good(after) == {"import_kwh": 1000, "export_kwh": 1100}
        await after.close()


async def first_good(driver: Driver) -> dict[str, Value | None]:
    """What is shown once the device was read; where that fails it is tried again later, as a channel does."""
    for _ in range(3):
        try:
            if not driver.connected:
                await driver.connect()
            readings = await driver.read(METER)
            return {name: reading.value for name, reading in readings.items() if reading.quality is Quality.GOOD}
        except LinkError:
            await asyncio.sleep(TIMEOUT_S)
    pytest.fail("the meter was never read")
