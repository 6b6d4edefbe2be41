"""What is wrong with photocells and weather is told with its line, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.runtime.daylight.sky_city import LUX, files
from tests.unit.settings.small_site import line_of, write_site

SKY = "site/lighting/sky.yaml"


def test_areas_rules_and_signals_are_read(tmp_path: Path) -> None:
    plan = load_site(write_site(tmp_path, files())).daylight
    assert [str(sensor) for sensor in plan.areas[0].sensors][2] == "330106-SP-0001/lux"
    assert (plan.dark[0].band.on_hold_s, plan.dark[0].band.quorum, plan.dark[0].band.blind_s) == (180.0, True, 1800.0)
    assert plan.signals["rainstorm"].longest_s == 12 * 3600.0


@pytest.mark.parametrize(
    ("old", "new", "needle", "message", "hint"),
    [
        ("330106-SP-0001/lux]", "330106-SP-0001/pm25]", "sensors:", "has no such light sensor", "330106-SP-0001/lux"),
        ("330106-SP-0001/lux]", "330106-SP-0009/lux]", "sensors:", "unknown device", "330106-SP-0001"),
        ("330106-SP-0001/lux]", "330106-LC-0001/photocell_lux]", "sensors:", "the same sensor twice", "different"),
        ("[division:330106]", "[division:330199]", "division:", "nothing is lit in division:330199", "check"),
        ("scopes: [city]", "scopes: [town]", "scopes: [town]", "not a scope", "write one of"),
        ("off_above_lx: 120", "off_above_lx: 65", "off_above", "bright begins too near at dark", "at least 72"),
        ("default: 3h", "default: 13h", "default: 13h", "ends by itself", "longest"),
        ("{wanted: 3}", "{wanted: 3, frozen_after: 2h}", "wanted", "should be greater than", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, needle: str, message: str, hint: str
) -> None:
    text = LUX.replace(old, new)
    assert text != LUX
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(tmp_path, files() | {SKY: text}))
    problem = next(one for one in refused.value.problems if message in one.message)
    assert problem.line == line_of(text, needle)
    assert hint in problem.hint
