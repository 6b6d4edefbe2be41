"""The wire to the device under test: any transport the drivers have, one request at a time, nothing written.

Raw words are read through the driver itself: a register is a point of its own (``u16`` without scale) of a device
that exists only here. So every transport, check and time-out is the one the controller will use.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from controller.domain.clock import Clock
from controller.domain.errors import ControllerError, DeviceBusy, DeviceRefused, LinkError
from drivers.base import Binding, Driver, Endpoint, Readings
from drivers.factory import make_driver
from drivers.opcua.around import ALONE, UaAround
from drivers.profile import PointSpec, PointType, Profile, Protocol, Table

BUSY_TRIES = 3
BUSY_WAIT_S = 0.5
MOST_LOSSES = 3
"""Silences in a row after which the device counts as not there."""
_CODE = re.compile(r"exception (\d+)")


@dataclass(frozen=True, slots=True)
class Subject:
    """The device under test. ``endpoint`` has no devices of its own; ``unit`` for Modbus, ``root`` for OPC UA."""

    endpoint: Endpoint
    profile: Profile
    unit: int = 1
    root: str = ""
    around: UaAround = ALONE
    """Certificates and trust list, for OPC UA."""

    @property
    def name(self) -> str:
        """How messages and the typed confirmation call it: ``10.20.6.9:502#1``."""
        place = self.endpoint.url.partition("://")[2].partition("?")[0].strip("/")
        return f"{place}#{self.unit if self.profile.protocol is Protocol.MODBUS else self.root or '-'}"

    def binding(self, device: str, points: Mapping[str, PointSpec]) -> Binding:
        """Some points of it as a device behind the endpoint."""
        return Binding(
            device,
            points,
            unit=self.unit,
            namespace=self.profile.namespace,
            root=self.root,
            max_gap=self.profile.max_gap,
            max_registers=self.profile.max_registers,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: readings, or why not. ``code`` is the Modbus exception where the device gave one."""

    readings: Readings = field(default_factory=dict)
    error: ControllerError | None = None

    @property
    def code(self) -> int | None:
        """The exception code the device answered with."""
        match = _CODE.search(str(self.error)) if isinstance(self.error, DeviceRefused) else None
        return int(match[1]) if match else None


class BenchLine:
    """Asks the devices of one endpoint, one request at a time with a pause between; connects again after a loss.

    ``asked`` counts the requests; ``losses`` the silences in a row.
    """

    def __init__(self, driver: Driver, clock: Clock, pause_s: float, most_losses: int = MOST_LOSSES) -> None:
        self._most_losses = most_losses
        self._driver = driver
        self._clock = clock
        self._pause_s = pause_s
        self.asked = 0
        self.losses = 0

    async def ask(self, device: str) -> Answer:
        """Read this device's points.

        Raises:
            LinkError: the wire is gone and can't be had again, or silent too often in a row.
        """
        for _ in range(BUSY_TRIES):
            answer = await self._once(device)
            if not isinstance(answer.error, DeviceBusy):
                return answer
            await self._clock.sleep(BUSY_WAIT_S)
        return answer

    async def _once(self, device: str) -> Answer:
        if not self._driver.connected:
            await self._driver.connect()
        if self.asked:
            await self._clock.sleep(self._pause_s)
        self.asked += 1
        try:
            readings = await self._driver.read(device)
        except DeviceRefused as refusal:
            self.losses = 0
            return Answer(error=refusal)
        except LinkError as lost:
            self.losses += 1
            if self.losses >= self._most_losses:
                raise
            return Answer(error=lost)
        self.losses = 0
        return Answer(readings)


@asynccontextmanager
async def bench_line(
    endpoint: Endpoint,
    bindings: Iterable[Binding],
    clock: Clock,
    pause_s: float,
    *,
    most_losses: int = MOST_LOSSES,
    around: UaAround = ALONE,
) -> AsyncIterator[BenchLine]:
    """Connected to the endpoint for as long as the block runs.

    Raises:
        ConfigError: the URL or a point can't be used on this wire. LinkDown: not reachable.
    """
    driver = make_driver(replace(endpoint, devices=tuple(bindings)), clock, opcua_around=around)
    try:
        await driver.connect()
        yield BenchLine(driver, clock, pause_s, most_losses)
    finally:
        await asyncio.shield(driver.close())


def raw_points(table: Table, first: int, count: int) -> dict[str, PointSpec]:
    """These registers or bits by themselves, named by their address."""
    kind = PointType.BOOL if table in (Table.COIL, Table.DISCRETE) else PointType.U16
    return {str(at): PointSpec(str(at), kind, table=table, address=at) for at in range(first, first + count)}


def words_of(readings: Readings) -> dict[int, int]:
    """Words by address, of readings of :func:`raw_points`; what was not read is missing."""
    return {int(name): int(one.value) for name, one in readings.items() if isinstance(one.value, (bool, int))}
