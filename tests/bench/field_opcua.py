"""A hundred OPC UA servers on one controller process: processor, writing, and coming back after all were gone."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

import uvloop

from controller.assembly import Assembly
from controller.domain.image import LinkState
from controller.runtime.clocks import ScaledClock
from controller.settings.site import Site, Wire
from drivers.base import Binding, Driver, Endpoint
from drivers.factory import make_driver
from drivers.profile import Access, PointSpec, PointType, Poll
from tests.bench.field_clients import in_groups
from tests.bench.field_site import controlled, counted
from tests.bench.peers.opcua_field import NAMESPACE, WRITABLE
from tests.bench.registry import benchmark, remark
from tests.bench.synthetic import AFTERNOON, cabinet_city

SERVERS, NODES = 100, 50
PROCESSES = 2
"""The servers' own processes."""
SAMPLES, SAMPLE_S = 5, 3.0
RETURNS = 5
WRITERS, WRITES = 10, 50
START_S, RETURN_S = 60.0, 60.0
TIMEOUT_S = 10.0
ROOT = Path(__file__).parents[2]

POINTS = MappingProxyType(
    {
        **{
            f"n{number:02d}": PointSpec(f"n{number:02d}", PointType.F64, poll=Poll.FAST, node=f"n{number:02d}")
            for number in range(NODES - 1)
        },
        WRITABLE: PointSpec(
            WRITABLE, PointType.F64, access=Access.READ_WRITE, feedback="none", poll=Poll.FAST, node=WRITABLE
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Steady:
    """Undisturbed seconds, and writes among them."""

    cpu_percent: tuple[float, ...]
    changes_per_s: tuple[float, ...]
    write_ms: tuple[float, ...]


@benchmark(
    "field.opcua_cpu_percent",
    unit="%",
    note="of one core: one controller process subscribed to 100 servers × 50 nodes that change each second",
)
def opcua_cpu_percent() -> list[float]:
    return list(_steady().cpu_percent)


@benchmark(
    "field.opcua_write_p99_ms",
    unit="ms",
    note="a write to one of these servers meanwhile until the server said yes, ten at a time",
)
def opcua_write_p99_ms() -> list[float]:
    times = _steady().write_ms
    size = len(times) // SAMPLES
    return [statistics.quantiles(times[n * size : (n + 1) * size], n=100)[98] for n in range(SAMPLES)]


@benchmark(
    "field.opcua_reconnect_s",
    unit="s",
    note="all servers are killed at once and started anew: from the last one's listening to the last device's first "
    "complete read; the back-off that grew while they were away is in it",
)
def opcua_reconnect_s() -> list[float]:
    with _served() as servers:
        return uvloop.run(_returned(servers))


class Servers:
    """The servers' processes; killed and started anew on the same ports."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []
        self.ports = [0] * SERVERS

    def start(self) -> None:
        """Returns once every server listens."""
        share = -(-SERVERS // PROCESSES)
        wanted = [self.ports[begin : begin + share] for begin in range(0, SERVERS, share)]
        self._processes = [self._process(ports) for ports in wanted]
        self.ports = [int(port) for process in self._processes for port in _line(process).split()]
        assert len(self.ports) == SERVERS

    def kill(self) -> None:
        """As a power cut."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.communicate()
        self._processes = []

    def _process(self, ports: Sequence[int]) -> subprocess.Popen[str]:
        call = [sys.executable, "-m", "tests.bench.peers.opcua_field", str(NODES), *map(str, ports)]
        return subprocess.Popen(call, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def _served() -> Iterator[Servers]:
    servers = Servers()
    try:
        servers.start()
        yield servers
    finally:
        servers.kill()


@cache
def _steady() -> Steady:
    with _served() as servers:
        steady = uvloop.run(_measured(servers))
    p50_ms, p99_ms = statistics.median(steady.write_ms), statistics.quantiles(steady.write_ms, n=100)[98]
    remark(f"writes: p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms of {len(steady.write_ms)}")
    remark(f"{statistics.median(steady.changes_per_s):.0f} changes a second arrived")
    remark(f"{PROCESSES} server processes, 1 of ours")
    return steady


async def _measured(servers: Servers) -> Steady:
    site = _site(servers.ports)
    async with controlled(site) as (assembly, _):
        await _all_online(assembly, START_S)
        await asyncio.sleep(2.0)
        windows = [await _window(assembly) for _ in range(SAMPLES)]
        written = await _written_ms(site)
    return Steady(tuple(cpu for cpu, _ in windows), tuple(changes for _, changes in windows), written)


async def _returned(servers: Servers) -> list[float]:
    async with controlled(_site(servers.ports)) as (assembly, _):
        await _all_online(assembly, START_S)
        return [await _returned_s(assembly, servers) for _ in range(RETURNS)]


async def _window(assembly: Assembly) -> tuple[float, float]:
    """Processor share in percent, and how many changed values arrived a second."""
    with counted(assembly) as stored:
        cpu_s, begun_s = time.process_time(), time.perf_counter()
        await asyncio.sleep(SAMPLE_S)
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - begun_s
    return cpu_s / wall_s * 100, sum(stored) / wall_s


async def _written_ms(site: Site) -> tuple[float, ...]:
    """Drivers of their own beside the controller's: what a person's write meets is a busy server and a busy loop."""
    chosen = site.endpoints[:: SERVERS // WRITERS]
    drivers = [make_driver(endpoint, ScaledClock(AFTERNOON)) for endpoint in chosen]
    times: list[float] = []

    async def write(driver: Driver, endpoint: Endpoint) -> None:
        for number in range(WRITES):
            begun_s = time.perf_counter()
            await driver.write(endpoint.devices[0].device, WRITABLE, float(number))
            times.append((time.perf_counter() - begun_s) * 1e3)

    try:
        await in_groups([driver.connect for driver in drivers])
        await asyncio.sleep(1.0)
        await asyncio.gather(*(write(driver, endpoint) for driver, endpoint in zip(drivers, chosen, strict=True)))
    finally:
        await in_groups([driver.close for driver in drivers])
    return tuple(times)


async def _returned_s(assembly: Assembly, servers: Servers) -> float:
    servers.kill()
    await _until(lambda: not any(_up(assembly)), RETURN_S)
    await asyncio.to_thread(servers.start)
    begun_s = time.perf_counter()
    await _all_online(assembly, RETURN_S)
    return time.perf_counter() - begun_s


async def _all_online(assembly: Assembly, within_s: float) -> None:
    await _until(lambda: all(_up(assembly)), within_s)


def _up(assembly: Assembly) -> list[bool]:
    blocks = assembly.table.devices().values()
    return [block.link is LinkState.ONLINE and block.complete and len(block.readings) == NODES for block in blocks]


async def _until(condition: Callable[[], bool], within_s: float) -> None:
    until_s = time.perf_counter() + within_s
    while not condition():
        if time.perf_counter() > until_s:
            raise TimeoutError(f"not within {within_s:g} s")
        await asyncio.sleep(0.02)


def _site(ports: Sequence[int]) -> Site:
    """Servers nobody switches anything by: what is measured is the wire and the image."""
    base = cabinet_city(1)
    timing = replace(base.timing, opcua_publish_s=1.0)
    ages = MappingProxyType({name: timing.ageing(spec.poll) for name, spec in POINTS.items()})
    endpoints = tuple(
        Endpoint(
            f"ua-{n:03d}",
            f"opc.tcp://127.0.0.1:{port}",
            (Binding(f"330106-PS-{n:04d}", POINTS, namespace=NAMESPACE),),
            TIMEOUT_S,
        )
        for n, port in enumerate(ports)
    )
    devices = [endpoint.devices[0].device for endpoint in endpoints]
    profile = next(iter(base.wires.values())).profile
    return replace(
        base,
        city=replace(base.city, cabinets={}, targets={}),
        endpoints=endpoints,
        wires=MappingProxyType({one: Wire(profile, e.name) for one, e in zip(devices, endpoints, strict=True)}),
        ageings=MappingProxyType(dict.fromkeys(devices, ages)),
        timing=timing,
    )
