"""What a site says of smart poles, and every way of getting it wrong, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.settings.small_site import FILES, changed, line_of, write_site

NAME = "site/lighting/poles.yaml"
GOOD = """\
smart_poles:
  sos: {hold: 5m, within_m: 80, stuck_after: 1h}
  tilt_alarm_deg: 4
display_templates:
  - id: closed
    title: {zh: 封路, en: closed}
    text: 积水
flood_warnings:
  - id: ahead
    name: {zh: 下穿, en: underpass}
    gauges:
      - {device: 330106-PS-0001, point: inner_level_1_m, datum: 吴淞}
      - {device: 330106-PS-0001, point: inner_level_2_m, datum: 吴淞}
      - {device: 330106-LG-0001, datum: 吴淞}
    closes_at: {value_m: 4.15, datum: 吴淞, since: 2025-05-01}
    poles: [330106-SP-0001]
    template: closed
"""


def test_poles_are_read_with_their_displays_room(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path, {NAME: GOOD}))
    assert (site.poles.sos.hold_s, site.poles.sos.within_m, site.poles.tilt_alarm_deg) == (300.0, 80.0, 4.0)
    (warning,) = site.poles.warnings
    assert (warning.displays, warning.text, warning.doubt_text) == (("330106-SP-0001/D1",), "积水", "")
    assert site.city.targets["330106-SP-0001/D1"].text_bytes == 16


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("hold: 5m", "hold: 5s", "the light of a call would go too soon"),
        ("stuck_after: 1h", "stuck_after: 1m", "told as a stuck button"),
        ("text: 积水", 'text: "积水\\e"', "control or formatting character"),
        ("text: 积水", "text: 积水 请绕行!", "has room for 16 bytes"),
        ("template: closed", "template: close", "unknown display template"),
        ("poles: [330106-SP-0001]", "poles: [330106-SP-0009]", "unknown pole"),
        ("poles: [330106-SP-0001]", "poles: []", "no display would show this warning"),
        ("poles: [330106-SP-0001]", "roads: [文三路]", "unknown road with a display"),
        ("    name: {zh: 下穿, en: underpass}\n", "    zone: nowhere\n", "unknown flood zone"),
        ("inner_level_2_m", "inner_level_1_m", "three different gauges"),
        ("{device: 330106-LG-0001,", "{device: 330106-LG-0009,", "unknown device"),
        ("value_m: 4.15, datum: 吴淞", "value_m: 4.15, datum: 黄海", "datum mismatch"),
    ],
)
def test_what_would_not_work_is_refused_at_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(tmp_path, {NAME: text}))
    found = [one for one in refused.value.problems if says in one.message]
    assert found, [str(one) for one in refused.value.problems]
    assert all(one.file.endswith("poles.yaml") and one.line >= 1 for one in found)


def test_a_near_place_gathers_its_displays(tmp_path: Path) -> None:
    near = GOOD.replace("poles: [330106-SP-0001]", "near: {place: {lat: 30.2601, lon: 120.1401}, within_m: 100}")
    assert load_site(write_site(tmp_path, {NAME: near})).poles.warnings[0].displays == ("330106-SP-0001/D1",)


def test_a_dimmed_circuit_needs_a_level_it_can_be_told(tmp_path: Path) -> None:
    name = "site/assets/lights.yaml"
    old = "{output: K2, name: trees, program: landscape, lights: landscape, lamps: 4, lamp_w: 30}"
    files = changed(name, old, old[:-1] + ", dim: {min_percent: 30}}")
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(tmp_path, files))
    (problem,) = refused.value.problems
    assert "K2.level_command" in problem.message
    assert problem.line == line_of(FILES[name], old)
