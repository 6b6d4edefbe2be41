"""A city of cabinets on real Modbus TCP wires, each with a connection of its own, and its controller."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import structlog

from controller.assembly import Assembly
from controller.domain.lights import Cabinet
from controller.domain.points import DeviceId, Reading
from controller.domain.rights import Caller, Grant, Role
from controller.runtime.clocks import ScaledClock
from controller.runtime.commanding.permission import Asking
from controller.runtime.controller import Controller
from controller.runtime.logs import configure_logs
from controller.runtime.people.permissions import Permissions
from controller.runtime.startup import hurry, settle
from controller.settings.load import load_site
from controller.settings.site import Site, Wire
from controller.settings.targets import cabinet_targets
from controller.settings.timing import Timing
from controller.store.store import Store
from drivers.base import Binding, Endpoint
from drivers.profile import PointSpec, Table
from tests.bench.synthetic import AFTERNOON, CONFIG, cabinet_city

BUILD = Path(__file__).parents[2] / "build"
"""On the disk the checkout is on: a journal in memory would flatter."""
LAST_REGISTER = 45
"""The peer's cabinet ends here, as config/profiles/cabinet-8.yaml has it."""
DISPENSABLE = ("photocell_lux", "timetable_active", "power_c_w", "power_b_w", "power_a_w")
"""What is left out, in this order, where a cabinet has to have a round number of points."""
READY_S = 60.0
LIN = Caller("lin", "lin", "S-1")


def wired_city(ports: Sequence[int], circuits: int, timing: Mapping[str, float], points: int | None = None) -> Site:
    """One cabinet for each port given; a port may be given often: every connection is a cabinet of its own.

    Nothing is staged against inrush (``cabinet_city`` sees to it): that spreads a city's switch over tens of seconds
    on purpose, and what is measured here is what the controller itself costs.
    """
    base, pattern = cabinet_city(len(ports)), load_site(CONFIG)
    timing_: Timing = replace(pattern.timing, **timing)
    binding = _pattern_binding(pattern, circuits, points)
    cabinets = {cabinet.id: _trimmed(cabinet, circuits) for cabinet in base.city.cabinets.values()}
    endpoints = tuple(
        Endpoint(
            device, f"modbus+tcp://127.0.0.1:{port}", (replace(binding, device=device),), timing_.request_timeout_s
        )
        for device, port in zip(cabinets, ports, strict=True)
    )
    ages = MappingProxyType({name: timing_.ageing(spec.poll) for name, spec in binding.points.items()})
    targets = {target.id: target for cabinet in cabinets.values() for target in cabinet_targets(cabinet)}
    return replace(
        base,
        city=replace(base.city, cabinets=cabinets, targets=targets),
        endpoints=endpoints,
        wires=MappingProxyType({one: Wire(base.wires[one].profile, one) for one in cabinets}),
        ageings=MappingProxyType(dict.fromkeys(cabinets, ages)),
        timing=timing_,
    )


@contextlib.asynccontextmanager
async def controlled(site: Site, clock: ScaledClock | None = None) -> AsyncIterator[tuple[Assembly, Controller]]:
    """The real controller on this site, once every cabinet that answers was read completely."""
    BUILD.mkdir(exist_ok=True)
    configure_logs(as_json=True, quiet=True)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )  # a hundred are lost on purpose
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-field-") as folder:
        store = Store.open(Path(folder) / "data")
        try:
            hurry()
            assembly = Assembly(site, clock or ScaledClock(AFTERNOON), store)
            async with assembly.running() as controller:
                await _met(assembly)
                settle()
                yield assembly, controller
        finally:
            gc.unfreeze()
            await store.close()


async def authorised(assembly: Assembly) -> Caller:
    """A person of the control room who may switch the city alone: a response of level III is declared."""
    asking = Asking(Permissions(assembly.site.city, {}, lambda _: (Grant(Role.LIGHTING_OPERATOR),)))
    assembly.commanding.authorise_by(asking)
    assembly.proposals.authorise_by(asking.objection)
    declared = await assembly.conditions.states.declare(
        "lighting", "city", "flood_iii", for_s=3600.0, reason="benchmark", caller=Caller("chief", "chief", "S-0")
    )
    assert declared.accepted, declared.text_en
    return LIN


@contextlib.contextmanager
def counted(assembly: Assembly, devices: Container[DeviceId] | None = None) -> Iterator[list[int]]:
    """Everything these devices bring while this is open: how many readings each time."""
    table, brought = assembly.table, list[int]()
    store = table.store

    def counting(device: DeviceId, readings: Mapping[str, Reading], *, complete: bool = False) -> None:
        if devices is None or device in devices:
            brought.append(len(readings))
        store(device, readings, complete=complete)

    table.store = counting  # type: ignore[method-assign]  # a look at what passes; the store itself goes on
    try:
        yield brought
    finally:
        del table.store


async def _met(assembly: Assembly) -> None:
    """Every cabinet answered or was found silent, and every program is worked out."""
    until_s = time.monotonic() + READY_S
    while assembly.table.not_met() or assembly.cycles[0].behind():
        if time.monotonic() > until_s:
            raise TimeoutError(f"{len(assembly.table.not_met())} cabinets were not met within {READY_S:g} s")
        await asyncio.sleep(0.1)


def _pattern_binding(site: Site, circuits: int, points: int | None) -> Binding:
    """The binding of a cabinet of the largest kind, with the registers the peer has."""
    wired = [binding for endpoint in site.endpoints for binding in endpoint.devices]
    binding = max((one for one in wired if "K8.command" in _holding(one)), key=lambda one: len(one.points))
    unused = tuple(f"K{number}." for number in range(circuits + 1, 9))
    kept = {name: spec for name, spec in _holding(binding).items() if not name.startswith(unused)}
    for name in islice(DISPENSABLE, max(0, len(kept) - (points or len(kept)))):
        del kept[name]
    assert points in (None, len(kept)), f"the cabinet has {len(kept)} points"
    return replace(binding, points=MappingProxyType(kept), unit=1)


def _holding(binding: Binding) -> dict[str, PointSpec]:
    return {
        name: spec
        for name, spec in binding.points.items()
        if spec.table is Table.HOLDING and spec.address <= LAST_REGISTER
    }


def _trimmed(cabinet: Cabinet, circuits: int) -> Cabinet:
    """Circuits that may be switched back and forth at once: LED lamps a minute apart would make a long benchmark."""
    kept = tuple(replace(circuit, no_restrike_s=0.0) for circuit in cabinet.circuits[:circuits])
    return replace(cabinet, circuits=kept)
