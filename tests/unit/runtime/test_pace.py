from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from controller.runtime.pace import REAL_FLOORS_S, paced
from controller.settings.load import load_site
from controller.settings.site import Site
from tests.unit.settings.small_site import write_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(tmp_path))


def test_real_devices_get_exactly_the_sites_own_times(site: Site) -> None:
    assert paced(site, 1.0) is site
    assert paced(site, 0.5) is site


@pytest.mark.parametrize("speed", [10.0, 60.0, 600.0])
def test_what_ends_on_a_real_wire_keeps_its_least_real_seconds(site: Site, speed: float) -> None:
    fast = paced(site, speed).timing
    for name, floor_s in REAL_FLOORS_S.items():
        assert getattr(fast, name) / speed >= floor_s * 0.999
        assert getattr(fast, name) >= getattr(site.timing, name)


def test_other_times_are_left_alone(site: Site) -> None:
    fast = paced(site, 60.0).timing
    for one in fields(fast):
        if one.name not in REAL_FLOORS_S:
            assert getattr(fast, one.name) == getattr(site.timing, one.name)


def test_readings_age_by_the_paced_polls_so_that_a_fast_city_is_not_all_stale(site: Site) -> None:
    fast = paced(site, 60.0)
    for device, ages in fast.ageings.items():
        for name, ageing in ages.items():
            assert ageing == fast.timing.ageing(site.profile(device).points[name].poll)


def test_pumps_gates_and_fallbacks_get_their_real_seconds_too(site: Site) -> None:
    fast = paced(site, 60.0)
    (station,) = fast.city.stations.values()
    assert all(min(unit.start_proof_s, unit.stop_proof_s) >= 60.0 for unit in station.units)
    was = next(iter(site.city.stations.values())).gates
    assert [gate.travel_s for gate in station.gates] == [gate.travel_s + 60.0 for gate in was]
    patience = [one.fallback_s for endpoint in fast.endpoints for one in endpoint.devices]
    assert all(one is None or one >= 180.0 for one in patience)
    assert None in patience
