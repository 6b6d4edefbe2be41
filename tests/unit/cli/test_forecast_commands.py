"""Forecasts and the duty officer's screen from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.cli.real_city import AFTERNOON, City, Desk, real_city
from tests.unit.runtime.forecasts.rainy_city import LG, RAINY, RG, csv
from tests.unit.settings.small_site import FILES

ISSUED = AFTERNOON


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with pytest.MonkeyPatch.context() as patch:
        for name, text in RAINY.items():
            patch.setitem(FILES, name, text)
        with real_city(tmp_path_factory.mktemp("forecasts")) as made:
            yield made


def test_a_file_is_added_listed_and_on_the_screen_and_a_proposal_is_dismissed(city: City, tmp_path: Path) -> None:
    duty = Desk(city, tmp_path / "duty").signed_in("operator")
    empty = duty("forecast", "list")
    assert (empty.exit_code, "无有效预报" in empty.output) == (0, True)
    file = tmp_path / "meteo_1.csv"
    file.write_bytes(csv(2.0, 30.0, 30.0, issued=ISSUED).encode("gb18030"))
    added = duty("forecast", "add", str(file))
    assert added.exit_code == 0, added.output
    assert f"rain {RG} meteo 06-21 17:10: current" in added.output
    listed = duty("forecast", "list").output
    assert "in use 在用" in listed
    assert "error not known yet" in listed
    city.set(LG, "level_m", 2.75)
    city.set(RG, "rain_mm_h", 3.0)
    city.wait_for(lambda: _seen(city))
    screen = duty("warnings")
    assert screen.exit_code == 0
    assert "超警戒" in screen.output
    assert "orange expected 预计" in screen.output
    assert "no tide table 无潮汐表" in screen.output
    assert "zhadao state declare water flood_ii --scope division:330106" in screen.output
    lines = [line for line in duty("status").output.splitlines() if "proposed 建议" in line]
    assert len(lines) == len(set(lines)) == 1, lines
    assert "water, lighting in division:330106" in lines[0]
    down = duty("state", "dismiss", "water", "--scope", "division:330106", "--reason", "a drill")
    assert down.exit_code == 0, down.output
    assert "dismissed 已搁置: water division:330106 flood_ii" in duty("warnings").output


def _seen(city: City) -> bool:
    city.assembly.conditions.states.look()
    return {one.by for one in city.assembly.conditions.states.proposed()} == {RG} and any(
        one.level_m == 2.75 for one in city.assembly.warnings.view().levels
    )


def test_what_is_wrong_with_a_file_is_said_and_the_exit_code_is_1(city: City, tmp_path: Path) -> None:
    duty = Desk(city, tmp_path / "again")
    file = tmp_path / "meteo_2.csv"
    file.write_text(csv(2.0, issued=ISSUED + timedelta(days=3)))
    refused = duty("forecast", "add", str(file))
    assert refused.exit_code == 1
    assert "line 2" in refused.output
    assert "in the future" in refused.output
    missing = duty("forecast", "add", str(tmp_path / "nowhere.csv"))
    assert missing.exit_code == 1
    assert "cannot be read" in missing.output
