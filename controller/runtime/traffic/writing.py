"""Writing: the last look before the wire, what came of it, and what is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from controller.domain.command import Cause, Command
from controller.domain.errors import (
    DeviceBusy,
    DeviceRefused,
    DoubtfulAnswer,
    Indeterminate,
    InvalidValue,
    LinkError,
    NotWritable,
)
from controller.domain.points import DeviceId
from controller.runtime.device_state import DeviceState
from controller.runtime.traffic.buttons import Buttons
from controller.runtime.traffic.line import Line
from controller.runtime.traffic.reading import Interrupted, Reader

BUSY_WRITE_PAUSE_S = 0.5
"""How long after a busy device's no a write is first tried again; twice as long each time, within its deadline."""
BUSY_WRITE_TRIES = 5
"""After so many refusals a write is given up, whatever time it has left."""
MOST_BETWEEN = 8
"""Writes that may pass between two requests of one read before the read goes on."""


class Writer:
    """Sends commands, one at a time, and tells the outcomes. Never sends one again unless it was certainly refused."""

    def __init__(self, line: Line, buttons: Buttons) -> None:
        self._line = line
        self._buttons = buttons
        self._refused: dict[str, int] = {}
        self.reader: Reader | None = None

    def between(self) -> Awaitable[None] | None:
        """See ``drivers.base.Between``."""
        now_s = self._line.clock.monotonic()
        if self._line.queue.waits(now_s) or self._buttons.next_s() <= now_s:
            return self._pass_by()
        return None

    async def _pass_by(self) -> None:
        line = self._line
        await self.tend_buttons()
        for _ in range(MOST_BETWEEN):
            command = line.queue.take(line.clock.monotonic(), self._can_pass)
            if command is None or not line.driver.connected:
                break
            await self._write_to(line.devices[command.write.device], command)
        if not line.driver.connected:
            raise Interrupted

    def _can_pass(self, device: DeviceId) -> bool:
        """Only a device read completely is written in the middle of a read; others are read first, in their turn."""
        state = self._line.devices[device]
        return state.complete and state.link.usable

    async def tend_buttons(self) -> None:
        """Let go of buttons that are due, and tell how their presses ended."""
        line = self._line
        if self._buttons.next_s() > line.clock.monotonic():
            return
        for held, failure in await self._buttons.work(line.clock.monotonic()):
            if failure is None:
                if not held.told:
                    line.outcomes.acked(held.command)
                self._look_soon(held.device, held.command)
                continue
            line.health.failed(failure)
            if not held.told:
                line.outcomes.unsure(
                    held.command, f"pressed, but letting go was not acknowledged 已按下，复位未应答: {failure}"
                )
            if isinstance(failure, LinkError) and not isinstance(failure, DoubtfulAnswer):
                line.failed(held.device, failure)
            else:
                self._look_soon(held.device, held.command)

    async def write(self, command: Command, connected: Awaitable[bool]) -> None:
        """Send a command to a device that was read completely since it last failed; fail it where it cannot be.

        One that is only doubted (a single lost reply) is read now, before the write; one that is out of reach is not
        waited for.
        """
        line = self._line
        device = line.devices[command.write.device]
        try:
            reachable = await connected and await self._read_since_trouble(device)
        except asyncio.CancelledError:
            line.outcomes.failed(command, Cause.OFFLINE, f"the wire {line.endpoint.name} was closed / 通信已关闭")
            raise
        if reachable:
            await self._write_to(device, command)
        else:
            name, state = device.binding.device, device.link.state.value
            line.outcomes.failed(command, Cause.OFFLINE, f"{name} is {state} / {name} 失联（{state}）")

    async def _read_since_trouble(self, device: DeviceState) -> bool:
        if not device.complete and device.link.usable and self.reader is not None:
            await self.reader.serve(device)
        return device.complete

    async def _write_to(self, device: DeviceState, command: Command) -> None:
        line = self._line
        spec = device.binding.points.get(command.write.point)
        if spec is not None and spec.pulse is not None and self._waits_for_pair(device, command):
            return
        if line.outcomes.last_look(command) is not None:
            self._refused.pop(command.id, None)
            return
        line.outcomes.sent(command)
        line.health.writes += 1
        try:
            if spec is not None and spec.pulse is not None:
                await self._buttons.press(device, command, self._buttons.chosen(device, command))
                return  # told once it was let go
            await line.driver.write(device.binding.device, command.write.point, command.write.value)
        except asyncio.CancelledError:
            line.outcomes.unsure(
                command, f"the wire {line.endpoint.name} was closed before the answer / 应答前通信已关闭"
            )
            raise
        except DeviceBusy as error:
            self._busy(command, error)
        except (LinkError, DeviceRefused, NotWritable, InvalidValue) as error:
            self._failed(device, command, error)
        else:
            self._acked(device, command)

    def _waits_for_pair(self, device: DeviceState, command: Command) -> bool:
        """Whether the press must wait; it is then back in the queue, where its deadline goes on."""
        now_s = self._line.clock.monotonic()
        try:
            spec = self._buttons.chosen(device, command)
        except InvalidValue:
            return False  # refused with its reason where it is sent
        at_s = self._buttons.wait_s(device, command, spec, now_s)
        if at_s > now_s:
            self._line.queue.put(command, at_s)
        return at_s > now_s

    # -- how it ended -------------------------------------------------------------------------------------------

    def _acked(self, device: DeviceState, command: Command) -> None:
        line = self._line
        self._refused.pop(command.id, None)
        device.written[command.write.point] = (command.write.value, line.clock.monotonic())
        line.outcomes.acked(command)
        self._look_soon(device, command)

    def _busy(self, command: Command, error: DeviceBusy) -> None:
        """A definite no: tried again within the command's own deadline, a few times, with every check anew."""
        line = self._line
        line.health.failed(error)
        tries = self._refused.get(command.id, 0) + 1
        at_s = line.clock.monotonic() + BUSY_WRITE_PAUSE_S * 2.0 ** (tries - 1)
        if tries > BUSY_WRITE_TRIES or at_s > command.not_after_s:
            self._refused.pop(command.id, None)
            line.outcomes.failed(command, Cause.DEVICE_REFUSED, f"{error}; given up after {tries} tries")
            return
        self._refused[command.id] = tries
        line.health.repeated += 1
        line.outcomes.waits(command, str(error))
        line.queue.put(command, at_s)

    def _failed(self, device: DeviceState, command: Command, error: Exception) -> None:
        line = self._line
        self._refused.pop(command.id, None)
        line.health.failed(error)
        if isinstance(error, DoubtfulAnswer):
            device.written.pop(command.write.point, None)
            line.outcomes.unsure(command, str(error))
            self._look_soon(device, command)
        elif isinstance(error, Indeterminate):
            device.written.pop(command.write.point, None)
            line.outcomes.unsure(command, str(error))
            line.failed(device, error)
            line.put(device, line.clock.monotonic())  # read back before anything else
        elif isinstance(error, LinkError):
            line.outcomes.failed(command, Cause.OFFLINE, str(error))
            line.failed(device, error)
        else:
            line.outcomes.failed(command, Cause.DEVICE_REFUSED, str(error))

    def _look_soon(self, device: DeviceState, command: Command) -> None:
        if self.reader is not None:
            self.reader.look_soon(device, command)
