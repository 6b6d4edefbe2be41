"""Both clients of the field benchmarks: our driver, and bare pymodbus, the same transactions through each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

from pymodbus.client import AsyncModbusTcpClient

from controller.runtime.clocks import RealClock
from drivers.base import Binding, Endpoint
from drivers.modbus.driver import ModbusDriver
from drivers.profile import PointSpec, PointType, Table

HUNDRED = 100
"""Registers of one read, and the address they begin at (see peers/modbus_field.c)."""
TIMEOUT_S = 20.0
"""Ten thousand questions at once wait for each other, not for the device."""
AT_ONCE = 200
"""Connections opened side by side."""

POINTS = MappingProxyType(
    {
        f"p{n:03d}": PointSpec(f"p{n:03d}", PointType.U16, table=Table.HOLDING, address=HUNDRED + n, low=0, high=60_000)
        for n in range(HUNDRED)
    }
)
"""A hundred registers, a point in each, every one with its range."""

Rounds = Callable[[int], Awaitable[None]]
"""Do so many transactions, one after the other."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one transaction took: processor and wall time, µs."""

    cpu_us: float
    wall_us: float


async def cost(connections: Sequence[Rounds], rounds: int) -> Cost:
    """So many transactions on each connection, all connections at once."""
    count = len(connections) * rounds
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    await asyncio.gather(*(transact(rounds) for transact in connections))
    return Cost((time.process_time() - cpu_s) / count * 1e6, (time.perf_counter() - wall_s) / count * 1e6)


@asynccontextmanager
async def our_connections(port: int, count: int) -> AsyncIterator[list[Rounds]]:
    """Each reads its hundred registers into a hundred points."""
    drivers = [_driver(port, number) for number in range(count)]
    try:
        await in_groups([driver.connect for driver in drivers])
        yield [_ours(driver, _name(number)) for number, driver in enumerate(drivers)]
    finally:
        await in_groups([driver.close for driver in drivers])


@asynccontextmanager
async def bare_clients(port: int, count: int) -> AsyncIterator[list[AsyncModbusTcpClient]]:
    """pymodbus as it is, told to resend nothing and to reconnect to nothing."""
    clients = [
        AsyncModbusTcpClient("127.0.0.1", port=port, timeout=TIMEOUT_S, retries=0, reconnect_delay=0)
        for _ in range(count)
    ]
    try:
        await in_groups([client.connect for client in clients])
        yield clients
    finally:
        for client in clients:
            client.close()
        await asyncio.sleep(0.05)


def bare_reads(clients: Sequence[AsyncModbusTcpClient]) -> list[Rounds]:
    """Each reads the same hundred registers, and gets a list of integers."""
    return [_bare(client) for client in clients]


async def in_groups(calls: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """All of them, some hundreds at a time."""
    for begin in range(0, len(calls), AT_ONCE):
        await asyncio.gather(*(call() for call in calls[begin : begin + AT_ONCE]))


def _name(number: int) -> str:
    return f"330106-LC-{number:05d}"


def _driver(port: int, number: int) -> ModbusDriver:
    binding = Binding(_name(number), POINTS)
    return ModbusDriver(Endpoint(binding.device, f"modbus+tcp://127.0.0.1:{port}", (binding,), TIMEOUT_S), RealClock())


def _ours(driver: ModbusDriver, device: str) -> Rounds:
    async def transact(rounds: int) -> None:
        for _ in range(rounds):
            readings = await driver.read(device)
            assert len(readings) == HUNDRED

    return transact


def _bare(client: AsyncModbusTcpClient) -> Rounds:
    async def transact(rounds: int) -> None:
        for _ in range(rounds):
            answer = await client.read_holding_registers(HUNDRED, count=HUNDRED, device_id=1)
            assert not answer.isError()
            assert len(answer.registers) == HUNDRED

    return transact
