"""What a driver is told about its wire is in real seconds, however fast demo time runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from unittest.mock import patch

from controller.assembly import Assembly
from controller.domain.clock import Clock
from controller.runtime.clocks import ScaledClock
from controller.runtime.pace import paced
from controller.settings.load import load_site
from controller.store.store import Store
from drivers.base import Endpoint
from drivers.profile import Poll
from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import DUSK, SoftField
from tests.unit.settings.small_site import write_site


async def test_an_opc_ua_server_is_asked_to_publish_in_real_seconds(tmp_path: Path) -> None:
    told: dict[str, Any] = {}
    soft = SoftField()

    def make(endpoint: Endpoint, clock: Clock, **wire: Any) -> SoftDriver:
        told[endpoint.name] = wire
        return soft.make(endpoint, clock)

    clock = ScaledClock(DUSK, 30.0, source=asyncio.get_running_loop().time, origin_s=0.0)
    site = paced(load_site(write_site(tmp_path / "config")), clock.speed)
    store = Store.open(tmp_path / "data")
    with patch("controller.assembly.wires.make_driver", make):
        async with Assembly(site, clock, store).running():
            pass
    await store.close()
    assert told["ua-1"]["opcua_intervals_s"][Poll.FAST] == 0.1
    assert told["ua-1"]["opcua_keepalive_s"] == 1.0
