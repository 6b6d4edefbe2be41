"""Registers of one device, a block at a time, at the pace of the city."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from controller.domain.errors import LinkDown
from controller.domain.points import DeviceId
from controller.domain.timetables import TimetableLayout
from controller.logic.timetables_codec import Image
from controller.runtime.channel import Channel
from drivers.base import Driver

MOST_READ = 120
Asking = Callable[[Callable[[Driver], Awaitable[Any]]], Awaitable[Any]]


class Port:
    """One device's registers through its channel. ``pause_s`` is waited after each request, off the wire, by ``sleep``.

    Raises (every method):
        LinkDown: the device is not online (any more). ControllerError: what the driver said.
    """

    def __init__(
        self,
        device: DeviceId,
        channel: Callable[[DeviceId], Channel | None],
        sleep: Callable[[float], Awaitable[None]],
        pause_s: float = 0.0,
    ) -> None:
        self.device = device
        self.sleep = sleep
        self._channel = channel
        self._pause_s = pause_s

    async def read(self, address: int, count: int) -> tuple[int, ...]:
        """These registers, in one request; no pause (whoever measures time must not wait)."""
        device = self.device

        async def act(driver: Driver) -> Sequence[int]:
            return await driver.read_registers(device, address, count)

        return tuple(await self._ask(act))

    async def write(self, address: int, words: Sequence[int]) -> None:
        """These registers, in one request."""
        device = self.device

        async def act(driver: Driver) -> None:
            await driver.write_registers(device, address, words)

        await self._ask(act)
        await self.sleep(self._pause_s)

    async def read_all(self, address: int, count: int, most: int) -> tuple[int, ...]:
        """Any number of registers, in as many requests as it takes."""
        words: list[int] = []
        for at in range(0, count, most):
            words += await self.read(address + at, min(most, count - at))
            await self.sleep(self._pause_s)
        return tuple(words)

    async def image(self, layout: TimetableLayout) -> Image:
        """The whole table as it stands."""
        words = await self.read_all(layout.address, layout.registers, min(MOST_READ, layout.max_registers))
        return Image(words, await self.assigned(layout))

    async def assigned(self, layout: TimetableLayout) -> tuple[int, ...]:
        """The registers that say which program each output follows."""
        said = layout.assignment
        if said is None:
            return ()
        return await self.read_all(said.address, (said.outputs - 1) * said.stride + 1, layout.max_registers)

    async def _ask(self, act: Callable[[Driver], Awaitable[Any]]) -> Any:
        channel = self._channel(self.device)
        if channel is None:
            raise LinkDown(f"{self.device} has left the configuration; nothing was sent")
        return await channel.ask(self.device, act)
