"""``alarms.yaml``: what a site says of its alarms, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.logic.alarm_settings import BUILT_IN, AlarmSettings
from controller.logic.water_grades import Grade
from controller.settings import ConfigProblems, load_site
from tests.unit.settings.small_site import changed, write_site

GAUGE = "330106-LG-0001"


def settings(tmp_path: Path, text: str = "", **files: str) -> AlarmSettings:
    given = {"site/alarms.yaml": text} if text else {}
    return load_site(write_site(tmp_path, given | files)).alarms


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigProblems) as refused:
        settings(tmp_path, text)
    return [str(problem) for problem in refused.value.problems]


def test_a_site_that_says_nothing_has_the_built_in_alarms_and_grades_from_its_gauges_levels(tmp_path: Path) -> None:
    said = settings(tmp_path)
    assert dict(said.specs) == dict(BUILT_IN)
    assert [(limit.grade, limit.level_m) for limit in said.levels[GAUGE].limits] == [
        (Grade.BLUE, 2.4),
        (Grade.YELLOW, 2.7),
        (Grade.ORANGE, 3.0),
        (Grade.RED, 3.2),
    ]
    assert said.longest_shelf_s == 12 * 3600


def test_what_is_said_of_a_kind_is_added_to_what_is_built_in(tmp_path: Path) -> None:
    text = """\
alarms:
  - kind: level_red
    priority: high
    allowed: 5m
    response: {zh: 立即报告, en: report at once}
  - {kind: door, on_delay: 30s, latch: true, suppresses: [smoke], deadband: 0.5}
"""
    said = settings(tmp_path, text)
    red, door = said.spec("level_red"), said.spec(f"{GAUGE}:door")
    assert (red.priority, red.allowed_s, red.response.zh, red.life_safety) == (2, 300.0, "立即报告", True)
    assert red.suppresses == BUILT_IN["level_red"].suppresses
    assert (door.on_delay_s, door.latch, door.suppresses, door.deadband) == (30.0, True, {"smoke"}, 0.5)


def test_a_gauge_may_have_grades_and_a_rise_of_its_own(tmp_path: Path) -> None:
    text = f"""\
water_levels:
  gauges:
    - gauge: {GAUGE}
      grades: {{blue: {{at: {{value_m: 2.0, datum: 吴淞, since: 2025-05-01}}}}}}
      rise: {{window: 10m, fast_m_per_h: 1.0, soon: null}}
"""
    rules = settings(tmp_path, text).levels[GAUGE]
    assert (rules.limits[0].level_m, rules.limits[0].of) == (2.0, "set 2025-05-01")
    assert rules.rise is not None
    assert (rules.rise.window_s, rules.rise.fast_m_per_h, rules.rise.soon_s) == (600.0, 1.0, None)


def test_a_gauge_without_levels_has_no_grades(tmp_path: Path) -> None:
    without = changed("site/assets/water.yaml", "    guarantee: {value_m: 3.20, datum: 吴淞, since: 2021-06-01}\n", "")
    limits = settings(tmp_path, "", **without).levels[GAUGE].limits
    assert [limit.grade for limit in limits] == [Grade.BLUE, Grade.YELLOW]


REFUSED = {
    "shelved longer than anywhere": ("shelving: {longest: 13h}\n", "shelving.longest", "1m to 12h"),
    "a flood over before it begins": ("flood: {alarms: 3}\n", "flood.over_below", "over before it began"),
    "a kind twice": ("alarms:\n  - {kind: door}\n  - {kind: door}\n", "kind", "twice"),
    "life safety taken away": (
        "alarms:\n  - {kind: level_red, life_safety: false}\n",
        "life_safety",
        "life safety everywhere",
    ),
    "life safety hidden by less": (
        "alarms:\n  - {kind: offline, suppresses: [tripped]}\n",
        "suppresses",
        "life safety",
    ),
    "life safety out of service": ("alarms:\n  - {kind: tripped, tagged: true}\n", "tagged", "never goes out"),
    "an unknown priority": ("alarms:\n  - {kind: door, priority: urgent}\n", "priority", "emergency"),
    "an unknown gauge": (
        "water_levels: {gauges: [{gauge: 330106-LG-0009}]}\n",
        "gauge",
        f"did you mean {GAUGE}?",
    ),
    "grades out of order": (
        "water_levels: {grades: {yellow: {from: warning}, blue: {from: warning, offset_m: 0.1}}}\n",
        "water_levels",
        "blue from 2.8 m is not below yellow",
    ),
    "a grade in another datum": (
        f"water_levels: {{gauges: [{{gauge: {GAUGE}, grades: {{blue: {{at: "
        "{value_m: 2.0, datum: 国家85, since: 2025-05-01}}}}]}\n",
        "water_levels",
        "the same datum",
    ),
    "every grade in another datum than its gauge": (
        f"water_levels:\n  grades: {{}}\n  gauges: [{{gauge: {GAUGE}, grades: {{red: {{at: "
        "{value_m: 2.0, datum: 国家85, since: 2025-05-01}}}}]\n",
        "water_levels",
        "convert 2 m into 吴淞",
    ),
    "a grade that begins nowhere": ("water_levels: {grades: {red: {}}}\n", "water_levels", "where red begins"),
    "a grade that begins twice": (
        f"water_levels: {{gauges: [{{gauge: {GAUGE}, grades: {{blue: {{from: warning, at: "
        "{value_m: 2.0, datum: 吴淞, since: 2025-05-01}}}}]}\n",
        "water_levels",
        "two places",
    ),
    "an unknown key": ("alarm: []\n", "alarm", "did you mean alarms?"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_its_place_and_what_would_be_right(tmp_path: Path, what: str) -> None:
    text, where, said = REFUSED[what]
    found = problems(tmp_path, text)
    assert len(found) == 1, found
    assert "alarms.yaml:" in found[0]
    assert where in found[0]
    assert said in found[0]


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert settings(tmp_path, "# nothing yet\n") == settings(tmp_path / "other")
