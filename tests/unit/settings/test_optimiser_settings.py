"""What a site says of its optimiser, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.logic.optimiser.settings import OptimiserSettings
from controller.settings import check_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site
from tests.unit.settings.test_network import FILE, NETWORK


def checked(folder: Path, text: str, network: str = NETWORK) -> tuple[Site | None, list[str]]:
    site, problems = check_site(write_site(folder, {FILE: network, "site/water/optimiser.yaml": text}))
    return site, [f"{Path(problem.file).name}:{problem.line} {problem.message}; {problem.hint}" for problem in problems]


def test_it_comes_as_it_is_written_and_the_rest_by_default(tmp_path: Path) -> None:
    site, problems = checked(tmp_path, "optimiser: {every: 15m, margin_m: 0.05}\n")
    assert problems == []
    assert site is not None
    assert (site.optimiser.enabled, site.optimiser.every_s, site.optimiser.margin_m) == (True, 900.0, 0.05)
    assert site.optimiser.limit_s == OptimiserSettings().limit_s == 8.0


def test_a_site_that_says_nothing_has_none(tmp_path: Path) -> None:
    site, _ = check_site(write_site(tmp_path, {FILE: NETWORK}))
    assert site is not None
    assert not site.optimiser.enabled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("optimiser:\n  limit: 10s\n", "optimiser.yaml:2"),
        ("optimiser:\n  every: 20m\n", "optimiser.yaml:2"),
        ("optimiser:\n  guarantee_mh: 10\n", "optimiser.yaml:2 a metre-hour above guarantee costs 10"),
        ("optimiser:\n  late: 10m\n", "optimiser.yaml:2 a plan would be too old"),
        ("optimiser:\n  solver: magic\n", "optimiser.yaml:2"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    _, problems = checked(tmp_path, text)
    assert problems
    assert problems[0].startswith(said)


def test_an_optimiser_without_waters_is_refused(tmp_path: Path) -> None:
    _, problems = check_site(write_site(tmp_path, {"site/water/optimiser.yaml": "optimiser: {enabled: true}\n"}))
    assert any("an optimiser without waters" in problem.message for problem in problems)
