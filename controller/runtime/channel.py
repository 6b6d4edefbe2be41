"""One endpoint's traffic: one request in flight, writes before polls, fair between the devices behind it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from zlib import crc32

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Cause, Command
from controller.domain.errors import (
    DeviceBusy,
    DeviceRefused,
    Indeterminate,
    InvalidValue,
    LinkDown,
    LinkError,
    NotWritable,
)
from controller.domain.image import LinkState
from controller.domain.points import DeviceId
from controller.runtime.device_state import DeviceState
from controller.runtime.outcomes import Outcomes
from controller.runtime.poll_pace import PollPace
from controller.runtime.table import ImageTable
from controller.runtime.waker import Waker
from controller.settings.timing import Timing
from drivers.base import Binding, Driver, Endpoint, Readings
from drivers.link import Link, LinkPolicy
from drivers.profile import Poll, Role

log = structlog.get_logger("channel")

AFTER_WRITE_S = 0.2
"""First look at a device's feedback after a write: a contactor has moved within 0.1 s."""
LOOK_EVERY_S = 2.0
"""How often a subscribed device is read while a proof is awaited from it: a report may be late."""
BEAT_WITHIN = 0.7
"""A heartbeat is never further from the last than this share of the silence the device bears."""
PACE_S = 1.0
"""A poll that waits for its turn is called; it asks again by itself after this long (real seconds)."""
BUSY_PAUSE_S = 1.0
"""How long a device that said busy (Modbus exception 6) is left alone."""
_ROUTINE = frozenset({Poll.FAST, Poll.NORMAL})


class Channel:
    """Runs one driver for ever: connects, polls, writes, notices loss. ``run`` ends only by cancellation."""

    def __init__(
        self,
        endpoint: Endpoint,
        driver: Driver,
        *,
        clock: Clock,
        table: ImageTable,
        timing: Timing,
        outcomes: Outcomes,
        connects: asyncio.Semaphore,
        pace: PollPace | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._driver = driver
        self._clock = clock
        self._table = table
        self._timing = timing
        self._outcomes = outcomes
        self._connects = connects
        self._pace = pace or PollPace()
        self._policy = LinkPolicy(timing.link_first_s, timing.link_max_s, timing.link_jitter)
        self._wire_retry_s = float("-inf")
        self._wire_failures = 0
        self._jitter = random.Random(crc32(endpoint.name.encode()))  # noqa: S311 - spreads retries, guards nothing
        self._waker = Waker(clock)
        self._writes: list[tuple[float, int, Command]] = []
        self._order = itertools.count()
        self._devices = {binding.device: self._new_device(binding) for binding in endpoint.devices}
        driver.push_to(self._pushed)

    def submit(self, command: Command, not_before_s: float) -> None:
        """Queue a command; it goes out once ``not_before_s`` has come, unless it dies before."""
        heapq.heappush(self._writes, (not_before_s, next(self._order), command))
        self._waker.call()

    async def run(self) -> None:
        """Serve the endpoint until cancelled; closes the wire on the way out."""
        try:
            while True:
                now_s = self._clock.monotonic()
                command = self._due_write(now_s)
                if command is not None:
                    await self._write(command)
                    continue
                device = self._due_device(now_s)
                if device is None:
                    await self._waker.wait(self._next_due_s() - now_s)
                elif self._pace.admits(self._waker):
                    await self._serve(device)
                else:
                    await self._waker.wait(min(self._next_write_s() - now_s, PACE_S * self._clock.speed))
        finally:
            self._pace.leave(self._waker)
            for gone in self._devices:
                self._drop_writes(gone, f"the wire {self.endpoint.name} was closed")
            await self._driver.close()

    # -- what is due --------------------------------------------------------------------------------------------

    def _new_device(self, binding: Binding) -> DeviceState:
        now_s = self._clock.monotonic()
        phase = crc32(binding.device.encode()) % 1000 / 1000
        return DeviceState(
            binding,
            Link(self._policy),
            due_s=now_s,
            slow_due_s=now_s + phase * self._timing.poll_slow_s,
            beat_due_s=now_s,
            beat_every_s=self._beat_every_s(binding),
            phase=phase,
        )

    def _beat_every_s(self, binding: Binding) -> float | None:
        if not any(spec.role is Role.HEARTBEAT for spec in binding.points.values()):
            return None
        patience_s = float("inf") if binding.fallback_s is None else binding.fallback_s * BEAT_WITHIN
        return min(self._timing.heartbeat_s, patience_s)

    def _due_write(self, now_s: float) -> Command | None:
        while self._writes and self._writes[0][0] <= now_s:
            command = heapq.heappop(self._writes)[2]
            ended = self._outcomes.last_look(command)
            if ended is None:
                return command
        return None

    def _due_device(self, now_s: float) -> DeviceState | None:
        if not self._driver.connected and now_s < self._wire_retry_s:
            return None
        due = [device for device in self._devices.values() if device.due_s <= now_s]
        return min(due, key=lambda device: device.due_s, default=None)

    def _next_due_s(self) -> float:
        poll_s = min((device.due_s for device in self._devices.values()), default=float("inf"))
        if not self._driver.connected:
            poll_s = max(poll_s, self._wire_retry_s)
        return min(poll_s, self._next_write_s())

    def _next_write_s(self) -> float:
        return self._writes[0][0] if self._writes else float("inf")

    # -- the wire -----------------------------------------------------------------------------------------------

    async def _connected(self) -> bool:
        if self._driver.connected:
            return True
        if self._clock.monotonic() < self._wire_retry_s:
            return False
        for device in self._devices.values():
            device.complete = False
        try:
            async with self._connects:
                await self._driver.connect()
        except LinkDown as error:
            self._wire_failures += 1
            wait_s = self._policy.wait_s(self._wire_failures - 1, self._jitter.random())
            self._wire_retry_s = self._clock.monotonic() + wait_s
            if self._wire_failures == 1:
                log.warning("endpoint_unreachable", endpoint=self.endpoint.name, reason=str(error))
            for device in self._devices.values():
                self._set_link(device, device.link.probing(self._clock.monotonic()))
                self._failed(device, error)
            return False
        if self._wire_failures:
            log.info("endpoint_connected", endpoint=self.endpoint.name, after_failures=self._wire_failures)
        self._wire_failures = 0
        return True

    # -- polling ------------------------------------------------------------------------------------------------

    async def _serve(self, device: DeviceState) -> None:
        if not await self._connected():
            device.due_s = max(device.due_s, self._wire_retry_s)
            return
        now_s = self._clock.monotonic()
        self._set_link(device, device.link.probing(now_s))
        polls = self._polls_due(device, now_s)
        beat = self._beat_due(device, now_s)
        try:
            await self._read(device, polls, beat)
        except DeviceBusy:
            device.due_s = self._clock.monotonic() + BUSY_PAUSE_S
        except (LinkError, DeviceRefused) as error:
            self._failed(device, error)
        else:
            self._succeeded(device, polls)

    async def _read(self, device: DeviceState, polls: frozenset[Poll] | None, beat: int | None) -> None:
        if polls is not None and Poll.SLOW not in polls and self._reports(device):
            if beat is not None:
                await self._driver.read(device.binding.device, frozenset(), heartbeat=beat)
            self._table.renew(device.binding.device, self._clock.monotonic())
            return
        readings = await self._driver.read(device.binding.device, polls, heartbeat=beat)
        self._set_link(device, device.link.succeeded(self._clock.monotonic()))
        self._table.store(device.binding.device, readings, complete=polls is None)

    def _reports(self, device: DeviceState) -> bool:
        """Whether the device reports changes by itself and need not be read now."""
        now_s = self._clock.monotonic()
        looking = now_s >= device.look_s
        if looking:
            awaited = self._outcomes.awaits(device.binding.device)
            device.look_s = now_s + max(LOOK_EVERY_S, self._timing.poll_fast_s) if awaited else float("inf")
        return self._driver.subscribes and not looking

    def _polls_due(self, device: DeviceState, now_s: float) -> frozenset[Poll] | None:
        if not device.complete:
            return None
        if now_s >= device.slow_due_s:
            device.slow_due_s = now_s + self._timing.poll_slow_s
            return frozenset(Poll)
        return _ROUTINE

    def _beat_due(self, device: DeviceState, now_s: float) -> int | None:
        if device.beat_every_s is None or now_s < device.beat_due_s:
            return None
        share = 1.0 if device.beat else 1.0 - device.phase  # the first pause is shorter: all begin together
        device.beat = device.beat % 65_535 + 1
        device.beat_due_s = now_s + device.beat_every_s * share
        return device.beat

    def _succeeded(self, device: DeviceState, polls: frozenset[Poll] | None) -> None:
        now_s = self._clock.monotonic()
        wait_s = self._wait_s(device, now_s)
        if polls is None:
            device.complete = True
            self._set_link(device, device.link.resynced(now_s))
            wait_s *= 1.0 - device.phase  # a city that was met at once is not polled at once for ever after
        device.due_s = now_s + wait_s
        if device.beat_every_s is not None:
            device.due_s = min(device.due_s, max(device.beat_due_s, now_s))

    def _wait_s(self, device: DeviceState, now_s: float) -> float:
        if self._driver.subscribes:
            renewed_s = min(self._timing.poll_normal_s, self._timing.stale_min_s / 2)
            return max(0.0, min(renewed_s, device.look_s - now_s))
        if now_s < device.fast_until_s and self._outcomes.awaits(device.binding.device):
            return self._timing.poll_fast_s
        return device.binding.poll_s or self._timing.poll_normal_s

    def _failed(self, device: DeviceState, error: Exception) -> None:
        now_s = self._clock.monotonic()
        device.complete = False
        link = device.link.failed(now_s, self._jitter.random())
        if link.state is LinkState.OFFLINE and device.link.state is not LinkState.OFFLINE:
            log.warning("device_offline", device=device.binding.device, reason=str(error))
            self._drop_writes(device.binding.device, str(error))
        self._set_link(device, link)
        device.due_s = max(link.retry_at_s, self._wire_retry_s, now_s)

    def _set_link(self, device: DeviceState, link: Link) -> None:
        before, device.link = device.link.state, link
        if link.state is before:
            return
        if link.state is LinkState.ONLINE:
            log.info("device_online", device=device.binding.device)
        self._table.set_link(device.binding.device, link.state)

    def _pushed(self, device_id: DeviceId, readings: Readings) -> None:
        self._table.store(device_id, readings)

    # -- writing ------------------------------------------------------------------------------------------------

    async def _write(self, command: Command) -> None:
        device = self._devices[command.write.device]
        try:
            reachable = await self._read_since_trouble(device)
        except asyncio.CancelledError:
            self._outcomes.failed(command, Cause.OFFLINE, f"the wire {self.endpoint.name} was closed")
            raise
        if not reachable:
            self._outcomes.failed(command, Cause.OFFLINE, f"{device.binding.device} is {device.link.state.value}")
            return
        ended = self._outcomes.last_look(command)
        if ended is not None:
            return
        self._outcomes.sent(command)
        write = command.write
        try:
            await self._driver.write(write.device, write.point, write.value)
        except asyncio.CancelledError:
            self._outcomes.unsure(command, f"the wire {self.endpoint.name} was closed before the answer")
            raise
        except Indeterminate as error:
            self._outcomes.unsure(command, str(error))
            self._failed(device, error)
            device.due_s = self._clock.monotonic()
        except (DeviceRefused, NotWritable, InvalidValue) as error:
            self._outcomes.failed(command, Cause.DEVICE_REFUSED, str(error))
        except LinkError as error:
            self._outcomes.failed(command, Cause.OFFLINE, str(error))
            self._failed(device, error)
        else:
            self._outcomes.acked(command)
            self._look_soon(device, command)

    async def _read_since_trouble(self, device: DeviceState) -> bool:
        """Whether the device was read completely since it last failed.

        One that is only doubted (a single lost reply) is read now, before the write; one that is out of reach is not
        waited for.
        """
        if not await self._connected():
            return False
        if not device.complete and device.link.usable:
            await self._serve(device)
        return device.complete

    def _look_soon(self, device: DeviceState, command: Command) -> None:
        now_s = self._clock.monotonic()
        within_s = command.proof.within_s if command.proof else 0.0
        device.fast_until_s = max(device.fast_until_s, now_s + within_s + self._timing.poll_fast_s)
        wait_s = self._timing.poll_fast_s if self._driver.subscribes else max(AFTER_WRITE_S, 0.02 * self._clock.speed)
        if self._driver.subscribes:
            device.look_s = now_s + wait_s
        device.due_s = min(device.due_s, now_s + wait_s)

    def _drop_writes(self, device_id: DeviceId, reason: str) -> None:
        kept = []
        for entry in self._writes:
            if entry[2].write.device == device_id:
                self._outcomes.failed(entry[2], Cause.OFFLINE, reason)
            else:
                kept.append(entry)
        heapq.heapify(kept)
        self._writes = kept
