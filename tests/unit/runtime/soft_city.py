"""A whole controller on soft devices, in virtual time: every part real but the wire."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from controller.assembly import Assembly
from controller.domain.clock import Clock
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.commanding.views import Preview
from controller.runtime.controller import Controller
from controller.runtime.two_persons import ProposalView
from controller.runtime.views import Order, Receipt
from controller.settings.load import load_site
from controller.settings.site import Site
from controller.store.store import Store
from drivers.base import Endpoint, PushSink
from drivers.soft import SoftDriver
from tests.unit.settings.small_site import write_site

DUSK = datetime(2026, 6, 21, 10, 50, tzinfo=UTC)
LC1, LC2, PS = "330106-LC-0001", "330106-LC-0002", "330106-PS-0001"


class PollingSoft(SoftDriver):
    """A soft device that is asked, like Modbus."""

    def push_to(self, sink: PushSink) -> None:
        """Nothing arrives by itself."""


@dataclass
class SoftField:
    """Every endpoint's driver, with contactors that follow."""

    drivers: dict[str, SoftDriver] = field(default_factory=dict)

    def make(self, endpoint: Endpoint, clock: Clock, **_: object) -> SoftDriver:
        driver = PollingSoft(endpoint, clock)
        for binding in endpoint.devices:
            for name, spec in binding.points.items():
                if spec.writable and spec.feedback in binding.points:
                    driver.follow(binding.device, name, str(spec.feedback))
            if "control_switch" in binding.points:
                driver.set(binding.device, "control_switch", "REMOTE")
        self.drivers[endpoint.name] = driver
        return driver

    @contextlib.contextmanager
    def wired(self) -> Iterator[SoftField]:
        """Endpoints lead here while this is open."""
        with patch("controller.assembly.wires.make_driver", self.make):
            yield self


def person(name: str, session: str = "") -> Caller:
    """Somebody signed in under their own name."""
    return Caller(name, person=name, session=session or f"S-{name}")


@dataclass
class SoftCity:
    clock: ScaledClock
    site: Site
    store: Store
    assembly: Assembly
    controller: Controller
    field: SoftField

    @property
    def lamps(self) -> SoftDriver:
        return self.field.drivers["gw-1"]

    def writes(self, point: str = "") -> list[tuple[str, Any]]:
        written = [(str(write).partition("=")[0], write.value) for write in self.lamps.writes]
        return [(name, value) for name, value in written if name.endswith(point)]

    async def until(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        ends_s = self.clock.monotonic() + within_s
        while not condition():
            assert self.clock.monotonic() < ends_s, f"did not happen within {within_s:g} s"
            await self.clock.sleep(0.2)

    async def ready(self) -> None:
        await self.until(lambda: self.controller.health().ready)

    async def order(self, *targets: str, value: str, actor: str = "lin", **said: Any) -> Receipt:
        given = {"for_s": 600.0, "reason": "trying", "slot": "city_manual"} | said
        return await self.controller.order(Order(targets, value, **given), person(actor))

    async def select(self, *targets: str, value: str, actor: str = "lin", **said: Any) -> Preview:
        given = {"for_s": 600.0, "reason": "trying", "slot": "city_manual"} | said
        return await self.controller.desks.orders.select(Order(targets, value, **given), person(actor))

    async def operate(self, preview: Preview, actor: str = "lin") -> Receipt | ProposalView:
        return await self.controller.desks.orders.operate(preview.token, person(actor))


@contextlib.asynccontextmanager
async def soft_city(tmp_path: Path, start: datetime = DUSK, soft: SoftField | None = None) -> AsyncIterator[SoftCity]:
    """A running controller on the small site; the same ``soft`` again is the same field for the next process."""
    site = load_site(write_site(tmp_path / "config"))
    clock = ScaledClock(start, source=asyncio.get_running_loop().time, origin_s=0.0)
    with (soft or SoftField()).wired() as wires:
        store = Store.open(tmp_path / "data")
        try:
            assembly = Assembly(site, clock, store)
            async with assembly.running() as controller:
                yield SoftCity(clock, site, store, assembly, controller, wires)
        finally:
            await store.close()
