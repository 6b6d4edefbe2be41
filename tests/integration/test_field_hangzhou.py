"""The demo city's own field: everything its configuration names is there and answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.settings import load_site
from hil.field import Field
from hil.world import load_world
from tests.unit.hil.small_city import VirtualClock

HANGZHOU = Path(__file__).parents[2] / "config" / "hangzhou"


async def test_every_endpoint_of_hangzhou_starts_and_every_point_shows_a_value() -> None:
    site, world = load_site(HANGZHOU), load_world(HANGZHOU / "world.yaml")
    field = Field(site, world, VirtualClock(), ephemeral_ports=True)
    urls = await field.start()
    try:
        assert set(urls) == {endpoint.name for endpoint in site.endpoints}
        for endpoint in site.endpoints:
            for binding in endpoint.devices:
                device = field.device(binding.device)
                for spec in binding.points.values():
                    value = device.read(spec.name)
                    if spec.low is not None and spec.high is not None:
                        assert isinstance(value, (int, float))
                        assert spec.low <= value <= spec.high, f"{binding.device} {spec.name}"
    finally:
        await field.stop()


async def test_left_to_its_plcs_the_city_comes_through_the_storm() -> None:
    site, world = load_site(HANGZHOU), load_world(HANGZHOU / "world.yaml")
    field = Field(site, world, VirtualClock(), only=frozenset({"gw-hydrology-01"}), ephemeral_ports=True, step_s=10.0)
    await field.start()
    try:
        highest_m = 0.0
        for _ in range(15):
            await asyncio.sleep(3600)
            highest_m = max(highest_m, field.water.level_m("canal"))
        ran = {event.device for event in field.events() if event.output.startswith("P") and event.value is True}
        assert {"330102-PS-0003", "330106-PS-0001", "330102-UP-0001"} <= ran
        assert 1.7 < highest_m < 2.2
        assert abs(field.water.error_m3()) < 1.0
    finally:
        await field.stop()
