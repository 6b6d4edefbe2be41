"""A gateway in memory with units of every temper, and a channel over it: what it is asked, when, and what is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from controller.domain.command import Cause, Command, CommandState, PointWrite, Proof
from controller.domain.errors import (
    DeviceBusy,
    DeviceRefused,
    DoubtfulAnswer,
    GatewayFault,
    Indeterminate,
    LinkDown,
    NoReply,
)
from controller.domain.image import LinkState
from controller.domain.points import Reading, Value, good
from controller.domain.quality import Detail, Quality
from controller.domain.slots import Slot
from controller.runtime.channel import Channel
from controller.runtime.clocks import ScaledClock
from controller.runtime.table import ImageTable
from controller.runtime.traffic.connecting import ConnectLimit
from controller.settings.timing import Timing
from drivers.base import Between, Binding, Endpoint, PushSink
from drivers.profile import Access, PointSpec, PointType, Poll, Pulse, Role
from tests.unit.runtime.core_rig import EVENING

TIMEOUT_S = 2.0
CABINET = {
    "K1.command": PointSpec("K1.command", PointType.BOOL, Access.READ_WRITE, feedback="K1.feedback"),
    "K1.feedback": PointSpec("K1.feedback", PointType.BOOL),
    "door": PointSpec("door", PointType.BOOL, poll=Poll.FAST),
    "energy": PointSpec("energy", PointType.U32, poll=Poll.SLOW),
}


def station_points() -> dict[str, PointSpec]:
    """A unit with a start and a stop button, a reset button, and a boot counter."""

    def button(name: str, feedback: str, opposite: str | None) -> PointSpec:
        pulse = Pulse(0.5, 2.0, opposite)
        return PointSpec(name, PointType.BOOL, Access.READ_WRITE, feedback=feedback, pulse=pulse)

    return {
        "P1.run_command": button("P1.run_command", "P1.running", "P1.stop"),
        "P1.stop": button("P1.stop", "P1.running", "P1.run_command"),
        "P1.running": PointSpec("P1.running", PointType.BOOL),
        "reset": button("reset", "none", None),
        "boots": PointSpec("boots", PointType.U16, role=Role.BOOTS),
    }


class Temper(Enum):
    """How a unit answers."""

    WELL = auto()
    SILENT = auto()
    TARGET_SILENT = auto()
    NO_PATH = auto()
    BUSY = auto()
    REFUSING = auto()
    DOUBTFUL = auto()
    LOSES = auto()


@dataclass
class Unit:
    values: dict[str, Value]
    temper: Temper = Temper.WELL
    takes_s: float = 0.05
    blocks: int = 1
    obedient: bool = True
    withheld: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Asked:
    at_s: float
    what: str
    device: str
    detail: object = None


class Gateway:
    """``drivers.base.Driver``: one connection, one request at a time (it checks that), units with tempers."""

    def __init__(self, endpoint: Endpoint, clock: ScaledClock) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self.units = {one.device: Unit(_start(one.points)) for one in endpoint.devices}
        self.reachable = True
        self.up = False
        self.asked: list[Asked] = []
        self.beats_s: list[float] = []
        self._busy = False

    def of(self, what: str, device: str | None = None) -> list[Asked]:
        return [one for one in self.asked if one.what == what and device in (None, one.device)]

    @property
    def connected(self) -> bool:
        return self.up

    @property
    def subscribes(self) -> bool:
        return False

    def push_to(self, sink: PushSink) -> None:
        del sink

    async def connect(self) -> None:
        self._note("connect", "")
        await asyncio.sleep(0.005 if self.reachable else TIMEOUT_S)
        if not self.reachable:
            raise LinkDown("refused")
        self.up = True

    async def close(self) -> None:
        self.up = False

    def lose(self) -> None:
        self.reachable = self.up = False

    async def read(
        self,
        device: str,
        polls: frozenset[Poll] | None = None,
        *,
        heartbeat: int | None = None,
        between: Between | None = None,
    ) -> Mapping[str, Reading]:
        if heartbeat is not None:
            self.beats_s.append(self._clock.monotonic())
        unit, specs = self.units[device], next(b.points for b in self._endpoint.devices if b.device == device)
        self._note("read", device, polls)
        names = [name for name, spec in specs.items() if polls is None or spec.poll in polls]
        readings: dict[str, Reading] = {}
        for block in range(unit.blocks):
            await self._answered(device, changes=False)
            share = names[block :: unit.blocks]
            now_s = self._clock.monotonic()
            readings |= {name: good(unit.values[name], now_s) for name in share if name not in unit.withheld}
            withheld = Reading(None, Quality.BAD, now_s, Detail.CONFIG_ERROR)
            readings |= {name: withheld for name in share if name in unit.withheld}
            if between is not None and block + 1 < unit.blocks:
                waiting = between()
                if waiting is not None:
                    await waiting
        return readings

    async def write(self, device: str, point: str, value: Value) -> None:
        unit = self.units[device]
        self._note("write", device, (point, value))
        if unit.temper not in (Temper.BUSY, Temper.REFUSING, Temper.NO_PATH, Temper.TARGET_SILENT) and self.up:
            self._act(unit, point, value)
        await self._answered(device, changes=True)

    def _act(self, unit: Unit, point: str, value: Value) -> None:
        unit.values[point] = value
        output = point.partition(".")[0]
        if unit.obedient and point.endswith(".command"):
            unit.values[f"{output}.feedback"] = value
        if unit.obedient and value is True and point.endswith((".run_command", ".stop")):
            unit.values[f"{output}.running"] = point.endswith(".run_command")

    async def _answered(self, device: str, *, changes: bool) -> None:
        assert not self._busy, "two requests in flight"
        if not self.up:
            raise LinkDown("not connected")
        unit = self.units[device]
        self._busy = True
        try:
            await asyncio.sleep(TIMEOUT_S if unit.temper is Temper.SILENT else unit.takes_s)
        finally:
            self._busy = False
        if unit.temper in (Temper.SILENT, Temper.LOSES):
            self.up = False
        error = _ENDS.get(unit.temper)
        if error is not None:
            raise (error[changes])(unit.temper.name)

    def _note(self, what: str, device: str, detail: object = None) -> None:
        self.asked.append(Asked(self._clock.monotonic(), what, device, detail))


_ENDS: dict[Temper, tuple[type[Exception], type[Exception]]] = {
    Temper.SILENT: (NoReply, Indeterminate),
    Temper.LOSES: (NoReply, Indeterminate),
    Temper.TARGET_SILENT: (NoReply, Indeterminate),
    Temper.NO_PATH: (GatewayFault, GatewayFault),
    Temper.BUSY: (DeviceBusy, DeviceBusy),
    Temper.REFUSING: (DeviceRefused, DeviceRefused),
    Temper.DOUBTFUL: (DeviceBusy, DoubtfulAnswer),
}
"""What a read, and what a write, of a unit of this temper ends in."""


def _start(points: Mapping[str, PointSpec]) -> dict[str, Value]:
    return {name: False if spec.type is PointType.BOOL else 0 for name, spec in points.items()}


@dataclass
class Told:
    """The dispatcher's place."""

    heard: list[tuple[float, str, str]] = field(default_factory=list)
    clock: ScaledClock | None = None
    dead: set[str] = field(default_factory=set)
    open: dict[str, str] = field(default_factory=dict)

    def last_look(self, command: Command) -> tuple[CommandState, Cause, str] | None:
        assert self.clock is not None
        if command.id in self.dead or self.clock.monotonic() > command.not_after_s:
            self._note(command, "ended")
            return CommandState.EXPIRED, Cause.EXPIRED, "over"
        return None

    def sent(self, command: Command) -> None:
        self._note(command, "sent")

    def acked(self, command: Command) -> None:
        self._note(command, "acked")
        self.open[command.id] = command.write.device

    def unsure(self, command: Command, _: str) -> None:
        self._note(command, "unsure")

    def failed(self, command: Command, cause: Cause, _: str) -> None:
        self._note(command, f"failed {cause.value}")

    def waits(self, command: Command, _: str) -> None:
        self._note(command, "waits")

    def awaits(self, device: str) -> bool:
        return device in self.open.values()

    def of(self, name: str) -> list[str]:
        return [what for _, command, what in self.heard if command == name]

    def _note(self, command: Command, what: str) -> None:
        assert self.clock is not None
        self.heard.append((self.clock.monotonic(), command.id, what))


@dataclass
class News:
    """Who is told of restarts and stuck buttons."""

    heard: list[tuple[str, ...]] = field(default_factory=list)
    stuck: set[tuple[str, str]] = field(default_factory=set)

    def restarted(self, device: str, why: str) -> None:
        self.heard.append(("restarted", device, why))

    def button_stuck(self, device: str, point: str, tries: int) -> None:
        self.heard.append(("stuck", device, point, str(tries)))
        self.stuck.add((device, point))

    def button_freed(self, device: str, point: str) -> None:
        self.heard.append(("freed", device, point))
        self.stuck.discard((device, point))

    def stands_stuck(self, device: str, point: str) -> bool:
        return (device, point) in self.stuck

    def busy(self, device: str) -> None:
        self.heard.append(("busy", device))

    def refuses(self, device: str, points: Sequence[str]) -> None:
        self.heard.append(("refuses", device, *points))

    def refuses_no_more(self, device: str) -> None:
        self.heard.append(("gives", device))

    def answers_again(self, device: str) -> None:
        self.heard.append(("answers", device))


@dataclass
class Rig:
    clock: ScaledClock
    table: ImageTable
    told: Told
    news: News
    gateway: Gateway
    channel: Channel
    task: asyncio.Task[None]
    count: int = 0

    def order(
        self,
        device: str,
        value: Value = True,
        *,
        point: str = "K1.command",
        proof: str | None = "K1.feedback",
        within_s: float = 3.0,
        for_s: float = 10.0,
        slot: Slot = Slot.SCHEDULE,
        protective: bool = False,
    ) -> str:
        self.count += 1
        name, now_s = f"c{self.count}", self.clock.monotonic()
        proven = Proof(proof, value, within_s) if proof else None
        write = PointWrite(device, point, value)
        target = f"{device}/{point.partition('.')[0]}"
        command = Command(name, target, write, proven, slot, "x", "y", now_s, now_s + for_s, protective=protective)
        self.channel.submit(command, now_s)
        return name

    def link(self, device: str) -> LinkState:
        return self.table.devices()[device].link

    async def after(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    def reads(self, device: str, since_s: float = 0.0) -> list[Asked]:
        return [one for one in self.gateway.of("read", device) if one.at_s >= since_s]


@contextlib.asynccontextmanager
async def gateway_of(
    devices: Iterable[str],
    points: Mapping[str, PointSpec] = CABINET,
    *,
    connects: ConnectLimit | None = None,
    binding: Mapping[str, object] | None = None,
    **seconds: float,
) -> AsyncIterator[Rig]:
    """A channel over a gateway of these units, running."""
    clock = ScaledClock(EVENING, source=asyncio.get_running_loop().time, origin_s=0.0)
    bindings = tuple(
        Binding(device, points, unit=unit, **(binding or {}))  # type: ignore[arg-type] - tests pass fields of Binding
        for unit, device in enumerate(devices, 1)
    )
    endpoint = Endpoint("gw", "soft://gw", bindings, TIMEOUT_S)
    table, told, news = ImageTable({one.device: {} for one in bindings}), Told(clock=clock), News()
    gateway = Gateway(endpoint, clock)
    timing = Timing(**{"link_jitter": 0.0, **seconds})
    channel = Channel(
        endpoint,
        gateway,
        clock=clock,
        table=table,
        timing=timing,
        outcomes=told,
        connects=connects or ConnectLimit(),
        news=news,
    )
    task = asyncio.create_task(channel.run())
    try:
        yield Rig(clock, table, told, news, gateway, channel, task)
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert not gateway.up


def names(count: int) -> list[str]:
    """So many cabinets."""
    return [f"330106-LC-{number:04d}" for number in range(1, count + 1)]
