"""What a station's water settings may contradict: stages, floor, guarantee, road, feeders, mobile pumps."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.stations import CriticalRule, RoadRule
from controller.logic.feeder_limits import FeederLimit, Persons
from controller.settings import check_site
from tests.unit.settings.small_site import FILES, changed, line_of, write_site

ASSETS = "site/assets/water.yaml"
LEVELS = "levels: {start_m: 1.90, step_m: 0.10, span_m: 0.40, dry_run_m: 0.40}"
FEEDERS = "site/water/feeders.yaml"
PUMP = "id: 330106-MP-0001, name: 泵车, home: {name: 库, lat: 30.2, lon: 120.1}, capacity_m3s: 0.4, contact: 值班室"

WRONG = [
    (LEVELS[:-1] + ", offsets_m: [0.1]}", "offsets_m", "1 offsets for 1 units", "one for each unit after"),
    (LEVELS[:-1] + ", floor_m: 0.5}", "floor_m", "where the dry-run hold acts", "0.7"),
    (LEVELS + "\n    critical: {guarantee_m: 2.1}", "critical", "begins where ordinary starts do", "1.9"),
    (LEVELS + "\n    critical: {guarantee_m: 3.0, margin_m: 0}", "critical", "greater than 0", ""),
    (LEVELS + "\n    road: {road_m: 4.0}", "road:", "a drainage station has no road", "underpass"),
]


@pytest.mark.parametrize(("said", "needle", "message", "hint"), WRONG)
def test_what_contradicts_itself_is_told_with_its_line(
    tmp_path: Path, said: str, needle: str, message: str, hint: str
) -> None:
    files = changed(ASSETS, LEVELS, said)
    site, problems = check_site(write_site(tmp_path, files))
    assert site is None
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert problems[0].line == line_of(files[ASSETS], needle)
    assert message in problems[0].message
    assert hint in problems[0].hint


def test_what_is_said_of_a_station_is_what_it_has(tmp_path: Path) -> None:
    said = LEVELS[:-1] + ", floor_m: 1.2}\n    critical: {guarantee_m: 3.0, margin_m: 0.3}\n    feeder: 江边线"
    files = changed(ASSETS, LEVELS, said) | {
        FEEDERS: "power_feeders:\n  - {name: 江边线, limit_kw: 900, persons: held}\n",
        "site/water/mobile.yaml": f"mobile_pumps:\n  - {{{PUMP}}}\n",
    }
    site, problems = check_site(write_site(tmp_path, files))
    assert problems == []
    assert site is not None
    station = site.city.stations["330106-PS-0001"]
    assert station.levels is not None
    assert station.levels.floor_m == 1.2
    assert station.critical == CriticalRule(guarantee_m=3.0, margin_m=0.3)
    assert site.feeder_limits == (FeederLimit("江边线", 900.0, Persons.HELD),)
    assert site.city.mobile_pumps["330106-MP-0001"].home_name == "库"
    target = site.city.targets["330106-PS-0001"]
    assert target.units == 1
    assert target.water is not None
    assert (target.water.lowest_m, target.water.highest_m) == (pytest.approx(1.4), pytest.approx(2.7))
    assert RoadRule(4.0).closes_m == 0.15


FEEDER_WRONG = [
    ("{name: 江边线2, limit_kw: 900}", "no pump unit hangs on this feeder", "江边线"),
    ("{name: 江边线, limit_kw: 100}", "largest unit", "500"),
]


@pytest.mark.parametrize(("said", "message", "hint"), FEEDER_WRONG)
def test_a_feeder_nobody_hangs_on_or_that_carries_none_of_its_units_is_told(
    tmp_path: Path, said: str, message: str, hint: str
) -> None:
    files = changed(ASSETS, LEVELS, LEVELS + "\n    feeder: 江边线") | {FEEDERS: f"power_feeders:\n  - {said}\n"}
    _, problems = check_site(write_site(tmp_path, files))
    assert len(problems) == 1
    assert message in problems[0].message
    assert hint in problems[0].hint


def test_a_mobile_pump_has_an_id_of_its_class_and_a_division_of_the_site(tmp_path: Path) -> None:
    files = dict(FILES) | {"site/water/mobile.yaml": f"mobile_pumps:\n  - {{{PUMP.replace('MP', 'PS')}}}\n"}
    _, problems = check_site(write_site(tmp_path, files))
    assert any("class PS does not belong here" in problem.message for problem in problems)
