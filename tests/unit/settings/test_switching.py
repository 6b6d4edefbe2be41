"""Groups and the switch's rules as files say them; what is wrong is told with its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.diff import diff_sites
from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.settings.small_site import FILES, line_of, write_site

NAME = "site/lighting/groups.yaml"
GROUPS = """\
groups:
  - name: trunk
    title: {zh: 主干, en: Trunk}
    all_of: ["class:road"]
  - name: picked
    title: {zh: 手选, en: Picked}
    lights: [330106-LC-0001/K2]
    assets: [330106-SP-0001]
  - name: both
    title: {zh: 两者, en: Both}
    any_of: ["group:trunk", "group:picked"]
switching:
  staging: {landscape_percent_per_s: 4, feeders: {"330106": 9}}
  proof: {steady: 20s, on_percent: 60, off_percent: 5}
  night_off: 90m
  scenes:
    - name: quiet
      title: {zh: 静夜, en: Quiet}
      levels: [{of: "330106-SP-0001", level: 40%}, {of: "group:both", level: off}]
"""


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(folder, {NAME: text}))
    return [str(one) for one in refused.value.problems]


def test_groups_scopes_and_rules_are_read(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path, {NAME: GROUPS}))
    assert {name: len(members) for name, members in site.scopes.groups.items()} == {"trunk": 3, "picked": 2, "both": 4}
    assert site.groups["picked"].en == "Picked"
    rules = site.switching
    assert (rules.staging.landscape_percent, rules.staging.road_percent) == (4.0, 10.0)
    assert rules.staging.feeders == {"330106": 9.0}
    assert rules.staging.contactor_gap_s == site.timing.contactor_stagger_s
    assert (rules.proof.steady_s, rules.night_off_s) == (20.0, 5400.0)
    assert rules.scenes["quiet"].values["330106-SP-0001/L1"] == "40%"
    assert rules.scenes["quiet"].values["330106-LC-0001/K1"] == "off"
    assert len(rules.scenes["quiet"].values) == 4


def test_a_site_that_says_nothing_of_it_has_every_scope_and_careful_rules(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    assert len(site.scopes.lights) == 4
    assert site.scopes.groups == {}
    assert site.switching.staging.enabled
    assert site.switching.staging.landscape_percent == 5.0


WRONG = (
    ('all_of: ["class:road"]', 'all_of: ["class:raod"]', "no light has this class; did you mean road?"),
    ('"group:picked"]', '"group:pick"]', "no light has this group; did you mean picked?"),
    ('"group:picked"]', '"galaxy:7"]', "not a scope; write one of city"),
    ("K2]", "K9]", "no light of this id; did you mean"),
    ("assets: [330106-SP-0001]", "assets: [330106-PS-0001]", "no lighting asset of this id"),
    ('    all_of: ["class:road"]\n', '    none_of: ["class:road"]\n', "selects nothing; say lights, assets"),
    ('all_of: ["class:road"]', 'all_of: ["group:both"]', "made of itself: trunk → both → trunk"),
    ("name: picked", "name: trunk", "duplicate group; leave one of them out"),
    ("name: trunk", "name: a:b", "does not have the wanted form"),
    ('"330106": 9', '"330107": 9', "no light hangs on this feeder; did you mean 330106?"),
    ("landscape_percent_per_s: 4", "landscape_percent_per_s: 6", "less than or equal to 5"),
    ("night_off: 90m", "night_off: 5h", "less than or equal to 14400"),
    ('"group:both", level: off', '"group:bot", level: off', "no light has this group; did you mean both?"),
    ("level: off}]", "level: dim}]", "on, off or 0% to 100%"),
    ('"group:both", level: off', '"330106-LC-0001/K9", level: off', "there is no such light; did you mean 330106-LC"),
    ('"group:picked"]', '"330106-LC-0001/K9"]', "there is no such light; did you mean 330106-LC-0001/K"),
)


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert GROUPS.count(right) == 1
    text = GROUPS.replace(right, wrong)
    found = problems(tmp_path, text)
    assert any(told in one for one in found), found
    assert all("groups.yaml:" in one for one in found)


def test_a_wrong_name_is_told_in_its_very_line(tmp_path: Path) -> None:
    text = GROUPS.replace('"group:picked"]', '"group:pick"]')
    (found,) = problems(tmp_path, text)
    line = line_of(text, '"group:pick"')
    assert f"groups.yaml:{line}:" in found


def test_a_group_is_not_called_like_one_of_rights(tmp_path: Path) -> None:
    site = FILES["site/site.yaml"] + "access: {groups: {trunk: [330106-LC-0001]}}\n"
    with pytest.raises(ConfigProblems, match=r"access\.groups of site.yaml has a group of this name"):
        load_site(write_site(tmp_path, {NAME: GROUPS, "site/site.yaml": site}))


def test_a_second_switching_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match="a second switching"):
        load_site(write_site(tmp_path, {NAME: GROUPS, "site/lighting/more.yaml": "switching: {night_off: 1h}\n"}))


def test_a_cabinet_added_to_a_road_is_in_its_groups_and_a_reload_says_so(tmp_path: Path) -> None:
    before = load_site(write_site(tmp_path / "a", {NAME: GROUPS}))
    lights = FILES["site/assets/lights.yaml"]
    more = lights.replace(
        "poles:",
        """\
  - id: 330106-LC-0003
    name: 文三路3号箱
    place: {lat: 30.26, lon: 120.14}
    wire: {profile: cabinet, endpoint: gw-1, unit: 5}
    circuits:
      - {output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}
poles:""",
    )
    after = load_site(write_site(tmp_path / "b", {NAME: GROUPS, "site/assets/lights.yaml": more}))
    assert "330106-LC-0003/K1" in after.scopes.groups["both"]
    assert diff_sites(before, after).groups.changed == ("both", "trunk")
