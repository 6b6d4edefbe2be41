"""The whole demo city in one virtual-time event loop: the real field, the real sockets, the real controller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from asyncua.server import binary_server_asyncio, internal_subscription, uaprocessor

from controller.assembly import Assembly
from controller.domain.command import Cause
from controller.domain.image import LinkState
from controller.domain.points import device_of, output_of
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.controller import Controller
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import AlarmView, Explanation, Order, TargetOutcome
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Binding
from hil.field import Event, Field
from hil.plants.events import Motion
from hil.world import World, load_world

LOCAL = ZoneInfo("Asia/Shanghai")
"""What a moment without an offset means to people there."""
CONFIG = Path(__file__).parents[2] / "config" / "hangzhou"


@lru_cache
def hangzhou() -> Site:
    """The demo city as configured; its tables are downloaded only where a scenario is about them."""
    site = load_site(CONFIG)
    # The optimiser works in a process of its own, which knows no virtual time: its scenarios bring their own.
    optimiser = replace(site.optimiser, enabled=False)
    site = replace(site, timetables=replace(site.timetables, first_after_s=float("inf")), optimiser=optimiser)
    timing = replace(site.timing, opcua_publish_s=1.0)  # a virtual second in one turn of every server, not in four
    return replace(site, timing=timing)


@lru_cache
def hangzhou_world() -> World:
    """The water world of the demo city."""
    return load_world(CONFIG / "world.yaml")


def with_timing(site: Site, **seconds: float) -> Site:
    """The site with other times of its own (polls, cycles); ageing follows them."""
    timing = replace(site.timing, **seconds)
    ageings = {
        binding.device: {name: timing.ageing(spec.poll) for name, spec in binding.points.items()}
        for endpoint in site.endpoints
        for binding in endpoint.devices
    }
    return replace(site, timing=timing, ageings=ageings)


def patient(site: Site, factor: float) -> Site:
    """The site with devices that bear ``factor`` times as long a silence before they go on by themselves."""
    endpoints = tuple(
        replace(endpoint, devices=tuple(_patient(binding, factor) for binding in endpoint.devices))
        for endpoint in site.endpoints
    )
    return replace(site, endpoints=endpoints)


def polled(site: Site, devices: Set[str], poll_s: float) -> Site:
    """The site with these devices read at their own pace."""
    endpoints = tuple(
        replace(
            endpoint,
            devices=tuple(replace(b, poll_s=poll_s) if b.device in devices else b for b in endpoint.devices),
        )
        for endpoint in site.endpoints
    )
    return replace(site, endpoints=endpoints)


def _patient(binding: Binding, factor: float) -> Binding:
    return binding if binding.fallback_s is None else replace(binding, fallback_s=binding.fallback_s * factor)


@dataclass(slots=True)
class RunningCity:
    """What a scenario works with."""

    clock: ScaledClock
    site: Site
    field: Field
    assembly: Assembly
    controller: Controller

    async def until(self, condition: Callable[[], bool], within_s: float, every_s: float = 0.25) -> None:
        """Let virtual time pass until the condition holds; fail when it does not within ``within_s``."""
        deadline_s = self.clock.monotonic() + within_s
        while not condition():
            assert self.clock.monotonic() < deadline_s, f"did not happen within {within_s:g} s"
            await self.clock.sleep(every_s)

    async def order(
        self, target: str, value: str, for_s: float, *, slot: str = "district_manual", actor: str = "an operator"
    ) -> TargetOutcome:
        """A person's order, selected and confirmed by a colleague where it takes that; what became of it."""
        order = Order((target,), value, for_s, "said by the scenario", slot)
        caller, desks = Caller(actor, person=actor, session=actor), self.controller.desks
        receipt = await desks.orders.order(order, caller)
        if receipt.outcomes[0].cause != Cause.NOT_SELECTED:
            return receipt.outcomes[0]
        answer = await desks.orders.operate((await desks.orders.select(order, caller)).token, caller)
        if isinstance(answer, ProposalView):
            answer = await desks.proposals.confirm(answer.id, Caller("a colleague", person="a colleague"))
        return answer.outcomes[0]

    def moves(self, target: str) -> list[Event]:
        """How the contactor of a circuit or unit really moved."""
        device, output = device_of(target), output_of(target)
        moved = [event for event in self.field.events() if event.motion is Motion.CONTACTOR]
        return [event for event in moved if (event.device, event.output) == (device, output)]

    def alarms(self, condition: str) -> list[AlarmView]:
        """The alarms of this condition that stand."""
        return [alarm for alarm in self.controller.alarms() if alarm.condition == condition and alarm.cleared is None]

    def link(self, device: str) -> LinkState:
        """How the device can be reached."""
        return self.assembly.table.devices()[device].link

    async def all_as_wanted(self, *targets: str, within_s: float = 60.0) -> None:
        """Wait until the field was read and these targets are what their programs want."""
        await self.until(lambda: self.controller.health().ready, within_s=30.0)
        await self.until(lambda: all(self.shown(target).agrees for target in targets), within_s)

    def shown(self, target: str) -> Explanation:
        """The explanation of a target."""
        return self.controller.explain(target)


def _servers_follow(time: Callable[[], float]) -> None:
    """Let asyncua's server pace itself by the virtual loop; it reads the process's clock otherwise.

    Its checks for forgotten sessions and closed connections would look every few virtual seconds: they have
    nothing to find here.
    """
    internal_subscription.time = SimpleNamespace(monotonic=time)
    uaprocessor.time = SimpleNamespace(monotonic=time)
    if not hasattr(uaprocessor.UaProcessor, "_made"):
        uaprocessor.UaProcessor._made = uaprocessor.UaProcessor.__init__
        uaprocessor.UaProcessor.__init__ = _made_patient
        binary_server_asyncio.BinaryServer._close_task_loop = _never_tidied


def _made_patient(processor: Any, *arguments: Any, **named: Any) -> None:
    uaprocessor.UaProcessor._made(processor, *arguments, **named)
    processor._watchdog_interval = 3600.0


async def _never_tidied(_: Any) -> None:
    """What was closed is put away when the server stops."""


@contextlib.asynccontextmanager
async def running_field(
    site: Site, start: datetime, *, world: World | None = None, step_s: float = 5.0, cache: Path | None = None
) -> AsyncIterator[tuple[ScaledClock, Field, Site]]:
    """The field alone from ``start`` (aware) in this loop's time: its clock, itself, and the site at its addresses."""
    _servers_follow(asyncio.get_running_loop().time)
    clock = ScaledClock(start, source=asyncio.get_running_loop().time)
    field = Field(site, world or hangzhou_world(), clock, ephemeral_ports=True, step_s=step_s, cache=cache)
    urls: Mapping[str, str] = await field.start()
    try:
        yield clock, field, site.with_urls(dict(urls))
    finally:
        await field.stop()


@contextlib.asynccontextmanager
async def controlled(clock: ScaledClock, field: Field, here: Site, data: Path) -> AsyncIterator[RunningCity]:
    """The controller over a running field; it may come and go while the field lives on."""
    store = Store.open(data)
    try:
        assembly = Assembly(here, clock, store)
        async with assembly.running() as controller:
            yield RunningCity(clock, here, field, assembly, controller)
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def running_city(
    data: Path,
    start: datetime,
    *,
    site: Site | None = None,
    world: World | None = None,
    step_s: float = 5.0,
    cache: Path | None = None,
) -> AsyncIterator[RunningCity]:
    """Field and controller from ``start`` (aware) in this loop's time; everything is closed on the way out."""
    async with (
        running_field(site or hangzhou(), start, world=world, step_s=step_s, cache=cache) as (clock, field, here),
        controlled(clock, field, here, data) as city,
    ):
        yield city
