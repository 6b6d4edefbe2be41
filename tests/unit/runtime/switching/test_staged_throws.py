"""What staging makes of a throw on the wire: the feeder's kilowatts are kept, an emergency waits for nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from drivers.soft import SoftDriver
from tests.unit.runtime.soft_city import person
from tests.unit.runtime.switching.knife_city import CABINETS, LATE, KnifeCity, knife_city

NARROW = "switching: {staging: {least_kw_per_s: 1.5, feeders: {10kV文三线: 1.5, 10kV学院线: 2.5}}}\n"
"""Road circuits draw 1.2 kW: one at a time on the first feeder, two on the second."""


def watched(city: KnifeCity, output: str) -> dict[str, float]:
    """When each cabinet's command came on the wire, in clock seconds; the last counts."""
    told: dict[str, float] = {}
    for number, device in enumerate(CABINETS, 1):
        wire: SoftDriver = city.wire(number)

        def note(_: object, device: str = device) -> None:
            told[device] = city.soft.clock.monotonic()

        wire.on_write(device, f"{output}.command", note)
    return told


async def test_a_feeder_gets_its_circuits_one_after_the_other_and_says_so_meanwhile(tmp_path: Path) -> None:
    async with knife_city(tmp_path, switching=NARROW) as city:
        seen = await city.look("division:330106", "off", knife="road", for_s=600.0)
        staged = seen.summary.staged
        assert staged is not None
        assert 4.0 <= staged.seconds <= 6.0
        assert staged.urgent_seconds < 2.0
        assert staged.kw_per_s <= staged.ceiling_kw_per_s
        told = watched(city, "K1")
        began_s = city.soft.clock.monotonic()
        request = await city.throw("division:330106", "off", knife="road", for_s=600.0)
        await city.soft.clock.sleep(1.6)
        waiting = [one for one in city.count(request).others if one.text.startswith("staged 错峰: in ")]
        assert waiting
        explained = city.soft.controller.explain(waiting[-1].target)
        assert explained.phase.startswith("staged 错峰: in ")
        await city.until(request, by_power=8)
        first = sorted(told[device] for device in CABINETS[:4])
        assert all(later - before >= 1.0 for before, later in pairwise(first))
        assert max(told.values()) - began_s <= staged.seconds + 1.0
        assert not any("EXPIRED" in str(one.history) for one in city.soft.controller.commands(limit=1000))


async def test_an_urgent_throw_is_quicker_and_still_bounded(tmp_path: Path) -> None:
    async with knife_city(tmp_path, switching=NARROW) as city:
        told = watched(city, "K1")
        request = await city.throw("road:文三路", "off", knife="road", for_s=600.0, urgent=True)
        await city.until(request, by_power=6)
        moments = sorted(told[device] for device in CABINETS[:4])
        assert moments[-1] - moments[0] < 1.0


async def test_road_lights_on_in_an_emergency_wait_for_nothing(tmp_path: Path) -> None:
    async with knife_city(tmp_path, start=LATE, switching=NARROW) as city:
        dark = await city.throw("division:330106", "off", knife="road", for_s=3600.0)
        await city.until(dark, by_power=8)
        await city.soft.clock.sleep(70.0)  # lamps rest before they strike again
        desks = city.soft.controller.desks
        declared = await desks.states.declare(
            "lighting", "city", "typhoon", for_s=3600.0, reason="wind", caller=person("zhou")
        )
        assert declared is not None
        told = watched(city, "K1")
        request = await city.throw(
            "division:330106", "on", knife="road", for_s=600.0, who="cai", slot="emergency_order"
        )
        await city.until(request, by_power=8)
        assert max(told.values()) - min(told.values()) <= 0.5
