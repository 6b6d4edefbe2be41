"""``zhadao tonight``, ``why`` and ``weather``, against a real controller."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.daylight.sky_city import K1, SITE, files
from tests.unit.settings import small_site


def test_weather_is_set_shown_told_and_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in files("true").items():
        monkeypatch.setitem(small_site.FILES, name, text)
    quick = SITE.replace("lighting_cycle_s: 10", "lighting_cycle_s: 1").replace("poll_slow_s: 60", "poll_slow_s: 20")
    monkeypatch.setitem(small_site.FILES, "site/site.yaml", quick.replace("poll_fast_s: 20", "poll_fast_s: 5"))
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        said = ("--scope", "division:330106", "--reason", "signal no. 7", "--as", "operator")
        done = desk("weather", "set", "rainstorm", "orange", "--for", "6h", *said)
        assert done.exit_code == 0, done.output
        assert "3 lights go on" in done.output
        shown = desk("weather", "show").output
        (signal,) = re.findall(r"^  ([0-9a-f]{8})  rainstorm 暴雨", shown, re.MULTILINE)
        assert "西湖区 Xihu" in shown
        city.wait_for(lambda: city.assembly.controller.explain(K1).winner.name == "automatic")
        why = desk("why", K1)
        assert why.exit_code == 0, why.output
        zh, en = why.output.strip().splitlines()[-2:]
        assert "暴雨橙色信号" in zh
        assert "Next" in en or "next edge" in en
        tonight = desk("tonight", "division:330106")
        assert tonight.exit_code == 0, tonight.output
        assert "暴雨橙色信号" in tonight.output
        assert re.search(r"19:0\d(–19:0\d)? 3 路开灯：日落开灯", tonight.output)
        assert '"night": "2026-06-21"' in desk("tonight", "--json").output
        assert desk("tonight", "road:nowhere").exit_code == 1
        assert desk("why", "330106-LC-0404/K1").exit_code == 1
        assert desk("weather", "set", "hail", "red", *said).exit_code == 1
        cleared = desk("weather", "clear", signal, "--reason", "lifted", "--as", "operator")
        assert cleared.exit_code == 0, cleared.output
        assert "none 无" in desk("weather", "show").output
