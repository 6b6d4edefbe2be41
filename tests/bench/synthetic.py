"""A lighting city of any size for benchmarks: one Hangzhou cabinet, replicated over the city, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from controller.domain.assets import City
from controller.domain.clock import Clock
from controller.domain.command import Command
from controller.domain.image import Ageing, LinkState
from controller.domain.intents import Switch
from controller.domain.lights import Cabinet
from controller.domain.places import Place
from controller.domain.points import DeviceId, Reading, TargetId, Value, good
from controller.domain.request import Lease, Request
from controller.domain.slots import Slot
from controller.logic.scopes import Scopes
from controller.logic.staging import NO_STAGING
from controller.runtime.table import ImageTable
from controller.settings.load import load_site
from controller.settings.site import Site, Wire
from controller.settings.targets import cabinet_targets
from tests.scenarios.part import part_of

CONFIG = Path(__file__).parents[2] / "config" / "hangzhou"
CIRCUITS = 6
"""Circuits of every cabinet here."""
NEVER_OLD = Ageing(stale_s=1e9, dead_s=1e9)
"""Readings do not age: a benchmark turns faster than any poll could renew them."""
AFTERNOON = datetime(2026, 6, 21, 6, 0, tzinfo=UTC)
"""Every program wants the lights off for hours to come."""


class ManualTime:
    """A clock that moves when it is told to."""

    speed = 1.0

    def __init__(self, start: datetime = AFTERNOON) -> None:
        self._start = start
        self._s = 0.0

    def pass_s(self, seconds: float) -> None:
        self._s += seconds

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._s)

    def monotonic(self) -> float:
        return self._s

    async def sleep(self, seconds: float) -> None:
        self.pass_s(seconds)
        await asyncio.sleep(0)


class CabinetField:
    """Every cabinet online, read completely and off; what is commanded happens when ``obey`` is called."""

    def __init__(self, site: Site, clock: Clock, table: ImageTable | None = None) -> None:
        self.table = table or ImageTable(site.ageings)
        self._clock = clock
        rest = {point: good(_at_rest(point), clock.monotonic()) for point in site.profile(_any(site)).points}
        for device in site.city.cabinets:
            for state in (LinkState.PROBING, LinkState.RESYNC, LinkState.ONLINE):
                self.table.set_link(device, state)
            self.table.store(device, rest, complete=True)

    def show(self, device: DeviceId, values: Mapping[str, Value]) -> None:
        """A poll shows these."""
        self.table.store(device, {point: good(value, self._clock.monotonic()) for point, value in values.items()})

    def obey(self, commands: Iterable[Command]) -> None:
        """The contactors follow, and a poll shows it: one read for each cabinet."""
        shown: dict[DeviceId, dict[str, Reading]] = {}
        for command in commands:
            write, proof = command.write, command.proof
            assert proof is not None
            readings = shown.setdefault(write.device, {})
            readings[write.point] = good(write.value, self._clock.monotonic())
            readings[proof.point] = good(proof.expected, self._clock.monotonic())
        for device, readings in shown.items():
            self.table.store(device, readings)


def order_on(target: TargetId, clock: Clock, slot: Slot = Slot.CITY_MANUAL) -> Request:
    """The control room wants a circuit on for an hour."""
    now, hour = clock.now(), timedelta(hours=1)
    lease = Lease(f"L-{target}-{clock.monotonic():.0f}", now, now + hour, clock.monotonic() + hour.total_seconds())
    return Request(target, slot, Switch(True), "bench", "benchmark", since=now, lease=lease)


def _any(site: Site) -> DeviceId:
    return next(iter(site.city.cabinets))


def _at_rest(point: str) -> Value:
    if point == "control_switch":
        return "REMOTE"
    return False if point.endswith((".command", ".feedback", ".breaker_trip")) else 0


@lru_cache
def cabinet_city(cabinets: int) -> Site:
    """Hangzhou's programs, calendar and timing over ``cabinets`` cabinets of six circuits, and nothing else."""
    whole = load_site(CONFIG)
    pattern = next(cabinet for cabinet in whole.city.cabinets.values() if len(cabinet.circuits) >= CIRCUITS)
    site = part_of(whole, pattern.id)  # no rule of the water speaks of what is not there
    built = {cabinet.id: cabinet for cabinet in (_copy(pattern, number) for number in range(cabinets))}
    targets = {target.id: target for cabinet in built.values() for target in cabinet_targets(cabinet)}
    city = City(cabinets=built, poles={}, stations={}, gauges={}, targets=targets)
    wire = site.wires[pattern.id]
    points = dict.fromkeys(site.profile(pattern.id).points, NEVER_OLD)
    return replace(
        site,
        city=city,
        scopes=Scopes.of(city),
        network=None,
        endpoints=(),
        wires=MappingProxyType({device: Wire(wire.profile, "none") for device in built}),
        ageings=MappingProxyType(dict.fromkeys(built, MappingProxyType(points))),
        interlocks=(),
        switching=replace(site.switching, staging=NO_STAGING),  # slow on purpose: what is measured is the machine
    )


def _copy(pattern: Cabinet, number: int) -> Cabinet:
    """The pattern at a place of its own, a street further on."""
    device: DeviceId = f"3301{number // 10_000:02d}-LC-{number % 10_000:04d}"
    circuits = tuple(replace(circuit, id=f"{device}/{circuit.output}") for circuit in pattern.circuits[:CIRCUITS])
    place = Place(pattern.place.lat + number % 100 * 0.002, pattern.place.lon + number // 100 * 0.002)
    return replace(pattern, id=device, place=place, circuits=circuits)
