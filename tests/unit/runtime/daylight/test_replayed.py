"""What photocells, signals and values decided is decided the same when the recording is run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from controller.runtime.recording.core import REMEMBERED
from controller.runtime.recording.reading import Recording
from controller.runtime.recording.replaying import Replay
from controller.runtime.schedule_heap import DueHeap
from controller.store.recording import FOLDER
from tests.unit.runtime.daylight.sky_city import K1, LAMP, SITE, SkyField, files, light, wanted
from tests.unit.runtime.daylight.test_signals import put
from tests.unit.runtime.recording.recorded_city import live_core, recorded_city, replay
from tests.unit.settings import small_site


async def test_a_dusk_with_photocells_signals_and_values_is_replayed_without_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files("only").items():
        monkeypatch.setitem(small_site.FILES, name, text)
    monkeypatch.setitem(small_site.FILES, "site/site.yaml", SITE.replace("recording: {enabled: false}\n", ""))
    async with recorded_city(tmp_path, SkyField(lux=500.0)) as city:
        await city.clock.sleep(60.0)
        light(city, 20.0)
        await city.until(lambda: wanted(city) == ("on", "automatic"), within_s=60.0)
        light(city, 300.0, 20.0, 2000.0)
        await city.clock.sleep(300.0)
        light(city, 300.0)
        await city.until(lambda: wanted(city) == ("off", "schedule"), within_s=300.0)
        signal = await put(city, for_s=600.0)
        await city.until(lambda: wanted(city, LAMP) == ("100%", "automatic"), within_s=60.0)
        await city.clock.sleep(660.0)
        assert signal not in {one.id for one in city.controller.desks.weather.show().signals}
        core = live_core(city)
    found = replay(tmp_path)
    assert found.differences == []
    assert found.turns > 100
    run = Replay(lambda _hash, _speed: city.site)
    run.run(Recording(tmp_path / "data" / FOLDER).from_(None))
    assert run._running is not None
    for part in ("skies", "signals", "values", "daylight"):
        for name in REMEMBERED[part]:
            live, again = getattr(getattr(core, part), name), getattr(getattr(run._running.core, part), name)
            assert _plain(live) == _plain(again), f"{part}.{name}"
    assert K1 in core.lighting.targets


def _plain(value: Any) -> Any:
    return value.all() if isinstance(value, DueHeap) else value
