"""What is wrong with tides, diversion and water quality is told with its file and line, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from tests.unit.runtime.tidal.river_files import (
    ASSETS,
    CSV_FILE,
    DIVERSION,
    DIVERSION_FILE,
    FILES,
    LIMITS,
    QUALITY_FILE,
    TIDE,
    TIDE_FILE,
)
from tests.unit.settings.small_site import write_site

WATER_FILE = "site/assets/water.yaml"


def test_tides_diversion_and_quality_are_read(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path, FILES))
    river = site.tides.waters["river"]
    assert (len(river.gauges), river.bore is not None, river.tolerance_m) == (2, True, 0.30)
    (table,) = site.tides.tables
    assert (table.of, table.source, len(table.extremes), len(table.bores)) == ("river", "office", 40, 10)
    assert [program.id for program in site.diversion.programs] == ["evening", "fill", "flush", "freshen"]
    assert site.diversion.programs[3].quality is not None
    assert not site.diversion.programs[3].quality.rising_is_worse
    assert site.quality.gauges["330106-WQ-0001"].limits.keys() == {"turbidity_ntu", "oxygen_mg_l"}


def test_a_changed_tide_table_is_another_configuration(tmp_path: Path) -> None:
    first = load_site(write_site(tmp_path / "a", FILES))
    changed = FILES[CSV_FILE].replace("3.9", "3.8", 1)
    second = load_site(write_site(tmp_path / "b", FILES | {CSV_FILE: changed}))
    assert second.config_hash != first.config_hash
    assert second.tides.tables != first.tides.tables


@pytest.mark.parametrize(
    ("file", "text", "old", "new", "message", "hint"),
    [
        (TIDE_FILE, TIDE, "330106-PS-0002/outer", "330106-PS-0002/auter", "has no such point", "outer_level_m"),
        (TIDE_FILE, TIDE, "330106-PS-0002/outer", "330106-PS-0001/outer", "a gauge twice", "once"),
        (TIDE_FILE, TIDE, "margin: 30m", "margin: 20m", "greater than or equal to 1800", ""),
        (TIDE_FILE, TIDE, "of: river", "of: rover", "no such tidal water", "river"),
        (TIDE_FILE, TIDE, "file: tide-river.csv", "file: ../x.csv", "no such file beside this one", ""),
        (WATER_FILE, ASSETS, "name: 五堡\n", "name: 五堡\n    outer_water: riber\n", "no such tidal water", "river"),
        (CSV_FILE, FILES[CSV_FILE], "low,1.1", "low,9.1", "a high water that is not above", ""),
        (DIVERSION_FILE, DIVERSION, "units: 1\n      when", "units: 2\n      when", "has 1 units that bring", "fewer"),
        (DIVERSION_FILE, DIVERSION, "{G2: 60}", "{G1: 60}", "no intake gate", "G2"),
        (DIVERSION_FILE, DIVERSION, "to_m: 1.5", "to_m: 1.1", "not below to_m", "lower"),
        (DIVERSION_FILE, DIVERSION, "good_at: 6.0", "good_at: 3.0", "would never end", "better"),
        (DIVERSION_FILE, DIVERSION, "outfall: 330106-PS-0001", "outfall: 330106-PS-0002", "gravity rule", "0001"),
        (DIVERSION_FILE, DIVERSION, "sources: [330106-WQ", "sources: [330106-WX", "no water-quality gauge", "WQ"),
        (
            DIVERSION_FILE,
            DIVERSION,
            "station: 330106-PS-0002\n      full",
            "station: 330106-PS-0001\n      full",
            "no intake",
            "",
        ),
        (DIVERSION_FILE, DIVERSION, ", turbidity_ntu: 300", "", "belong together", "both"),
        (QUALITY_FILE, LIMITS, "fit: 40,", "fit: 60,", "not below unfit 60", "below"),
        (QUALITY_FILE, LIMITS, "fit: 5.5,", "fit: 4.5,", "not above unfit 5", "above"),
        (QUALITY_FILE, LIMITS, "yellow: 60", "yellow: 30", "not graver than blue", "order"),
        (QUALITY_FILE, LIMITS, "gauge: 330106-WQ-0001", "gauge: 330106-LG-0001", "no water-quality gauge", "WQ"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, file: str, text: str, old: str, new: str, message: str, hint: str
) -> None:
    broken = text.replace("    outer_water: river\n", "", 1) if "outer_water: riber" in new else text
    broken = broken.replace(old, new, 1)
    assert broken != text
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(tmp_path, FILES | {file: broken}))
    problem = next((one for one in refused.value.problems if message in one.message), None)
    assert problem is not None, refused.value
    assert problem.line > 0
    assert Path(problem.file).name == Path(file).name
    assert hint in problem.hint
