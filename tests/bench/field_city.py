"""The city switch: one order for every circuit of ten thousand cabinets, until the last contact has proved it."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from dataclasses import dataclass
from functools import cache

import uvloop
from pymodbus.client import AsyncModbusTcpClient

from controller.assembly import Assembly
from controller.domain.command import CommandState
from controller.domain.rights import Caller
from controller.runtime.command_log import Track
from controller.runtime.views import Order, Receipt
from tests.bench.field_clients import bare_clients
from tests.bench.field_site import authorised, controlled, wired_city
from tests.bench.peers.field import Field, modbus_field
from tests.bench.registry import benchmark, remark

CABINETS = 10_000
SAMPLES = 5
PATIENCE_S = 30.0
FOLLOWS_MS = 0
"""The bare client reads at once what it wrote: so here a contact has moved by then."""
COMMAND, CONTACTS = 1, 9
"""Registers of the cabinet's first command and of its contacts (peers/modbus_field.c)."""
TIMING = {
    "poll_normal_s": 10.0,
    "poll_slow_s": 60.0,
    "verify_s": 20.0,
    "command_deadline_s": 20.0,
    "request_timeout_s": 10.0,
}


@dataclass(frozen=True, slots=True)
class Switched:
    """One order: from the call to each circuit's proof, and how much of it was select and operate (s)."""

    proved_s: tuple[float, ...]
    selected_s: float
    accepted_s: float

    @property
    def last_s(self) -> float:
        return self.proved_s[-1]

    def quantile_s(self, share: float) -> float:
        return self.proved_s[round(share * (len(self.proved_s) - 1))]


@benchmark(
    "field.city_switch_ratio",
    unit="×",
    must=1.5,
    goal=1.0,
    note="one order for the circuits of 10,000 cabinets, each on a connection of its own: from operate to the last "
    "one CONFIRMED by its contact, while polling goes on ÷ bare pymodbus on uvloop writing and reading the same in a "
    "gather",
)
def city_switch_ratio() -> list[float]:
    switched, bare_s = _runs()
    return [one.last_s / bare for one, bare in zip(switched, bare_s, strict=True)]


@benchmark("field.city_switch_p95_s", unit="s", note="95 % of those circuits are proved after this long")
def city_switch_p95_s() -> list[float]:
    return [one.quantile_s(0.95) for one in _runs()[0]]


@benchmark("field.city_switch_last_s", unit="s", note="… and the last of them")
def city_switch_last_s() -> list[float]:
    return [one.last_s for one in _runs()[0]]


@cache
def _runs() -> tuple[list[Switched], list[float]]:
    with modbus_field(FOLLOWS_MS) as field:
        bare_s = uvloop.run(_bare(field))
        switched = uvloop.run(_ours(field))
    remark("staging against inrush: off; the figure is the controller's own cost")
    for name, times in (
        ("p50", [one.quantile_s(0.5) for one in switched]),
        ("p95", [one.quantile_s(0.95) for one in switched]),
        ("last", [one.last_s for one in switched]),
        ("accepted after", [one.accepted_s for one in switched]),
        ("select before it", [one.selected_s for one in switched]),
        ("bare pymodbus", bare_s),
    ):
        remark(f"{name}: {statistics.median(times):.2f} s ({', '.join(f'{one:.2f}' for one in times)})")
    return switched, bare_s


async def _bare(field: Field) -> list[float]:
    async with bare_clients(field.live, CABINETS) as clients:
        await _bare_switch(clients, on=False)
        gc.collect()
        gc.freeze()
        times = [await _bare_switch(clients, on=number % 2 == 0) for number in range(SAMPLES)]
        gc.unfreeze()
        return times


async def _bare_switch(clients: list[AsyncModbusTcpClient], *, on: bool) -> float:
    async def switch(client: AsyncModbusTcpClient) -> None:
        written = await client.write_register(COMMAND, int(on), device_id=1)
        assert not written.isError()
        shown = await client.read_holding_registers(CONTACTS, count=1, device_id=1)
        assert shown.registers == [int(on)]

    begun_s = time.perf_counter()
    await asyncio.gather(*(switch(client) for client in clients))
    return time.perf_counter() - begun_s


async def _ours(field: Field) -> list[Switched]:
    site = wired_city([field.live] * CABINETS, 1, TIMING)
    async with controlled(site) as (assembly, _):
        caller = await authorised(assembly)
        await _switch(assembly, caller, on=True)
        await _switch(assembly, caller, on=False)
        return [await _switch(assembly, caller, on=number % 2 == 0) for number in range(SAMPLES)]


async def _switch(assembly: Assembly, caller: Caller, *, on: bool) -> Switched:
    await asyncio.sleep(1.0)  # what the order before left to write and to tell
    order = Order(tuple(assembly.site.city.targets), "on" if on else "off", 3600.0, "benchmark", "city_manual")
    looked_s = time.perf_counter()
    preview = await assembly.desk.select(order, caller)
    with _Proofs(assembly) as proofs:
        begun_s = time.perf_counter()
        receipt = await assembly.desk.operate(preview.token, caller)
        accepted_s = time.perf_counter() - begun_s
        assert isinstance(receipt, Receipt), receipt
        assert all(outcome.accepted for outcome in receipt.outcomes)
        await asyncio.wait_for(proofs.complete.wait(), PATIENCE_S)
    assert not proofs.lost, proofs.lost[:3]
    return Switched(tuple(at_s - begun_s for at_s in proofs.at_s), begun_s - looked_s, accepted_s)


class _Proofs:
    """Notes when each command is CONFIRMED; any other end of one is a failure of the benchmark."""

    def __init__(self, assembly: Assembly) -> None:
        self._log = assembly.commands
        self._tell = assembly.commands._tell
        self.at_s: list[float] = []
        self.lost: list[str] = []
        self.complete = asyncio.Event()

    def __enter__(self) -> _Proofs:
        self._log._tell = self._heard
        return self

    def __exit__(self, *_: object) -> None:
        self._log._tell = self._tell

    def _heard(self, track: Track) -> None:
        if track.state is CommandState.CONFIRMED:
            self.at_s.append(time.perf_counter())
        elif track.state.final and track.state is not CommandState.SUPERSEDED:
            self.lost.append(f"{track.command.target} ended {track.state}: {track.remark}")
        if len(self.at_s) + len(self.lost) == CABINETS:
            self.complete.set()
        self._tell(track)
