"""``safety:`` of a site: stricter than the design if it likes, never laxer, and told by a reload."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.logic.confirmation import Thresholds
from controller.settings import ConfigProblems, diff_sites, load_site
from controller.settings.safety import Safety
from tests.unit.settings.small_site import changed, write_site


def with_safety(said: str) -> dict[str, str]:
    return changed("site/site.yaml", "api:\n", f"safety: {{{said}}}\napi:\n")


def test_a_site_that_says_nothing_has_the_designs_own_limits(tmp_path: Path) -> None:
    safety = load_site(write_site(tmp_path)).safety
    assert safety == Safety()
    assert safety.thresholds == Thresholds(cabinets=50, district_percent=5.0, dark_below_percent=10.0)
    assert (safety.selection, safety.proposal) == (timedelta(seconds=30), timedelta(minutes=5))


def test_a_site_may_be_stricter_and_a_reload_says_what_changed(tmp_path: Path) -> None:
    plain = load_site(write_site(tmp_path / "old"))
    strict = load_site(write_site(tmp_path / "new", with_safety("cabinets: 10, selection: 15s")))
    assert (strict.safety.thresholds.cabinets, strict.safety.selection) == (10, timedelta(seconds=15))
    assert "safety: thresholds, selection" in diff_sites(plain, strict).lines()


@pytest.mark.parametrize(
    "said",
    [
        "cabinets: 51",
        "cabinets: 0",
        "district_percent: 6",
        "district_percent: .nan",
        "dark_below_percent: 0",
        "selection: 31s",
        "selection: 0s",
        "proposal: 6m",
        "countersign: 3h",
        "cabinet: 5",
    ],
)
def test_a_site_is_never_laxer_than_the_design(tmp_path: Path, said: str) -> None:
    with pytest.raises(ConfigProblems):
        load_site(write_site(tmp_path, with_safety(said)))


def test_in_a_fast_demo_people_get_the_same_real_time() -> None:
    fast = Safety().at(60.0)
    assert (fast.selection, fast.proposal) == (timedelta(minutes=30), timedelta(hours=5))
    assert fast.thresholds == replace(Safety().thresholds, together_s=15 * 60.0 * 60)
