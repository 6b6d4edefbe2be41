"""RTU on a serial line: several devices share it, replies have no number, and the line is kept through doubt.

Closing a serial port would not stop a late answer from arriving, and would cut off the other devices on the line. So
instead of closing, whoever got no right answer waits until no late one can come any more, and what comes meanwhile is
thrown away. A caller that gave up can't wait, so there the port is closed.
"""

from __future__ import annotations

import asyncio
import termios

import serial  # type: ignore[import-untyped]  # its stubs are a package of their own, not installed
import serial_asyncio_fast

from controller.domain.errors import ControllerError, LinkDown
from drivers.modbus.address import SerialAddress
from drivers.modbus.frames import Request
from drivers.modbus.framing import RTU
from drivers.modbus.wire import Wire

TICK_S = 0.001
"""Shortest wait worth asking the event loop for."""
BABBLE_S = 1.0
"""A line that is not silent for this long beyond its time is closed."""


async def open_serial(address: SerialAddress, timeout_s: float, drain_s: float) -> SerialWire:
    """Open the port for this program alone and forget what lies in its buffer.

    Raises:
        LinkDown: no such port, in use, or it can't be set to these parameters.
    """
    wire = SerialWire(address, timeout_s, drain_s)
    try:
        port = serial.Serial(
            address.device, address.baudrate, parity=address.parity, stopbits=address.stopbits, exclusive=True
        )
        try:
            port.reset_input_buffer()
            await serial_asyncio_fast.connection_for_serial(asyncio.get_running_loop(), lambda: wire, port)
        except BaseException:
            port.close()
            raise
    except (OSError, ValueError, termios.error) as error:
        raise LinkDown(
            f"serial port {address.device} cannot be opened ({error}): is it there, may this user open it, does no "
            "other program have it, and can it do this speed and parity?"
        ) from None
    await asyncio.sleep(0)  # the library says connection_made in the loop's next round
    return wire


class SerialWire(Wire):
    """The line. Made by :func:`open_serial`; ``drain_s`` as in :class:`drivers.modbus.address.SerialAddress`."""

    __slots__ = ("_doubting", "_drain_s", "_silence_s")

    def __init__(self, address: SerialAddress, timeout_s: float, drain_s: float) -> None:
        super().__init__(address.device, timeout_s, RTU)
        self._silence_s = address.silence_s
        self._drain_s = drain_s
        self._doubting = False

    async def ask(self, request: Request) -> bytes:
        """See :class:`Wire`. Waits for silence first; a failure is told once no late answer can come any more.

        Raises:
            LinkDown: also when the line is never silent; nothing was sent then.
        """
        try:
            if not await self._silent(self._silence_s, self._loop.time() + BABBLE_S):
                raise LinkDown(
                    f"{self._name} is never silent: noise, a second master or a device that babbles; "
                    f"{request.about} was not sent"
                )
            return await super().ask(request)
        except asyncio.CancelledError:
            self._drop()
            raise
        except ControllerError:
            if self._doubting:
                await self._drained()
            raise

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self.heard_s = self._loop.time()
        super().data_received(data)

    async def _drained(self) -> None:
        """Wait until the answer that did not come can be taken for nothing else."""
        self._doubting = False
        until_s = (self.doubt_s or 0.0) + self._drain_s
        try:
            await asyncio.sleep(max(0.0, until_s - self._loop.time()))
            await self._silent(self._silence_s, self._loop.time() + BABBLE_S)
        except asyncio.CancelledError:
            self._drop()
            raise
        self._buffer = b""
        self.doubt_s = None

    async def _silent(self, silence_s: float, limit_s: float) -> bool:
        """Wait until nothing was heard for ``silence_s``; False, and the port closed, when that is never so."""
        while (wait_s := self.heard_s + silence_s - self._loop.time()) > 0:
            if self._loop.time() > limit_s:
                self._drop()
                return False
            await asyncio.sleep(max(wait_s, TICK_S))
        return True

    def _consequence(self) -> str:
        return "late bytes are thrown away"

    def _doubted(self) -> None:
        self._buffer = b""
        self._doubting = True

    def _unasked(self, data: bytes) -> None:
        """Noise, or an answer too late: thrown away, and the next question waits for silence."""
