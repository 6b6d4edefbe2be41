"""The city's waters as a site writes them: what they refer to is there, levels are in order and of one datum."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings import check_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site

FILE = "site/water/network.yaml"
NETWORK = """\
network:
  datum: 吴淞
  reaches:
    - id: canal
      title: {zh: 运河, en: Canal}
      storage: [[0.0, 1.0e+6], [3.0, 1.5e+6]]
      floor_m: 0.5
      gauges: [330106-LG-0001/level_m]
    - id: creek
      title: {zh: 小河, en: Creek}
      area_m2: 250000
      floor_m: 0.6
      warning: {value_m: 2.5, datum: 吴淞, since: 2021-06-01}
      guarantee: {value_m: 3.0, datum: 吴淞, since: 2021-06-01}
  outside:
    - {id: river, title: {zh: 钱塘江, en: River}, usual_m: 2.5}
  channels:
    - {between: [canal, creek], conveyance_m2s: 10}
  stations:
    - {id: 330106-PS-0001, inner: canal, outer: river, rated_head_m: 2.5, shutoff_head_m: 6.0}
  gates:
    - {gate: 330106-PS-0001/G2, from: canal, to: river, width_m: 4.0, height_m: 2.0, sill_m: 0.0}
"""


def checked(folder: Path, text: str = NETWORK) -> tuple[Site | None, list[str]]:
    site, problems = check_site(write_site(folder, {FILE: text}))
    return site, [f"{Path(problem.file).name}:{problem.line} {problem.message}; {problem.hint}" for problem in problems]


def test_the_waters_come_with_their_stations_units_and_gauges(tmp_path: Path) -> None:
    site, problems = checked(tmp_path)
    assert problems == []
    assert site is not None
    assert site.network is not None
    canal, creek = site.network.reaches["canal"], site.network.reaches["creek"]
    assert canal.gauges == (
        "330106-LG-0001/level_m",
        "330106-PS-0001/inner_level_1_m",
        "330106-PS-0001/inner_level_2_m",
    )
    assert (canal.warning_m, canal.guarantee_m) == (2.70, 3.20)
    assert (creek.warning_m, creek.storage.area_m2(1.0)) == (2.5, 250_000.0)
    (group,) = site.network.pumps
    assert (group.units, group.unit_m3s, group.unit_kw, group.inner, group.outer) == (1, 10.0, 500.0, "canal", "river")
    assert site.network.outside["river"].gauges == ("330106-PS-0001/outer_level_m",)
    assert site.network.reach_of("330106-PS-0001") is canal


def test_a_site_need_not_describe_its_waters(tmp_path: Path) -> None:
    site, problems = checked(tmp_path, "interlocks: []\n")
    assert problems == []
    assert site is not None
    assert site.network is None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("id: 330106-PS-0001, inner", "id: 330106-PS-0009, inner", 20, "unknown station; did you mean 330106-PS-0001?"),
        ("inner: canal", "inner: canel", 20, "unknown water; did you mean canal?"),
        ("330106-LG-0001/level_m", "330106-LG-0007/level_m", 8, "unknown gauge; did you mean 330106-LG-0001?"),
        ("330106-LG-0001/level_m", "330106-LG-0001/depth", 8, "has no such point; write 330106-LG-0001/level_m"),
        (
            "datum: 吴淞\n  reaches",
            "datum: 1985国家高程\n  reaches",
            8,
            "measures above 吴淞; the network's levels are in",
        ),
        ("value_m: 3.0", "value_m: 2.4", 13, "the warning level 2.5 is not below it; below the guarantee level 2.4"),
        ("floor_m: 0.6", "floor_m: 2.6", 12, "the floor is not below the warning level; below 2.5"),
        ("[3.0, 1.5e+6]", "[-1.0, 1.5e+6]", 6, "-1 m is not above 0 m; lowest level first"),
        ("[3.0, 1.5e+6]", "[3.0, 0.5e+6]", 6, "less than 1e+06 m² below it; a water's surface does not shrink"),
        ("      area_m2: 250000\n", "", 9, "needs one of storage: and area_m2:"),
        ("between: [canal, creek]", "between: [canal, brook]", 18, "unknown reach"),
        (
            "330106-PS-0001/G2",
            "330106-PS-0001/G1",
            22,
            "unknown gravity or intake gate; did you mean 330106-PS-0001/G2?",
        ),
        ("shutoff_head_m: 6.0", "shutoff_head_m: 2.0", 20, "not above the rated head; above rated_head_m 2.5"),
        (", shutoff_head_m: 6.0", "", 20, "one head without the other"),
        ("id: river, title", "id: canal, title", 16, "also the name of a reach"),
        ("floor_m: 0.5", "flor_m: 0.5", 7, "unknown key; did you mean floor_m?"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in NETWORK
    site, problems = checked(tmp_path, NETWORK.replace(old, new, 1))
    assert site is None
    assert any(one.startswith(f"network.yaml:{line} ") and words in one for one in problems), problems


def test_land_needs_a_rain_gauge_that_is_there(tmp_path: Path) -> None:
    land = "  catchments:\n    - {name: 城区, into: canal, gauge: 330106-LG-0001, area_km2: 5, runoff: 0.6, lag: 2h}\n"
    _, problems = checked(tmp_path, NETWORK + land)
    assert any("network.yaml:24 unknown rain gauge" in one for one in problems), problems


def test_a_level_nobody_set_is_asked_for(tmp_path: Path) -> None:
    lines = [line for line in NETWORK.splitlines() if "guarantee:" not in line]
    _, problems = checked(tmp_path, "\n".join(lines) + "\n")
    assert any("nothing says where the guarantee level of creek is" in one for one in problems), problems
