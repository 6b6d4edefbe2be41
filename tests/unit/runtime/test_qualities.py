"""Counting points by quality, as ``/metrics`` asks for it."""

from __future__ import annotations

from collections import Counter

from controller.domain.image import Ageing
from controller.domain.points import bad, good
from controller.domain.quality import Detail
from controller.runtime.pace import paced
from controller.runtime.table import ImageTable
from tests.scenarios.city import hangzhou

AGEING = Ageing(10.0, 60.0)


def test_points_are_counted_by_their_age_and_what_was_never_read_is_bad() -> None:
    table = ImageTable({"A": dict.fromkeys(("fresh", "old", "dead", "broken", "never"), AGEING), "B": {"x": AGEING}})
    readings = {
        "fresh": good(1, 95.0),
        "old": good(1, 80.0),
        "dead": good(1, 10.0),
        "broken": bad(Detail.FAILURE, 99.0),
    }
    table.store("A", readings)
    table.store("B", {"x": good(1, 99.0)})
    devices = list(table.qualities(100.0))
    assert devices[1] == {"BAD": 0, "UNCERTAIN": 0, "GOOD": 1}
    assert sum(map(Counter, devices), Counter()) == {"GOOD": 2, "UNCERTAIN": 1, "BAD": 3}


def test_a_fast_demo_expects_exactly_the_points_its_devices_have() -> None:
    site = hangzhou()
    fast = paced(site, 60.0)
    assert {device: set(ages) for device, ages in fast.ageings.items()} == {
        device: set(ages) for device, ages in site.ageings.items()
    }


def test_a_fast_demo_gives_a_stations_mode_a_real_second_to_show() -> None:
    site = hangzhou()
    name, station = next(iter(site.city.stations.items()))
    assert paced(site, 1.0).city.stations[name].mode_proof_s == station.mode_proof_s
    assert paced(site, 60.0).city.stations[name].mode_proof_s == 60.0
