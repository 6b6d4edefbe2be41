"""One cabinet under a running controller, over a real socket, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from structlog.testing import capture_logs

from controller.assembly import Assembly
from controller.domain.command import CommandState
from controller.domain.image import LinkState
from controller.domain.points import Reading
from controller.domain.quality import Quality
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.controller import Controller
from controller.runtime.views import AlarmView, CommandView, Order
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from tests.contract.faults.device import LIE, READS, WRITES, Fault, FaultyCabinet, Trouble
from tests.contract.faults.faults import TIMEOUT_S, silent
from tests.contract.faults.framing import Framing
from tests.unit.settings.small_site import FILES

AFTERNOON = datetime(2026, 6, 21, 6, 0, tzinfo=UTC)
CABINET = "330106-LC-0001"
CIRCUIT = f"{CABINET}/K1"
GATEWAY = "gw-1"
VOLTAGE, CONTACT = "voltage_v", "K1.feedback"

_FILES = {name: FILES[name] for name in ("site/divisions.yaml", "site/lighting/programs.yaml")} | {
    "site/site.yaml": "name: One cabinet\ntimezone: Asia/Shanghai\napi: {port: 8080}\ntiming: {water_cycle_s: 60}\n",
    "site/endpoints.yaml": "endpoints:\n  - {name: gw-1, url: modbus+tcp://127.0.0.1:502}\n",
    "site/assets/lights.yaml": """\
cabinets:
  - id: 330106-LC-0001
    name: 文三路1号箱
    place: {lat: 30.25, lon: 120.13}
    wire: {profile: cabinet, endpoint: gw-1, unit: 1}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}
""",
    "profiles/cabinet.yaml": """\
id: cabinet
title: Cabinet
protocol: modbus
points:
  voltage_v: {table: holding, address: 0, type: u16, unit: V, low: 0, high: 1000}
  control_switch: {table: holding, address: 2, type: enum, labels: {0: LOCAL, 1: REMOTE, 2: OFF}}
groups:
  - name: K
    count: 4
    points:
      command: {table: coil, address: 0, stride: 1, type: bool, access: read_write, feedback: feedback}
      feedback: {table: holding, address: 1, bit_stride: 1, type: bit}
""",
}


@lru_cache
def one_cabinet() -> Site:
    """The site, read once: nothing changes it."""
    with TemporaryDirectory() as folder:
        return load_site(write_site(Path(folder)))


def write_site(folder: Path) -> Path:
    """Write the site's files and give its folder."""
    for name, text in _FILES.items():
        file = Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "site"


class AtOnce(ThreadPoolExecutor):
    """Runs what is meant for a thread there and then: virtual time would run away from a real one."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]  # as the library's own
        done: Future[object] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(slots=True)
class FaultyCity:
    """What a row works with."""

    clock: ScaledClock
    cabinet: FaultyCabinet
    assembly: Assembly
    controller: Controller
    logged: Sequence[Mapping[str, object]]
    tasks: asyncio.TaskGroup

    def then(self, going_on: Coroutine[None, None, None]) -> None:
        """Let this go on beside the test."""
        self.tasks.create_task(going_on)

    async def until(self, condition: Callable[[], bool], within_s: float, what: str) -> None:
        ends_s = self.clock.monotonic() + within_s
        while not condition():
            assert self.clock.monotonic() < ends_s, f"{what}: not within {within_s:g} s"
            await self.clock.sleep(0.1)

    async def ready(self) -> None:
        """The device was met and read completely, and a poll of the ordinary pace is just over."""
        await self.until(lambda: self.link is LinkState.ONLINE, 30.0, "the device is online")
        await self.after_a_poll()

    async def after_a_poll(self) -> None:
        """Wait until the next poll has just been answered."""
        asked = len(self.cabinet.asked)
        await self.until(lambda: len(self.cabinet.asked) >= asked + 2, 30.0, "a poll")

    async def order_on(self) -> None:
        """A person switches the circuit on."""
        receipt = await self.controller.order(
            Order((CIRCUIT,), "on", 3600.0, "trying", "city_manual"), Caller("lin", person="lin", session="S-lin")
        )
        assert receipt.outcomes[0].accepted, receipt.outcomes[0]

    async def silent_once_written(self) -> None:
        """Let the device say nothing at all from its first write on."""
        await self.until(lambda: bool(self.cabinet.writes), 10.0, "a write")
        self.cabinet.trouble = Trouble(Fault(silent), READS | WRITES)

    async def reload_once_sent(self) -> None:
        """Load the site anew, with other times, as soon as a command is on its way."""
        await self.until(lambda: any(one.state == CommandState.SENT for one in self.commands()), 10.0, "a write")
        report = await self.controller.reload(Caller("lin", person="lin", session="S-lin"))
        assert report.applied, report.problems

    @property
    def link(self) -> LinkState:
        return self.assembly.table.devices()[CABINET].link

    def shown(self, point: str = VOLTAGE) -> Reading:
        """What people are shown now."""
        now_s = self.clock.monotonic()
        return self.assembly.table.view(CABINET, now_s).read(point)

    def commands(self) -> list[CommandView]:
        """Commands of the circuit, oldest first."""
        return list(reversed(self.controller.commands(CIRCUIT)))

    def alarms(self) -> set[str]:
        """The conditions that stand as alarms of this cabinet."""
        return {alarm.condition for alarm in self.standing()}

    def standing(self) -> list[AlarmView]:
        return [alarm for alarm in self.controller.alarms() if alarm.cleared is None]

    def events(self) -> list[str]:
        """What the log says of the wire, oldest first."""
        wire = ("device_", "endpoint_", "modbus_")
        return [str(entry["event"]) for entry in self.logged if str(entry["event"]).startswith(wire)]

    def reasons(self) -> str:
        """Everything said with those events."""
        return " | ".join(str(entry.get("reason", "")) for entry in self.logged)

    # -- what may never happen ----------------------------------------------------------------------------------

    def no_wrong_good_value(self) -> None:
        """Every value shown as GOOD was really so when it was read; a lie is not shown at all."""
        for name, reading in self.assembly.table.devices()[CABINET].readings.items():
            assert reading.value != LIE, f"{name} shows what stood in a reply that may not be believed"
            if reading.quality is not Quality.GOOD:
                continue
            asked_s, read_s = reading.received_s - 2 * TIMEOUT_S, reading.received_s
            if name == VOLTAGE:
                assert self.cabinet.was(reading.value, asked_s, read_s), f"{name} is GOOD {reading.value}: never true"
            elif name == CONTACT:
                assert self.cabinet.contact_was(0, reading.value, asked_s, read_s), f"{name} GOOD {reading.value}"

    def no_doubled_write(self) -> None:
        """What reached the device was sent on purpose each time, and each command acted at most once."""
        sent = [state for one in self.commands() for state, _, _ in one.history if state == CommandState.SENT]
        assert len(self.cabinet.writes) <= len(sent), f"{self.cabinet.writes}, and {len(sent)} were sent"
        assert self.cabinet.acted <= len(self.commands()), f"{self.cabinet.acted} acts of {len(self.commands())}"


def open_sockets() -> int:
    """How many sockets this process holds."""
    found = 0
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists them is gone again
            found += str(file.readlink()).startswith("socket:")
    return found


@contextlib.asynccontextmanager
async def faulty_city(folder: Path, framing: Framing) -> AsyncIterator[FaultyCity]:
    """A controller and its one cabinet; on the way out no task hangs and no connection is left."""
    before = open_sockets()
    asyncio.get_running_loop().set_default_executor(AtOnce())
    cabinet = FaultyCabinet(framing)
    await cabinet.listen()
    try:
        async with _running(folder, cabinet) as city:
            yield city
            city.no_wrong_good_value()
            city.no_doubled_write()
        await asyncio.sleep(TIMEOUT_S)
        assert [line for line in cabinet.lines if not line.dead] == [], "a connection was left open"
    except ExceptionGroup as several:
        raise _first_of(several) from None
    finally:
        await cabinet.vanish()
    await asyncio.sleep(0.1)
    assert open_sockets() == before, "sockets were left open on this side"


def _first_of(several: ExceptionGroup[Exception]) -> Exception:
    """What really went wrong, without the task groups around it."""
    first = several.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first


@contextlib.asynccontextmanager
async def _running(folder: Path, cabinet: FaultyCabinet) -> AsyncIterator[FaultyCity]:
    """The controller alone; its end is bounded, so that a task that hangs is seen."""
    clock = ScaledClock(AFTERNOON, source=asyncio.get_running_loop().time, origin_s=0.0)
    here = one_cabinet().with_urls({GATEWAY: cabinet.url})
    store = Store.open(folder / "data")
    try:
        assembly = Assembly(here, clock, store)
        config = write_site(folder)
        with capture_logs() as logged:
            async with (
                asyncio.timeout(3600.0),
                assembly.running(config, lambda _: _paced_otherwise(here)) as controller,
                asyncio.TaskGroup() as tasks,
            ):
                city = FaultyCity(clock, cabinet, assembly, controller, logged, tasks)
                assembly.table.listen(lambda _: city.no_wrong_good_value())
                await city.ready()
                yield city
    finally:
        await store.close()


def _paced_otherwise(site: Site) -> Site:
    """The same site with another time of its own: every connection is made anew by it."""
    return replace(site, timing=replace(site.timing, poll_slow_s=61.0))
