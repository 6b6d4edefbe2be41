"""``faults:`` of a site: read, and refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.logic.faults.rules import FaultRules
from controller.settings.checks import check_site
from controller.settings.load import load_site
from tests.scenarios.city import CONFIG
from tests.unit.settings.small_site import write_site

NAME = "site/lighting/faults.yaml"


def test_a_site_that_says_nothing_and_the_demo_city_have_the_usual_numbers(tmp_path: Path) -> None:
    assert load_site(write_site(tmp_path)).faults == FaultRules() == load_site(CONFIG).faults


def test_what_is_said_is_taken(tmp_path: Path) -> None:
    text = "faults:\n  lamp_loss: {percent: 6, lasts: 30m, learn_nights: 5}\n  leakage_warn_ma: 20\n"
    rules = load_site(write_site(tmp_path, {NAME: text})).faults
    assert (rules.loss_share, rules.loss_for_s, rules.learn_nights, rules.leakage_ma) == (0.06, 1800.0, 5, 20.0)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("faults:\n  leakage_warn_ma: 100\n", 2, "a warning that comes with the cut"),
        ("faults:\n  lamp_loss: {lasts: 1m}\n", 2, "no time to tell a lost lamp by"),
        ("faults:\n  lamp_loss: {percent: 90}\n", 2, "percent"),
        ("faults:\n  lamp_los: {percent: 4}\n", 2, "lamp_los"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(tmp_path: Path, text: str, line: int, words: str) -> None:
    site, problems = check_site(write_site(tmp_path, {NAME: text}))
    assert site is None
    (problem,) = [one for one in problems if "faults.yaml" in str(one)]
    assert f"faults.yaml:{line}:" in str(problem)
    assert words in str(problem)
