"""``gauge_exclusion:``: how long a gauge may be out of the vote, and what the others then have to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.errors import ConfigError
from controller.settings.gauge_exclusion import ExclusionRules
from controller.settings.load import load_site
from tests.unit.settings.small_site import write_site


def written(tmp_path: Path, text: str) -> Path:
    site = write_site(tmp_path)
    (site / "water" / "gauges.yaml").write_text(text)
    return site


def test_it_is_twelve_hours_and_ten_centimetres_unless_the_site_says_otherwise(tmp_path: Path) -> None:
    assert load_site(write_site(tmp_path)).gauge_exclusion == ExclusionRules(12 * 3600.0, 0.10, 600.0)
    said = written(tmp_path, "gauge_exclusion: {longest: 4h, agree_m: 0.05, lively: 5m}\n")
    assert load_site(said).gauge_exclusion == ExclusionRules(4 * 3600.0, 0.05, 300.0)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("gauge_exclusion:\n  agree_m: 0.3\n", "gauges.yaml:2"),
        ("gauge_exclusion:\n  longest: 30h\n", "gauges.yaml:2"),
        ("gauge_exclusion:\n  lasting: 3h\n", "gauges.yaml:2"),
    ],
)
def test_what_is_laxer_than_the_rules_allow_is_named_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(ConfigError, match=where):
        load_site(written(tmp_path, text))
