"""Rate limits, baselines and carbon factors: read, and refused with file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from controller.logic.energy import EnergyRules
from controller.logic.light_rates import RateRules
from controller.settings.checks import check_site
from controller.settings.load import load_site
from tests.unit.settings.small_site import line_of, write_site

FILE = "site/lighting/figures.yaml"
FULL = """\
light_rates:
  limits: {main_roads: 99}
  main_grades: [special]
  burning_above_percent: 20
  under_for: 5m
  keep_nights_days: 500
  faults: [lamp_loss]
energy:
  before_led:
    source: acceptance record 12
    lamps:
      - {lights: road, grade: special, lamp_w: 440}
      - {lights: road, lamp_w: 170}
  carbon:
    - {since: 2026-01-01, kg_per_kwh: 0.5, issued: 2025-12-01, source: b}
    - {since: 2025-01-01, kg_per_kwh: 0.6, issued: 2024-12-01, source: a}
"""


def test_a_site_that_says_nothing_has_the_usual_limits_and_states_no_baseline(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path))
    assert (site.light_rates, site.energy) == (RateRules(), EnergyRules())
    limits = site.light_rates.limits
    assert (limits.main_roads, limits.other_roads, limits.intact, limits.landscape) == (98.0, 96.0, 95.0, 90.0)


def test_what_a_site_says_of_its_figures_is_read(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path, {FILE: FULL}))
    rates, energy = site.light_rates, site.energy
    assert (rates.limits.main_roads, rates.limits.other_roads, rates.under_for_s) == (99.0, 96.0, 300.0)
    assert (rates.burning_above, rates.nights_days, rates.faults) == (0.2, 500, {"lamp_loss"})
    assert [factor.source for factor in energy.carbon] == ["a", "b"]
    assert energy.before_led.watts("road", "second") == 170.0
    assert energy.factor(date(2025, 6, 1)) == energy.carbon[0]


@pytest.mark.parametrize(
    ("old", "new", "needle", "says"),
    [
        ("main_roads: 99", "main_roads: 101", "main_roads: 101", "less than or equal to 100"),
        ("keep_nights_days: 500", "keep_nights_days: 30", "keep_nights_days: 30", "greater than or equal to 400"),
        ("since: 2025-01-01", "since: 2026-01-01", "source: a}", "two carbon factors from 2026-01-01 on"),
        ("{lights: road, lamp_w: 170}", "{lights: road, grade: special, lamp_w: 1}", "lamp_w: 1}", "a second line"),
        ("issued: 2024-12-01, ", "", "source: a}", "is missing"),
    ],
)
def test_what_is_wrong_is_refused_at_its_line(tmp_path: Path, old: str, new: str, needle: str, says: str) -> None:
    text = FULL.replace(old, new)
    site, problems = check_site(write_site(tmp_path, {FILE: text}))
    assert site is None
    (problem,) = [one for one in problems if says in str(one)]
    assert problem.line == line_of(text, needle)


def test_a_second_section_of_the_same_name_is_refused(tmp_path: Path) -> None:
    site, problems = check_site(write_site(tmp_path, {FILE: FULL, "site/lighting/more.yaml": "energy: {}\n"}))
    assert site is None
    assert any("a second energy:" in str(problem) for problem in problems)
