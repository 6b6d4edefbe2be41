"""Flood zones as a site writes them: two of three needs three, and metres of different datum are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings import check_site
from controller.settings.site import Site
from tests.unit.settings.small_site import changed, write_site

WET = "site/lighting/wet-power.yaml"
ZONES = """\
wet_power:
  decide_within: 45s
  margin_m: 0.2
flood_zones:
  - id: wensan
    name: {zh: 文三路, en: Wensan Road}
    datum: 吴淞
    gauges:
      - {device: 330106-LG-0001, datum: 吴淞}
      - {device: 330106-PS-0001, point: inner_level_1_m, datum: 吴淞}
      - {device: 330106-PS-0001, point: inner_level_2_m, datum: 吴淞}
    circuits:
      - {circuit: 330106-LC-0001/K1, lowest_live_part: {value_m: 4.30, datum: 吴淞, since: 2025-05-01}}
      - {circuit: 330106-LC-0001/K2, lowest_live_part: {value_m: 4.60, datum: 吴淞, since: 2025-05-01}}
"""


def checked(folder: Path, text: str = ZONES, **files: str) -> tuple[Site | None, list[str]]:
    site, problems = check_site(write_site(folder, {WET: text, **files}))
    return site, [f"{Path(problem.file).name}:{problem.line} {problem.message}; {problem.hint}" for problem in problems]


def test_a_zone_comes_with_its_gauges_its_live_parts_and_the_sites_own_numbers(tmp_path: Path) -> None:
    site, problems = checked(tmp_path)
    assert problems == []
    assert site is not None
    (zone,) = site.wet_power.zones
    assert str(zone.gauges[0]) == "330106-LG-0001/level_m"
    assert [(member.circuit, member.live_part.value_m) for member in zone.circuits] == [
        ("330106-LC-0001/K1", 4.30),
        ("330106-LC-0001/K2", 4.60),
    ]
    rules = site.wet_power.rules
    assert (rules.decide_within_s, rules.margin_m, rules.leakage_alarm_ma) == (45.0, 0.2, 100.0)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("point: inner_level_2_m, datum: 吴淞", "point: inner_level_2_m, datum: 黄海", 11, "datum mismatch"),
        ("{value_m: 4.60, datum: 吴淞", "{value_m: 4.60, datum: 黄海", 14, "datum mismatch"),
        ("      - {device: 330106-PS-0001, point: inner_level_2_m, datum: 吴淞}\n", "", 8, "two of three"),
        ("inner_level_2_m", "inner_level_1_m", 11, "the same gauge twice"),
        ("inner_level_2_m", "outer_levle_m", 11, "no such level point; did you mean outer_level_m?"),
        ("330106-LC-0001/K2", "330106-LC-0001/K9", 14, "unknown circuit"),
        ("330106-LC-0001/K2", "330106-LC-0001/K1", 14, "the same circuit twice"),
        ("device: 330106-LG-0001", "device: 330106-LG-0009", 9, "unknown device; did you mean 330106-LG-0001?"),
        ("decide_within: 45s", "decide_within: 61s", 2, "waited for too long"),
        ("decide_within: 45s", "keep: 2h", 2, "at most 1h"),
        ("decide_within: 45s", "leakage_check_ma: 100", 2, "only to be cut again"),
        (", since: 2025-05-01}}\n      - {circuit: 330106-LC-0001/K2", "}}\n      - {circuit: 330106-LC-0001/K2", 13,
         "is missing"),
        ("id: wensan", "id: 文三", 5, "does not have the wanted form"),
    ],
)  # fmt: skip
def test_a_zone_that_could_cut_wrongly_or_never_is_refused_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert ZONES.count(old) == 1
    site, problems = checked(tmp_path, ZONES.replace(old, new))
    assert site is None
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"wet-power.yaml:{line} ")
    assert says in problems[0]


def test_a_gauge_whose_own_levels_stand_in_another_datum_is_refused(tmp_path: Path) -> None:
    other = changed(
        "site/assets/water.yaml", "warning: {value_m: 2.70, datum: 吴淞", "warning: {value_m: 2.70, datum: 黄海"
    )
    _, problems = checked(tmp_path, **other)
    assert [problem for problem in problems if "datum mismatch: 330106-LG-0001 gives its warning level" in problem]


def test_the_numbers_are_said_once(tmp_path: Path) -> None:
    _, problems = checked(tmp_path, **{"site/lighting/again.yaml": "wet_power: {margin_m: 0.3}\n"})
    assert ["a second wet_power" in problem for problem in problems] == [True]


COMMAND = "      feedback: {table: holding, address: 9, bit_stride: 1, type: bit}\n"
LOCK = "      lockout: {table: holding, address: 20, stride: 1, type: bool, access: read_write, feedback: FEEDBACK}\n"
HELD = "      locked_out: {table: holding, address: 10, bit_stride: 1, type: bit}\n"


@pytest.mark.parametrize(
    ("retained", "points", "says"),
    [
        ("retained_lockout: true\n", LOCK.replace("FEEDBACK", "locked_out") + HELD, ""),
        ("", LOCK.replace("FEEDBACK", "locked_out") + HELD, "a lock-out the device does not retain"),
        ("retained_lockout: true\n", "", "no point is a lockout"),
        ("retained_lockout: true\n", LOCK.replace("FEEDBACK", "none"), "proven by the device"),
        ("retained_lockout: true\n", LOCK.replace("FEEDBACK", "feedback"), "proven by locked_out"),
    ],
)
def test_a_profile_has_a_lock_out_only_where_the_device_retains_and_proves_it(
    tmp_path: Path, retained: str, points: str, says: str
) -> None:
    name = "profiles/cabinet.yaml"
    files = changed(name, COMMAND, COMMAND + points)
    files[name] = files[name].replace("fc23: true\n", f"fc23: true\n{retained}")
    _, problems = check_site(write_site(tmp_path, files))
    assert [says in str(problem) for problem in problems] == ([True] if says else [])
