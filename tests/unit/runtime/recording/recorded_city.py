"""The small city, recorded with its configuration folder; and its recording run again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from controller.assembly import Assembly
from controller.runtime.clocks import ScaledClock
from controller.runtime.recording.core import Core
from controller.runtime.recording.reading import Recording
from controller.runtime.recording.replaying import Replay, Report
from controller.settings.load import load_site
from controller.store.recording import FOLDER
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK, LC1, SoftCity, SoftField
from tests.unit.settings.small_site import write_site

K1, K2 = f"{LC1}/K1", f"{LC1}/K2"


@contextlib.asynccontextmanager
async def recorded_city(tmp_path: Path, soft: SoftField | None = None, say: str = "") -> AsyncIterator[SoftCity]:
    """A running controller. ``say`` is added to its ``site.yaml``."""
    config = tmp_path / "config" / "site"
    if not config.exists():
        write_site(tmp_path / "config")
        with (config / "site.yaml").open("a") as file:
            file.write(say)
    site = load_site(config)

    clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
    with (soft or SoftField()).wired() as wires:
        store = Store.open(tmp_path / "data")
        try:
            assembly = Assembly(site, clock, store)
            async with assembly.running(config) as controller:
                city = SoftCity(clock, site, store, assembly, controller, wires)
                await city.ready()
                yield city
        finally:
            await store.close()


def live_core(city: SoftCity) -> Core:
    return city.assembly.recorder._core


def replay(tmp_path: Path) -> Report:
    """The whole recording, with what is configured now."""
    site = load_site(tmp_path / "config" / "site")
    return Replay(lambda _hash, _speed: site).run(Recording(tmp_path / "data" / FOLDER).from_(None))
