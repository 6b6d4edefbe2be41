"""world.yaml: read as a whole, refused as a whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from controller.settings.problems import ConfigProblems
from hil.world import load_world

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou" / "world.yaml"


def problems_of(text: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.yaml"
        file.write_text(text)
        with pytest.raises(ConfigProblems) as refused:
            load_world(file)
    return [str(problem) for problem in refused.value.problems]


def test_hangzhou_has_all_its_stations_and_gauges() -> None:
    world = load_world(HANGZHOU)
    assert len(world.stations) == 11
    assert {gauge.of for gauge in world.gauges if gauge.of} == {
        "canal",
        "hemu",
        "qiantang",
        "sump-shangcheng",
        "sump-gongshu",
        "sump-xihu",
    }
    assert world.storms


def test_an_unknown_key_is_named_with_its_line_and_what_was_meant() -> None:
    problems = problems_of("reaches:\n  - {name: canal, curve: [[0, 100.0]], levl_m: 1.0, level_m: 1.0}\n")
    assert problems == [
        "world.yaml:2: reaches[canal].levl_m = 1.0: unknown key; did you mean level_m?",
    ]


def test_every_water_that_is_named_exists() -> None:
    problems = problems_of(
        "reaches:\n  - {name: canal, curve: [[0, 100.0]], level_m: 1.0}\n"
        "catchments:\n  - {name: a, into: kanal, gauge: g, area_km2: 1.0, runoff: 0.5, lag: 1h}\n"
        "channels:\n  - {between: [canal, sea], conveyance_m2s: 1.0}\n"
    )
    assert [problem.split(":")[1] for problem in problems] == ["4", "6"]
    assert "did you mean canal?" in problems[0]


def test_a_storage_curve_rises_and_the_start_level_lies_above_its_bed() -> None:
    falling = problems_of("reaches:\n  - {name: canal, curve: [[1, 100.0], [0, 90.0]], level_m: 2.0}\n")
    assert "a storage curve rises" in falling[0]
    below = problems_of("reaches:\n  - {name: canal, curve: [[0, 100.0]], level_m: -1.0}\n")
    assert "below the bed" in below[0]


def test_pumps_cannot_be_rated_beyond_their_shut_off_head() -> None:
    problems = problems_of(
        "reaches:\n  - {name: canal, curve: [[0, 100.0]], level_m: 1.0}\n"
        "stations:\n  - {id: s, inner: canal, outer: canal, rated_head_m: 3.0, shutoff_head_m: 3.0}\n"
    )
    assert "not above the rated head" in problems[0]


def test_a_missing_file_is_said_so() -> None:
    with pytest.raises(ConfigProblems, match="can't be read"):
        load_world(Path("/nowhere/world.yaml"))
