"""How long manual values live: by slot and class, warnings, standing orders; and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.slots import MAX_LEASE, Slot
from controller.settings.leases import LeaseRules, LeaseTerms, terms_of
from controller.settings.load import load_site
from controller.settings.problems import ConfigProblems
from controller.settings.site import Site
from tests.unit.settings.small_site import FILES, write_site

CLASSES = "city_manual: {default: 2h, maximum: 8h, classes: {road_lighting: {default: 30m, maximum: 1h}}}"


def site_with(tmp_path: Path, leases: str, more: str = "") -> Site:
    text = FILES["site/site.yaml"].replace("city_manual: {default: 2h, maximum: 8h}", leases) + more
    return load_site(write_site(tmp_path, {"site/site.yaml": text}))


def test_a_class_may_have_stricter_terms_than_its_slot(tmp_path: Path) -> None:
    leases = site_with(tmp_path, CLASSES).leases
    assert terms_of(leases, Slot.CITY_MANUAL, "road_lighting") == LeaseTerms(timedelta(minutes=30), timedelta(hours=1))
    assert terms_of(leases, Slot.CITY_MANUAL, "pumps") == LeaseTerms(timedelta(hours=2), timedelta(hours=8))


def test_a_slot_the_site_says_nothing_of_has_the_longest_lease_there_is() -> None:
    assert terms_of({}, Slot.OPTIMISER, "pumps") == LeaseTerms(timedelta(hours=2), MAX_LEASE[Slot.OPTIMISER])


def test_warnings_and_shifts_are_the_sites(tmp_path: Path) -> None:
    rules = "lease_rules: {warn_before: 5m, warn_share: 0.1, shift: 8h, standing_maximum: 48h}\n"
    assert site_with(tmp_path, CLASSES, rules).lease_rules == LeaseRules(
        timedelta(minutes=5), 0.1, timedelta(hours=8), timedelta(hours=48)
    )
    assert LeaseRules().at(60.0).warn_before == timedelta(minutes=600)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("maximum: 1h", "maximum: 9h", "longer than a lease of road_lighting in slot city_manual may be"),
        ("default: 30m", "default: 2h", "at most its maximum, 1h"),
        ("default: 30m", "default: 0s", "a lease without length"),
        ("maximum: 1h", "maximum: 0s", "a lease without length"),
        ("road_lighting", "users", "not a class of targets"),
        ("road_lighting", "road_lights", "road_lights"),
    ],
)
def test_terms_of_a_class_that_make_no_sense_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigProblems, match=said):
        site_with(tmp_path, CLASSES.replace(old, new))


@pytest.mark.parametrize(
    "rule", ["shift: 30m", "shift: 25h", "standing_maximum: 721h", "warn_share: 1.5", "warn_share: -1", "warnings: 5m"]
)
def test_rules_laxer_than_can_be_answered_for_are_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(ConfigProblems, match=rule.partition(":")[0]):
        site_with(tmp_path, CLASSES, f"lease_rules: {{{rule}}}\n")
