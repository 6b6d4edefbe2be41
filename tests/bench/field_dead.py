"""Dead devices among living ones: what the living lose."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import uvloop

from tests.bench.field_site import controlled, counted, wired_city
from tests.bench.peers.field import Field, modbus_field
from tests.bench.registry import benchmark, remark

LIVING, DEAD = 900, 100
"""One in ten is dead: half of those accept and stay silent, half refuse."""
EAGER = {"poll_normal_s": 0.05, "poll_slow_s": 0.05, "request_timeout_s": 0.5, "stale_min_s": 10.0}
"""Polls are wanted faster than they can be had: whatever time a dead device takes is missing elsewhere."""
SAMPLES, SAMPLE_S, SETTLE_S = 5, 2.0, 1.0


@benchmark(
    "field.dead_tenth_loss_percent",
    unit="%",
    must=5,
    goal=2,
    note="polls of 900 living cabinets in a second of processor time, every wire as busy as can be: what is missing "
    "once 100 dead ones (50 silent, 50 that refuse) hang on the same controller; below zero is noise",
)
def dead_tenth_loss_percent() -> list[float]:
    with modbus_field() as field:
        return uvloop.run(_losses(field))


async def _losses(field: Field) -> list[float]:
    pairs = [(await _polled(field, 0), await _polled(field, DEAD)) for _ in range(SAMPLES)]
    for name, spread in (
        ("all alive", [alone for alone, _ in pairs]),
        ("a tenth dead", [beside for _, beside in pairs]),
    ):
        each = ", ".join(f"{one.polls / one.wall_s:.0f} ({one.cpu_s / one.wall_s:.0%} of a core)" for one in spread)
        remark(f"{name}: {each} polls of the living a second")
    return [(1.0 - beside.pace / alone.pace) * 100 for alone, beside in pairs]


@dataclass(frozen=True, slots=True)
class Polled:
    """Polls of the living, and the time they took."""

    polls: int
    cpu_s: float
    wall_s: float

    @property
    def pace(self) -> float:
        """Polls in a second of processor time: the wires are never idle, and others on the machine do not count."""
        return self.polls / self.cpu_s


async def _polled(field: Field, dead: int) -> Polled:
    ports = [field.live] * LIVING + [field.silent, field.refusing] * (dead // 2)
    site = wired_city(ports, 2, EAGER)
    living = frozenset(list(site.city.cabinets)[:LIVING])
    async with controlled(site) as (assembly, _):
        await asyncio.sleep(SETTLE_S)
        with counted(assembly, living) as polls:
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            await asyncio.sleep(SAMPLE_S)
            return Polled(len(polls), time.process_time() - cpu_s, time.perf_counter() - wall_s)
