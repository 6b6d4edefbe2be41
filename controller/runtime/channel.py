"""One endpoint's traffic: one request in flight, writes before polls, fair between the devices behind it."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar
from zlib import crc32

import structlog

from controller.domain.clock import Clock
from controller.domain.command import Command
from controller.domain.errors import LinkDown, LinkError
from controller.domain.image import LinkState
from controller.domain.points import DeviceId
from controller.runtime.device_state import DeviceState, Kind
from controller.runtime.errands import Act, Errand, Errands
from controller.runtime.outcomes import Outcomes
from controller.runtime.poll_pace import PollPace
from controller.runtime.table import ImageTable
from controller.runtime.traffic.buttons import Buttons
from controller.runtime.traffic.connecting import ConnectLimit
from controller.runtime.traffic.health import EndpointView
from controller.runtime.traffic.line import Line
from controller.runtime.traffic.news import FieldNews, Unheard
from controller.runtime.traffic.poll_plan import NEVER_S, Paces, PollPlan
from controller.runtime.traffic.reading import Reader
from controller.runtime.traffic.writing import Writer
from controller.runtime.waker import Waker
from controller.settings.timing import Timing
from drivers.base import Binding, Driver, Endpoint, Readings
from drivers.link import Link, LinkPolicy
from drivers.plausible import watch
from drivers.profile import Poll, Role

log = structlog.get_logger("channel")
T = TypeVar("T")

BEAT_WITHIN = 0.7
"""A heartbeat is never further from the last than this share of the silence the device bears."""
SPARE = 0.25
"""A routine poll of a patient endpoint leaves the machine to proofs for this share of what its readings can spare."""
PACE_S = 10.0
"""A poll that waits for its turn is called; it asks again by itself after this long (real seconds)."""
WRITES_IN_A_ROW = 32
"""After so many writes one poll that is due goes first: a flood of orders never blinds its own endpoint."""
WHOLE = 0.95
"""A request that took this share of the time-out and ended without a connection ended in silence."""
KEPT_S = 10.0
"""A device that answered this recently is not read anew when its gateway's wire was closed for another's silence."""


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
        connects: ConnectLimit,
        pace: PollPace | None = None,
        news: FieldNews | None = None,
        patient: bool = False,
    ) -> None:
        """``patient``: its routine polls may wait a little while proofs of commands are read elsewhere (lights)."""
        self.endpoint = endpoint
        self._driver = driver
        self._clock = clock
        self._timing = timing
        self._connects = connects
        self._pace = pace or PollPace()
        self._policy = LinkPolicy(timing.link_first_s, timing.link_max_s, timing.link_jitter)
        self._wire_retry_s = float("-inf")
        self._wire_failures = 0
        self._closed_for_silence = False
        self._in_a_row = 0
        self._spare_s = _spare_s(endpoint, timing) / clock.speed if patient else 0.0
        self._waker = Waker(clock)
        self._line = line = Line(
            endpoint, driver, clock=clock, table=table, timing=timing, outcomes=outcomes, news=news or Unheard()
        )
        self._buttons = Buttons(line)
        self._writer = Writer(line, self._buttons)
        self._reader = self._writer.reader = Reader(line, self._buttons, self._writer.between)
        self._errands = Errands(self._waker.call)
        driver.push_to(self._pushed)
        kinds: dict[int, Kind] = {}
        for binding in endpoint.devices:
            device = self._new_device(binding, kinds)
            line.devices[binding.device] = device
            line.put(device, clock.monotonic())
        self._presses = any(kind.buttons for kind in kinds.values())

    @property
    def no_path(self) -> frozenset[DeviceId]:
        """Devices the gateway says it has no way to."""
        return frozenset(self._line.no_path)

    def submit(self, command: Command, not_before_s: float) -> None:
        """Queue a command; it goes out once ``not_before_s`` has come, unless it dies before."""
        self._line.queue.put(command, not_before_s)
        self._waker.call()

    def reachable(self) -> None:
        """The wire can be had now (a device has dialled in): it is tried at once, whatever its back-off says."""
        self._wire_retry_s = self._clock.monotonic()
        for device in self._line.devices.values():
            self._line.put(device, self._wire_retry_s)
        self._waker.call()

    async def ask(self, device: DeviceId, act: Act[T]) -> T:
        """Have something asked of a device that is online, behind every command and in turn with the polls.

        Raises:
            LinkDown: it is not online, or the wire was closed; nothing was sent.
            ControllerError: whatever the driver said.
        """
        return await self._errands.ask(device, act)

    async def run(self) -> None:
        """Serve the endpoint until cancelled; closes the wire on the way out."""
        try:
            while True:
                now_s = self._clock.monotonic()
                if self._presses and self._buttons.next_s() <= now_s and await self._connected():
                    await self._writer.tend_buttons()
                if self._line.queue and await self._wrote(now_s):
                    continue
                device, next_s = self._turn(now_s)
                errand = self._errands.take(poll_due=device is not None)
                if errand is not None:
                    await self._run(errand)
                elif device is None:
                    await self._waker.wait(next_s - now_s)
                elif self._pace.admits(self._waker, proof=device.look_s <= now_s, spare_s=self._spare_s):
                    await self._serve(device)
                else:
                    look_s = device.look_s if device.look_s > now_s else NEVER_S  # by then it asks as a proof
                    next_s = min(self._line.queue.next_s(), look_s, now_s + PACE_S * self._clock.speed)
                    await self._waker.wait(next_s - now_s)
        finally:
            self._pace.leave(self._waker)
            self._errands.close(f"the wire {self.endpoint.name} was closed")
            await self._close()

    def view(self) -> EndpointView:
        """How the wire is doing."""
        line, now_s = self._line, self._clock.monotonic()
        health = line.health
        links = Counter(device.link.state for device in line.devices.values())
        offline = (LinkState.OFFLINE, LinkState.PROBING, LinkState.RESYNC)
        return EndpointView(
            endpoint=self.endpoint.name,
            members=tuple(line.devices),
            state="up" if self._driver.connected else "down",
            online=links[LinkState.ONLINE],
            suspect=links[LinkState.SUSPECT],
            offline=sum(links[state] for state in offline),
            reply_age_s=now_s - health.replied_s if health.reads else None,
            round_trip_ms=health.round_trip_s * 1000.0,
            queue=len(line.queue),
            reads=health.reads,
            writes=health.writes,
            connects=health.connects,
            late_polls=health.late,
            repeated=health.repeated,
            troubles={trouble.value: count for trouble, count in sorted(health.troubles.items())},
            last_error=health.last_error,
        )

    # -- what is due --------------------------------------------------------------------------------------------

    def _new_device(self, binding: Binding, kinds: dict[int, Kind]) -> DeviceState:
        now_s, timing = self._clock.monotonic(), self._timing
        phase = crc32(binding.device.encode()) % 1000 / 1000
        reports = self._driver.subscribes
        paces = Paces.of_reporting(timing) if reports else Paces.of(binding, timing)
        beat_every_s = self._beat_every_s(binding)
        if id(binding.points) not in kinds:
            kinds[id(binding.points)] = _kind(binding)
        return DeviceState(
            binding,
            Link(self._policy),
            PollPlan(paces, phase, now_s),
            kinds[id(binding.points)],
            watch(binding.points.values()),
            beat_every_s,
            phase,
            beat_due_s=NEVER_S if beat_every_s is None else now_s,
        )

    def _beat_every_s(self, binding: Binding) -> float | None:
        if not any(spec.role is Role.HEARTBEAT for spec in binding.points.values()):
            return None
        patience_s = float("inf") if binding.fallback_s is None else binding.fallback_s * BEAT_WITHIN
        return min(self._timing.heartbeat_s, patience_s)

    def _turn(self, now_s: float) -> tuple[DeviceState | None, float]:
        """Whose turn it is now; and, while it is nobody's, when the next thing is to be done."""
        may_s = self._wire_retry_s
        down = may_s > now_s and not self._driver.connected
        device, next_s = (None, self._line.next_s()) if down else self._line.turn(now_s)
        if device is None:
            if self._presses:
                next_s = min(next_s, self._buttons.next_s())
            if may_s > next_s and not self._driver.connected:
                next_s = may_s
            if self._line.queue:
                next_s = min(next_s, self._line.queue.next_s())
        return device, next_s

    # -- traffic ------------------------------------------------------------------------------------------------

    async def _wrote(self, now_s: float) -> bool:
        """Send the next due command, unless a poll goes first: a proof whose time runs out, or after many writes."""
        line = self._line
        if not line.queue.waits(now_s):
            return False
        if self._driver.connected and not line.queue.urgent(now_s):
            first = line.pressing(now_s)
            if first is None and self._in_a_row >= WRITES_IN_A_ROW:
                first = line.due(now_s)
            if first is not None:
                self._in_a_row = 0
                await self._serve(first)
                return True
        command = line.queue.take(now_s)
        if command is not None:
            self._in_a_row += 1
            began_s = self._clock.monotonic()
            await self._writer.write(command, self._connected())
            self._note_loss(began_s)
        return command is not None

    async def _run(self, errand: Errand) -> None:
        device = self._line.devices.get(errand.device)
        if device is None or not device.complete or device.link.state is not LinkState.ONLINE:
            errand.fail(LinkDown(f"{errand.device} is not online; nothing was sent"))
            return
        error = await errand.run(self._driver)
        if isinstance(error, LinkError):
            self._line.failed(device, error)

    async def _serve(self, device: DeviceState) -> None:
        self._in_a_row = 0
        if self._driver.connected or await self._connected():
            began_s = self._clock.monotonic()
            await self._reader.serve(device)
            self._note_loss(began_s)
        else:
            self._line.put(device, max(device.due_s, self._wire_retry_s))

    def _pushed(self, device_id: DeviceId, readings: Readings) -> None:
        self._reader.pushed(self._line.devices[device_id], readings)

    # -- the wire -----------------------------------------------------------------------------------------------

    def _note_loss(self, began_s: float) -> None:
        """How a request closed the connection. After a whole time-out it was for that device's silence, which says
        nothing of the others; else it was lost, and what happened behind it meanwhile nobody knows."""
        if not self._driver.connected:
            took_s = self._clock.monotonic() - began_s
            self._closed_for_silence = took_s >= WHOLE * self.endpoint.timeout_s * self._clock.speed

    def _doubt_all(self, since_s: float) -> None:
        for device in self._line.devices.values():
            if device.replied_s < since_s:
                device.complete = False

    async def _connected(self) -> bool:
        if self._driver.connected:
            return True
        now_s = self._clock.monotonic()
        if now_s < self._wire_retry_s:
            return False
        keeps = self._closed_for_silence and not self._wire_failures
        self._closed_for_silence = False
        self._doubt_all(now_s - KEPT_S if keeps else float("inf"))
        try:
            async with self._connects.turn(failed_before=self._wire_failures > 0):
                await self._driver.connect()
        except LinkDown as error:
            self._not_connected(error)
            return False
        self._line.health.connects += 1
        if self._wire_failures:
            log.info("endpoint_connected", endpoint=self.endpoint.name, after_failures=self._wire_failures)
            for device in self._line.devices.values():
                self._line.put(device, self._clock.monotonic())
        self._wire_failures = 0
        return True

    def _not_connected(self, error: LinkDown) -> None:
        line = self._line
        self._wire_failures += 1
        line.health.failed(error)
        wait_s = self._policy.wait_s(self._wire_failures - 1, line.jitter.random())
        self._wire_retry_s = self._clock.monotonic() + wait_s
        if self._wire_failures == 1:
            log.warning("endpoint_unreachable", endpoint=self.endpoint.name, reason=str(error))
        for device in line.devices.values():
            line.set_link(device, device.link.probing(self._clock.monotonic()))
            line.failed(device, error, asked=False)
            line.put(device, max(device.due_s, self._wire_retry_s))

    async def _close(self) -> None:
        for gone in self._line.devices.values():
            self._line.drop_writes(gone, f"the wire {self.endpoint.name} was closed")
        await self._buttons.all_go()
        await self._driver.close()


def _spare_s(endpoint: Endpoint, timing: Timing) -> float:
    """How much later a routine poll may come and none of its readings loses trust, with a wide margin (s).

    Nothing where several devices share the wire: one's proof would wait behind another's routine poll.
    """
    if len(endpoint.devices) > 1:
        return 0.0
    paces = {(poll, binding.own_pace_s(poll)) for binding in endpoint.devices for poll in Poll}
    spare_s = (timing.ageing(poll, own_s).stale_s - (own_s or timing.poll_s(poll)) for poll, own_s in paces)
    return SPARE * min(spare_s, default=0.0)


def _kind(binding: Binding) -> Kind:
    specs = binding.points.values()
    return Kind(
        buttons=tuple(spec for spec in specs if spec.pulse is not None),
        starts=tuple(spec for spec in specs if spec.role in (Role.UPTIME, Role.BOOTS)),
    )
