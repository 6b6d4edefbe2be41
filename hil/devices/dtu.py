"""A simulated DTU: dials in to the centre, says who it is, and passes bytes on between the centre and its device."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from drivers.modbus.address import DialInAddress

REDIAL_S = 2.0
"""Between two tries (event-loop seconds)."""
HEARTBEAT_S = 20.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where the centre listens; dialled on this machine


class Dtu:
    """One DTU. ``device_port``: where on this machine the device behind it listens, framed as the address says."""

    def __init__(self, address: DialInAddress, device_port: int) -> None:
        self._address = address
        self._device_port = device_port
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Dial now, and again whenever the connection is lost."""
        self._task = asyncio.create_task(self._keep_dialling(), name=f"dtu {self._address.registration!r}")

    async def stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _keep_dialling(self) -> None:
        host = _EVERYWHERE.get(self._address.host, self._address.host)
        while True:
            with suppress(OSError):
                centre, to_centre = await asyncio.open_connection(host, self._address.port)
                try:
                    await self._serve(centre, to_centre)
                finally:
                    to_centre.transport.abort()
            await asyncio.sleep(REDIAL_S)

    async def _serve(self, centre: asyncio.StreamReader, to_centre: asyncio.StreamWriter) -> None:
        """Until either end is lost."""
        to_centre.write(self._address.registration)
        device, to_device = await asyncio.open_connection("127.0.0.1", self._device_port)
        passing = [
            asyncio.ensure_future(_pass_on(centre, to_device)),
            asyncio.ensure_future(_pass_on(device, to_centre)),
            asyncio.ensure_future(self._beat(to_centre)),
        ]
        try:
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)
            to_device.transport.abort()

    async def _beat(self, to_centre: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if self._address.heartbeat:
                to_centre.write(self._address.heartbeat)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
