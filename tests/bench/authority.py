"""Authority and evidence: how fast a large order goes from being looked at to the first wire, and the journal."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.command import Command
from controller.domain.rights import Caller, Grant, Role
from controller.runtime.commanding.permission import Asking
from controller.runtime.cycle import Cycle
from controller.runtime.people.permissions import Permissions
from controller.runtime.startup import settle
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from controller.store.lines import Entry
from controller.store.store import Store
from tests.bench.registry import benchmark
from tests.bench.synthetic import CIRCUITS, CabinetField, ManualTime, cabinet_city

GROUP = 50
GROUPS_A_SAMPLE = 20
SAMPLES = 15
SYNCS_A_SAMPLE = 50

BULK = 10_000
BULK_SAMPLES = 5
LOOK_S = 0.002
"""How often the event loop is asked whether it has time."""

BUILD = Path(__file__).parents[2] / "build"
"""On the disk the checkout is on: a folder in memory would flatter."""


@benchmark(
    "authority.journal_rows_per_s",
    unit="rows/s",
    must=3000,
    goal=9000,
    higher=True,
    note="groups of 50 rows, one group at a time, each durable (WAL, synchronous=FULL) before the next",
)
def journal_rows_per_s() -> list[float]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-journal-") as folder:
        return asyncio.run(_append_groups(Path(folder) / "data"))


async def _append_groups(data: Path) -> list[float]:
    store = Store.open(data)
    try:
        await _rows_per_s(store)  # the first pages and the thread's start are not the journal's pace
        return [await _rows_per_s(store) for _ in range(SAMPLES)]
    finally:
        await store.close()


async def _rows_per_s(store: Store) -> float:
    begun_s = time.perf_counter()
    for _ in range(GROUPS_A_SAMPLE):
        await store.journal.append([_entry(number) for number in range(GROUP)])
    return GROUPS_A_SAMPLE * GROUP / (time.perf_counter() - begun_s)


@benchmark(
    "authority.disk_syncs_per_s",
    unit="syncs/s",
    higher=True,
    note="what the disk itself gives: 4 KiB appended and fdatasync; read the journal's rows against it",
)
def disk_syncs_per_s() -> list[float]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=BUILD, buffering=0) as file:
        return [_syncs_per_s(file.fileno()) for _ in range(SAMPLES)]


def _syncs_per_s(file: int) -> float:
    begun_s = time.perf_counter()
    for _ in range(SYNCS_A_SAMPLE):
        os.write(file, bytes(4096))
        os.fdatasync(file)
    return SYNCS_A_SAMPLE / (time.perf_counter() - begun_s)


@benchmark(
    "authority.bulk_10000_s",
    unit="s",
    must=2.0,
    goal=0.5,
    note="select, preview, rights, rules, journal, state and one decision pass for 10,000 circuits, one person under "
    "a declared response; until the first command is on its wire",
)
def bulk_10000_s() -> list[float]:
    return [asyncio.run(_bulk(alone=True))[0] for _ in range(BULK_SAMPLES)]


@benchmark(
    "authority.bulk_10000_last_s",
    unit="s",
    note="the same until the last of the 10,000 commands is handed to its wire",
)
def bulk_10000_last_s() -> list[float]:
    return [asyncio.run(_bulk(alone=True))[1] for _ in range(BULK_SAMPLES)]


@benchmark(
    "authority.bulk_10000_held_ms",
    unit="ms",
    must=250,
    goal=100,
    note="the longest anything else in the process (water, other people) waits meanwhile: slices between which it runs",
)
def bulk_10000_held_ms() -> list[float]:
    return [asyncio.run(_bulk(alone=True))[2] * 1e3 for _ in range(BULK_SAMPLES)]


@benchmark(
    "authority.bulk_10000_two_persons_s",
    unit="s",
    must=4.0,
    goal=1.0,
    note="the same with a second person: select, propose, look afresh, confirm; without the time people take",
)
def bulk_10000_two_persons_s() -> list[float]:
    return [asyncio.run(_bulk(alone=False))[0] for _ in range(BULK_SAMPLES)]


class _Wire:
    """Notes when the first command arrives."""

    def __init__(self) -> None:
        self.first_s = self.last_s = 0.0
        self.count = 0

    def submit(self, command: Command, not_before_s: float) -> None:
        del command, not_before_s
        self.last_s = time.perf_counter()
        self.first_s = self.first_s or self.last_s
        self.count += 1


class _Held:
    """How long the event loop was held at most while somebody looked on."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def look_on(self) -> None:
        before_s = time.perf_counter()
        while True:
            await asyncio.sleep(LOOK_S)
            now_s = time.perf_counter()
            self.longest_s = max(self.longest_s, now_s - before_s - LOOK_S)
            before_s = now_s


async def _turned(cycle: Cycle) -> None:
    """As the cycle's own loop turns: again at once while a turn leaves something for the next."""
    await cycle.turn()
    while cycle.behind():
        await asyncio.sleep(0)
        await cycle.turn()


async def _bulk(*, alone: bool) -> tuple[float, float, float]:
    """Landscape and road circuits alike are switched on in the afternoon, from the control room."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-bulk-") as folder:
        store = Store.open(Path(folder) / "data")
        try:
            return await _bulk_on(store, alone=alone)
        finally:
            gc.unfreeze()
            await store.close()


async def _bulk_on(store: Store, *, alone: bool) -> tuple[float, float, float]:
    """Seconds to the first and to the last command, and the longest the loop was held."""
    site = cabinet_city(-(-BULK // CIRCUITS))
    clock = ManualTime()
    assembly = Assembly(site, clock, store)
    CabinetField(site, clock, assembly.table)
    asking = Asking(Permissions(site.city, {}, lambda _: (Grant(Role.LIGHTING_OPERATOR),)))
    assembly.commanding.authorise_by(asking)
    assembly.proposals.authorise_by(asking.objection)
    if alone:
        declared = await assembly.conditions.states.declare(
            "lighting", "city", "flood_iii", for_s=3600.0, reason="benchmark", caller=Caller("chief", "chief", "S-0")
        )
        assert declared.accepted, declared.text_en
    cycle, wire = assembly.cycles[0], _Wire()
    assembly.dispatcher.route(dict.fromkeys(site.city.cabinets, wire))  # type: ignore[arg-type]  # only submit is asked
    await _turned(cycle)
    assert wire.count == 0, "the lights are off and have to be"
    settle()
    order = Order(tuple(site.city.targets)[:BULK], "on", 3600.0, "benchmark", "city_manual")
    held = _Held()
    looking_on = asyncio.ensure_future(held.look_on())
    await asyncio.sleep(0)
    begun_s = time.perf_counter()
    lin = Caller("lin", "lin", "S-1")
    preview = await assembly.desk.select(order, lin)
    answer = await assembly.desk.operate(preview.token, lin)
    if isinstance(answer, ProposalView):
        assert not alone
        answer = await assembly.proposals.confirm(answer.id, Caller("wang", "wang", "S-2"))
    assert isinstance(answer, Receipt)
    assert all(outcome.accepted for outcome in answer.outcomes)
    await _turned(cycle)
    looking_on.cancel()
    assert wire.count >= BULK
    return wire.first_s - begun_s, wire.last_s - begun_s, held.longest_s


def _entry(number: int) -> Entry:
    target = f"330106-LC-{number:04d}/K1"
    data = {"value": "on", "slot": "city_manual", "lease": "L-20260621-0001", "reason": "夜间抢修", "state": "SENT"}
    return Entry("command", datetime.now(UTC), "lin", target, data)
