"""SIGHUP to a running controller: a bad configuration changes nothing, a good one is taken up without a restart."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.integration.zhadao import CABINET, TREES, Running, demo, small_city


def name_of(city: Running) -> str:
    return str((city.ask(f"/api/v1/assets/{CABINET}") or {}).get("name"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_hang_up_swaps_a_good_configuration_and_refuses_a_bad_one(tmp_path: Path) -> None:
    config, data = small_city(tmp_path / "config"), tmp_path / "data"
    lighting = config / "assets" / "330102-lighting.yaml"
    with demo(data, config) as city:
        city.ready()
        before = name_of(city)
        order = {"targets": [TREES], "value": "off", "for_s": 600, "reason": "it outlives a reload"}
        lease = city.ask("/api/v1/orders", order)["outcomes"][0]["lease_id"]

        edit(lighting, before, "改名1号箱")
        edit(lighting, "program: road-all-night", "program: no-such-program")
        city.process.send_signal(signal.SIGHUP)
        city.until(lambda: "config_refused" in city.words())
        assert "no-such-program" in city.words()
        assert name_of(city) == before
        assert city.explain(TREES)["winner"]["lease_id"] == lease

        edit(lighting, "program: no-such-program", "program: road-all-night")
        city.process.send_signal(signal.SIGHUP)
        city.until(lambda: name_of(city) == "改名1号箱")
        assert city.explain(TREES)["winner"]["lease_id"] == lease
        city.until(lambda: city.explain(TREES).get("agrees"))
        assert city.interrupt() == 0
    assert "Traceback" not in city.words()
