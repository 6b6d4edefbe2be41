"""The whole demo city in one virtual-time event loop: the real field, the real sockets, the real controller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from asyncua.server import internal_subscription

from controller.main import Assembly
from controller.runtime.clocks import ScaledClock
from controller.runtime.controller import Controller
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Binding
from hil.field import Field
from hil.world import World, load_world

CONFIG = Path(__file__).parents[2] / "config" / "hangzhou"


@lru_cache
def hangzhou() -> Site:
    """The demo city as configured."""
    return load_site(CONFIG)


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

    def shown(self, target: str) -> Any:
        """The explanation of a target."""
        return self.controller.explain(target)


@contextlib.asynccontextmanager
async def running_city(
    data: Path, start: datetime, *, site: Site | None = None, step_s: float = 5.0, cache: Path | None = None
) -> AsyncIterator[RunningCity]:
    """Field and controller from ``start`` (aware) in this loop's time; everything is closed on the way out."""
    wanted = site or hangzhou()
    # asyncua's server paces its subscriptions on the process's clock; in virtual time they must follow the loop.
    internal_subscription.time = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
    clock = ScaledClock(start, source=asyncio.get_running_loop().time)
    field = Field(wanted, hangzhou_world(), clock, ephemeral_ports=True, step_s=step_s, cache=cache)
    urls: Mapping[str, str] = await field.start()
    try:
        here = wanted.with_urls(dict(urls))
        store = Store.open(data)
        try:
            assembly = Assembly(here, clock, store)
            async with assembly.running() as controller:
                yield RunningCity(clock, here, field, assembly, controller)
        finally:
            await store.close()
    finally:
        await field.stop()
