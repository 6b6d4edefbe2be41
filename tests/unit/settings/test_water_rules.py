"""What a site says of its network rules: tariff, rests and margins, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.logic.water_rules.settings import RuleSettings, TariffBand
from controller.settings import check_site
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site
from tests.unit.settings.test_network import FILE, NETWORK

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou"
RULES = """\
water_rules:
  rests:
    - {reach: creek, level_m: 1.50}
  tariff:
    - {from: "22:00", until: "08:00", price: 0.35}
"""


def checked(folder: Path, text: str) -> tuple[Site | None, list[str]]:
    site, problems = check_site(write_site(folder, {FILE: NETWORK, "site/water/rules.yaml": text}))
    return site, [f"{Path(problem.file).name}:{problem.line} {problem.message}; {problem.hint}" for problem in problems]


def test_rests_and_tariff_come_as_they_are_written_and_the_rest_by_default(tmp_path: Path) -> None:
    site, problems = checked(tmp_path, RULES)
    assert problems == []
    assert site is not None
    rules = site.water_rules
    assert dict(rules.rest_m) == {"creek": 1.5}
    assert (rules.price_at(23.0), rules.price_at(7.9), rules.price_at(8.0)) == (0.35, 0.35, rules.price)
    assert rules.start_yuan == RuleSettings().start_yuan


@pytest.mark.parametrize(
    ("wrong", "instead", "said"),
    [
        ("reach: creek", "reach: crek", "rules.yaml:3 no reach crek in the network; did you mean creek"),
        ("level_m: 1.50", "level_m: 2.49", "rules.yaml:3 2.49 m is not between the reach's floor and its ceiling"),
        ("level_m: 1.50", "level_m: 0.60", "rules.yaml:3 0.6 m is not between the reach's floor and its ceiling"),
        ('until: "08:00"', 'until: "22:00"', "rules.yaml:5 begins when it ends"),
        ('until: "08:00"', 'until: "8"', "rules.yaml:5"),
        ("price: 0.35", "price: -1", "rules.yaml:5"),
        ("water_rules:", "water_rules:\n  end_share: 2", "rules.yaml:2"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, wrong: str, instead: str, said: str) -> None:
    _, problems = checked(tmp_path, RULES.replace(wrong, instead))
    assert any(problem.startswith(said) for problem in problems), problems


def test_the_demo_city_says_its_tariff_and_rests() -> None:
    rules = load_site(HANGZHOU).water_rules
    assert rules.price_at(23.0) == rules.price_at(3.0) == 0.35
    assert rules.price_at(10.0) == 1.05
    assert rules.price_at(15.0) == rules.price == 0.70
    assert rules.rest_m["canal"] == 1.60


def test_a_band_may_go_over_midnight() -> None:
    rules = RuleSettings(price=1.0, tariff=(TariffBand(22.5, 6.0, 0.5),))
    assert [rules.price_at(hour) for hour in (22.0, 22.5, 0.0, 5.9, 6.0)] == [1.0, 0.5, 0.5, 0.5, 1.0]
