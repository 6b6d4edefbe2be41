"""What a site says of its forecasts: its places, and what is refused with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.logic.forecasts.series import ForecastKind
from controller.settings.checks import check_site
from controller.settings.load import load_site
from tests.unit.runtime.forecasts.rainy_city import RAINY, RG, TG
from tests.unit.settings.small_site import line_of, write_site

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou"
NAME = "site/water/forecasts.yaml"
SAID = """\
forecasts:
  stale_after: 6h
  rain_signals: [rainstorm]
  places:
    - {name: 城西片区, gauge: 330106-RG-0001}
"""


def test_a_site_without_the_file_has_the_defaults_and_its_gauges_as_places(tmp_path: Path) -> None:
    files = {name: text for name, text in RAINY.items() if name != NAME}
    found = load_site(write_site(tmp_path, files)).forecasts
    assert (found.stale_after, found.keep) == (timedelta(hours=12), timedelta(hours=30))
    assert found.places.find(ForecastKind.RAIN, "西湖雨量站") == found.places.places[RG]
    assert found.places.find(ForecastKind.TIDE, TG) is not None
    assert found.places.find(ForecastKind.RAIN, TG) is None


def test_hangzhou_can_be_told_of_its_gauges_catchments_and_tidal_river() -> None:
    places = load_site(HANGZHOU).forecasts.places
    assert {one.gauge for one in places.of(ForecastKind.RAIN)} == {
        f"{code}-RG-0001" for code in (330102, 330105, 330106)
    }
    river = places.find(ForecastKind.TIDE, "330102-TG-0001")
    assert river is not None
    assert places.find(ForecastKind.RAIN, "杭州主城区") is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("6h", "6 hours", "a duration is written"),
        ("6h", "72h", "less than or equal to"),
        ("[rainstorm]", "[rainstrom]", "rainstorm"),
        ("330106-RG-0001}", "330106-RG-0002}", "330106-RG-0001"),
        ("name: 城西片区", "name: 330106-RG-0001", "is a place already"),
        ("stale_after", "stale", "unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SAID.replace(old, new)
    site, problems = check_site(write_site(tmp_path, {**RAINY, NAME: text}))
    assert site is None
    (problem,) = problems
    assert said in str(problem)
    assert f"forecasts.yaml:{line_of(text, new)}" in str(problem)
