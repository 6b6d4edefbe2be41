"""A target that leaves the configuration while somebody waits for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from controller.assembly import Assembly
from controller.domain.rights import Caller
from controller.runtime.clocks import ScaledClock
from controller.runtime.views import Order
from controller.settings.load import load_site
from controller.store.store import Store
from tests.unit.runtime.soft_city import DUSK, LC1, SoftField, person
from tests.unit.settings.small_site import changed, write_site

TREES = f"{LC1}/K2"
_LINE = "      - {output: K2, name: trees, program: landscape, lights: landscape, lamps: 4, lamp_w: 30}\n"


async def test_a_request_for_a_target_that_left_the_configuration_is_cancelled_and_says_so(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "config")
    clock = ScaledClock(DUSK, source=asyncio.get_running_loop().time, origin_s=0.0)
    store = Store.open(tmp_path / "data")
    with SoftField().wired():
        assembly = Assembly(load_site(folder), clock, store)
        async with assembly.running(folder) as controller:
            lin = Caller("lin", "lin", "s1")
            await assembly.desk.order(Order((TREES,), "on", 600.0, "trying", "city_manual", request_id="R1"), lin)
            write_site(tmp_path / "config", changed("site/assets/lights.yaml", _LINE, ""))
            report = await controller.reload(person("admin"))
            assert report.applied
            (part,) = controller.desks.undertakings.whole("R1").parts
            assert (part.state, part.remark) == ("CANCELLED", "its target left the configuration")
    await store.close()
