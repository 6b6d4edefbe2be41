"""A call for help and its answer, replayed: the same decisions come of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.points import device_of
from tests.unit.runtime.recording.recorded_city import recorded_city, replay
from tests.unit.runtime.soft_city import person
from tests.unit.settings import small_site

POLE, LAMP = "330106-SP-0001", "330106-SP-0001/L1"
SOS = "  sos: {table: holding, address: 40, bit: 0, type: bit}\n"
RULES = "smart_poles: {sos: {hold: 1m, within_m: 2000, stuck_after: 1h, neighbours_by_day: true}}\n"


async def test_a_call_an_answer_and_the_lights_of_it_come_out_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "profiles/pole.yaml"
    monkeypatch.setitem(small_site.FILES, name, small_site.FILES[name] + SOS)
    monkeypatch.setitem(small_site.FILES, "site/lighting/poles.yaml", RULES)
    async with recorded_city(tmp_path) as city:
        city.lamps.set(POLE, "sos", True)
        await city.until(lambda: city.controller.explain(LAMP).winner.name == "flood_critical")
        lit = {target for target in city.assembly.poles.lit if device_of(target) != POLE}
        assert lit == {"330106-LC-0001/K1", "330106-LC-0002/K1"}
        await city.clock.sleep(30.0)
        city.lamps.set(POLE, "sos", False)
        receipt = await city.controller.desks.poles.answer(POLE, person("lin"), "patrol 3")
        assert receipt.outcomes[0].accepted
        await city.until(lambda: not city.assembly.poles.lit, within_s=60)
        await city.clock.sleep(10.0)
    report = replay(tmp_path)
    assert report.differences == []
    assert report.turns > 50
