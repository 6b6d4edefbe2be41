"""A whole city polled steadily: processor, how late the event loop comes, memory, and how old what it shows may be."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import uvloop

from controller.assembly import Assembly
from controller.domain.quality import Quality
from tests.bench.field_site import controlled, counted, wired_city
from tests.bench.peers.field import Field, modbus_field
from tests.bench.registry import benchmark, remark

CABINETS, POINTS, CIRCUITS = 10_000, 30, 2
PERIOD_S = 10.0
TIMING = {"poll_normal_s": PERIOD_S, "poll_slow_s": PERIOD_S, "request_timeout_s": 5.0}
SAMPLES, SAMPLE_S = 6, 5.0
LOOK_S = 0.005
"""How often the event loop is asked whether it has time."""
PAGE_MB = resource.getpagesize() / 1e6


@dataclass(frozen=True, slots=True)
class Window:
    """Some seconds of polling."""

    cpu_percent: float
    lag_p99_ms: float
    lag_most_ms: float
    memory_mb: float
    oldest_s: float
    polls_per_s: float
    good: int


@benchmark(
    "field.poll_cpu_percent",
    unit="%",
    must=60,
    goal=30,
    note="of one core: the whole controller polling 10,000 cabinets × 30 points every 10 s, six of the thirty values "
    "new each time; cycles, recording and alarms included",
)
def poll_cpu_percent() -> list[float]:
    return [window.cpu_percent for window in _windows()]


@benchmark("field.loop_lag_p99_ms", unit="ms", must=50, goal=20, note="how late the event loop comes meanwhile")
def loop_lag_p99_ms() -> list[float]:
    return [window.lag_p99_ms for window in _windows()]


@benchmark("field.memory_mb", unit="MB", must=700, goal=400, note="resident memory of that controller")
def memory_mb() -> list[float]:
    return [window.memory_mb for window in _windows()]


@benchmark(
    "field.oldest_good_s", unit="s", must=15, goal=11, note="age of the oldest GOOD value of the 300,000 meanwhile"
)
def oldest_good_s() -> list[float]:
    return [window.oldest_s for window in _windows()]


@cache
def _windows() -> tuple[Window, ...]:
    with modbus_field() as field:
        windows = uvloop.run(_measured(field))
    remark(f"{statistics.median(window.polls_per_s for window in windows):.0f} polls a second")
    remark(f"the event loop's longest delay: {max(window.lag_most_ms for window in windows):.0f} ms")
    remark(f"GOOD values of {CABINETS * POINTS}: {min(window.good for window in windows)}")
    return windows


async def _measured(field: Field) -> tuple[Window, ...]:
    site = wired_city([field.live] * CABINETS, CIRCUITS, TIMING, POINTS)
    async with controlled(site) as (assembly, _):
        await asyncio.sleep(1.5 * PERIOD_S)  # the start's crowd spreads over the period
        return tuple([await _window(assembly) for _ in range(SAMPLES)])


async def _window(assembly: Assembly) -> Window:
    lags: list[float] = []
    looking_on = asyncio.ensure_future(_look_on(lags))
    with counted(assembly) as polls:
        cpu_s, begun_s = time.process_time(), time.perf_counter()
        await asyncio.sleep(SAMPLE_S)
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - begun_s
    looking_on.cancel()
    oldest_s, good = _oldest(assembly)
    return Window(
        cpu_percent=cpu_s / wall_s * 100,
        lag_p99_ms=statistics.quantiles(lags, n=100)[98] * 1e3,
        lag_most_ms=max(lags) * 1e3,
        memory_mb=_resident_mb(),
        oldest_s=oldest_s,
        polls_per_s=len(polls) / wall_s,
        good=good,
    )


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB


async def _look_on(lags: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + LOOK_S
        await asyncio.sleep(LOOK_S)
        lags.append(max(0.0, loop.time() - due_s))


def _oldest(assembly: Assembly) -> tuple[float, int]:
    now_s = assembly.clock.monotonic()
    ages_s = [
        now_s - reading.received_s
        for block in assembly.table.devices().values()
        for name in block.readings
        if (reading := block.read(name, now_s)).quality is Quality.GOOD
    ]
    return max(ages_s), len(ages_s)
