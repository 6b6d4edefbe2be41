"""``zhadao schedule show`` and ``year`` against a real controller, and its API beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.real_city import Desk, real_city
from tests.unit.runtime.soft_city import LC1
from tests.unit.settings import small_site
from tests.unit.settings.test_lighting_settings import MORE, SCENE

TREES = f"{LC1}/K2"


def test_a_night_of_a_scope_and_a_year_of_a_light_are_shown_with_the_rule_that_chose_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(small_site.FILES, MORE, SCENE)
    with real_city(tmp_path) as city:
        desk = Desk(city, tmp_path / "home").signed_in("operator")
        shown = desk("schedule", "show", "class:landscape", "--night", "2026-10-01")
        assert shown.exit_code == 0, shown.output
        assert f"{TREES}  night of 2026-10-01  节假日 holiday" in shown.output
        assert "program scene/bridge/1  桥 节假日 Bridge, holidays  scene 场景 bridge" in shown.output
        assert "rule 规则: 桥节假日 Bridge, holidays" in shown.output
        assert "10-01 23:00:00  off  23:00起关灯 (熄灯)" in shown.output
        assert "hour by hour 逐时" in shown.output
        one = desk("schedule", "show", TREES, "--night", "2026-10-03", "--no-hours")
        assert "22:00起关灯" in one.output
        assert "逐时" not in one.output
        assert desk("schedule", "show", LC1, "--night", "2026-10-01").output.count("night of") == 2
        year = desk("schedule", "year", TREES, "--from", "2026-09-28")
        assert year.exit_code == 0, year.output
        assert "2026-10-01" in year.output
        assert "scene/bridge/2 365 · scene/bridge/1 1" in year.output
        assert "no holiday table for 2027" in year.output
        nights = json.loads(desk("schedule", "show", TREES, "--night", "2026-10-01", "--json").output)
        assert [one["program"] for one in nights] == ["scene/bridge/1"]
        assert desk("schedule", "year", "330106-LC-0404/K1").exit_code == 1
        missing = desk("schedule", "show", "road:nowhere")
        assert missing.exit_code == 1
        assert "no light has the scope road:nowhere" in missing.output + missing.stderr
