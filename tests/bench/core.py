"""The core: what a decision costs, that cost follows changes, and what a whole cycle takes in a large city."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from controller.assembly import Assembly
from controller.domain.command import Command
from controller.domain.points import DeviceId, TargetId
from controller.logic.contract import Moment
from controller.runtime.book import RequestBook
from controller.runtime.channel import Channel
from controller.runtime.lighting import LightingDiscipline
from controller.store.store import Store
from tests.bench.registry import benchmark
from tests.bench.synthetic import AFTERNOON, CabinetField, ManualTime, cabinet_city, order_on

SMALL, LARGE = 240, 10_000
"""Cabinets of the demo city, and of a whole one."""
ONE_PERCENT = 0.01
SAMPLES = 15
CHANGED = 60
"""Outputs changed at a time where the size of the city must not matter."""

BUILD = Path(__file__).parents[2] / "build"
"""On the disk the checkout is on: a journal in memory would flatter."""


@benchmark(
    "core.decision_us",
    unit="µs",
    must=60,
    goal=20,
    note="processor time of arbitration, sequencer, interlocks per changed output; 60,000 outputs, 1 % changed at once",
)
def decision_us() -> list[float]:
    core = _Core(LARGE)
    changed = round(len(core.targets) * ONE_PERCENT)
    return [core.turn_s(changed) / changed * 1e6 for _ in range(SAMPLES)]


@benchmark(
    "core.decision_us_1000",
    unit="µs",
    must=60,
    goal=20,
    note="the same with 1,000 outputs, ten of them changed at once",
)
def decision_us_1000() -> list[float]:
    core = _Core(1_000 // 6)
    changed = round(len(core.targets) * ONE_PERCENT)
    return [core.turn_s(changed) / changed * 1e6 for _ in range(SAMPLES)]


@benchmark(
    "core.decision_growth_ratio",
    unit="×",
    must=2.0,
    goal=1.3,
    note="what 60 changed outputs add to a turn with 10,000 cabinets ÷ with 240: cost follows changes, not size",
)
def decision_growth_ratio() -> list[float]:
    small, large = _Core(SMALL), _Core(LARGE)
    return [large.added_s(CHANGED) / small.added_s(CHANGED) for _ in range(SAMPLES)]


@benchmark("core.idle_turn_ms_10000", unit="ms", must=20, goal=5, note="logic of a turn in which nothing changed")
def idle_turn_ms_10000() -> list[float]:
    core = _Core(LARGE)
    return [core.turn_s(0) * 1e3 for _ in range(SAMPLES)]


@benchmark(
    "core.edge_us",
    unit="µs",
    must=500,
    goal=150,
    note="program, calendar and sun per output whose edge comes, at dusk in a city of 1,000 cabinets",
)
def edge_us() -> list[float]:
    dusk = datetime(2026, 6, 21, 11, 0, tzinfo=UTC)  # sunset follows at 11:03 UTC
    core = _Core(1_000, dusk)
    turns = [core.edges_s() for _ in range(600)]
    return [took_s / edges * 1e6 for took_s, edges in turns if edges >= CHANGED]


@benchmark("core.cycle_ms_240", unit="ms", must=50, goal=10, note="240 cabinets; else as core.cycle_ms_10000")
def cycle_ms_240() -> list[float]:
    return asyncio.run(_whole_cycles(SMALL))


@benchmark(
    "core.cycle_ms_10000",
    unit="ms",
    must=100,
    goal=50,
    note="a whole cycle, 60,000 outputs: 1 % of the cabinets prove their last six commands and are given six more, "
    "all journalled durably in one record before they are sent",
)
def cycle_ms_10000() -> list[float]:
    return asyncio.run(_whole_cycles(LARGE))


class _Core:
    """Book and discipline over a field that shows everything off; orders go round the city."""

    def __init__(self, cabinets: int, start: datetime = AFTERNOON) -> None:
        site = cabinet_city(cabinets)
        self.targets = tuple(site.city.targets)
        self._time = ManualTime(start)
        self._field = CabinetField(site, self._time)
        self._book = RequestBook(site.city.targets)
        self._logic = LightingDiscipline(site, self._book, {}, {}, {})
        self._next = 0
        self._turn(set(site.city.cabinets))
        while self._logic.behind:
            self._turn(set())
        self.turn_s(CHANGED)  # the first turns fill what later ones find

    def turn_s(self, changed: int) -> float:
        """One turn in which ``changed`` outputs were newly ordered on."""
        ordered = [self.targets[(self._next + step) % len(self.targets)] for step in range(changed)]
        self._next += changed
        self._time.pass_s(1.0)
        for target in ordered:
            self._book.hold(order_on(target, self._time))
        with _undisturbed():
            begun_s = time.thread_time()
            wanted = self._turn(set())
            took_s = time.thread_time() - begun_s
        assert wanted >= changed
        self._withdraw(ordered)
        return took_s

    def added_s(self, changed: int) -> float:
        """What so many changed outputs add to an idle turn; the best of several, so that both are undisturbed."""
        return min(self.turn_s(changed) for _ in range(7)) - min(self.turn_s(0) for _ in range(7))

    def edges_s(self) -> tuple[float, int]:
        """A second on: the processor time of working out what is due, and for how many outputs it came out anew."""
        self._time.pass_s(1.0)
        moment = Moment(self._time.now(), self._time.monotonic())
        image = self._field.table.snapshot()
        with _undisturbed():
            begun_s = time.thread_time()
            self._logic.compute(image, set(), moment)
            took_s = time.thread_time() - begun_s
        return took_s, len(self._book.take_changed(self._logic.targets))

    def _withdraw(self, ordered: list[TargetId]) -> None:
        for target in ordered:
            self._book.release(target, order_on(target, self._time).slot)
        self._turn(set())

    def _turn(self, changed: set[str]) -> int:
        moment = Moment(self._time.now(), self._time.monotonic())
        image = self._field.table.snapshot()
        self._logic.compute(image, changed, moment)
        ordered = sorted(self._book.take_changed(self._logic.targets))
        decided = [self._book.decide(target, moment.s) for target in ordered]
        return len(self._logic.act(image, changed, decided, set(), moment))


async def _whole_cycles(cabinets: int) -> list[float]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-cycle-") as folder:
        store = Store.open(Path(folder) / "data")
        try:
            return await _measured_cycles(cabinets, store)
        finally:
            await store.close()


async def _measured_cycles(cabinets: int, store: Store) -> list[float]:
    rig = _CycleRig(cabinets, store)
    await rig.cycle.turn()
    while rig.cycle.behind():  # the first ones work out every program
        await rig.cycle.turn()
    for _ in range(2):
        await rig.turn_ms()
    return [await rig.turn_ms() for _ in range(SAMPLES)]


class _CycleRig:
    """The controller as it is put together, but for its wires: commands end in a list, and the field obeys it."""

    def __init__(self, cabinets: int, store: Store) -> None:
        site, self._time = cabinet_city(cabinets), ManualTime()
        self._assembly = Assembly(site, self._time, store)
        self._field = CabinetField(site, self._time, self._assembly.table)
        self._sent: list[Command] = []
        self._devices: tuple[DeviceId, ...] = tuple(site.city.cabinets)
        self._next = 0
        wire = cast(Channel, self)  # of a channel, dispatch uses `submit` alone
        self._assembly.dispatcher.route(dict.fromkeys(self._devices, wire))
        self.cycle = self._assembly.cycles[0]
        self.recorder = self._assembly.recorder

    def submit(self, command: Command, not_before_s: float) -> None:
        """A command on its way."""
        del not_before_s
        self._sent.append(command)

    async def turn_ms(self) -> float:
        """One whole cycle, with what the field and the control room did before it."""
        self._last_commands_arrive()
        self._time.pass_s(1.0)
        ordered = self._order_next_cabinets()
        with _undisturbed():
            begun_s = time.perf_counter()
            await self.cycle.turn()
            took_s = time.perf_counter() - begun_s
        assert len(self._sent) == ordered
        await self._assembly.evidence.flush()
        return took_s * 1e3

    def _last_commands_arrive(self) -> None:
        arrived, self._sent = self._sent, []
        for command in arrived:
            self._assembly.dispatcher.sent(command)
            self._assembly.dispatcher.acked(command)
        self._field.obey(arrived)

    def _order_next_cabinets(self) -> int:
        count = max(1, round(len(self._devices) * ONE_PERCENT))
        chosen = self._devices[self._next : self._next + count]
        self._next += count
        targets = [circuit.id for device in chosen for circuit in self._assembly.site.city.cabinets[device].circuits]
        for target in targets:
            self._assembly.book.hold(order_on(target, self._time))
        return len(targets)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No collection of what the preparation left behind falls into the measured part."""
    gc.collect(0)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
