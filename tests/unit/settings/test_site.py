"""What a right folder becomes: assets, targets, bindings, ageing, leases, hash."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.errors import ConfigError, UnknownTarget
from controller.domain.image import Ageing
from controller.domain.intents import GateOrder, StationMode, StationOrder, Switch, UnitMode, UnitOrder
from controller.domain.lights import LightClass
from controller.domain.slots import MAX_LEASE, Slot
from controller.settings import ConfigProblems, Site, check_site, load_site
from drivers.base import Binding
from drivers.profile import Table
from tests.unit.settings.small_site import changed, write_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(tmp_path))


def binding(site: Site, device: str) -> Binding:
    return next(b for endpoint in site.endpoints for b in endpoint.devices if b.device == device)


def test_a_circuit_carries_its_lamps_and_watts(site: Site) -> None:
    main, trees = site.city.cabinets["330106-LC-0001"].circuits
    assert (main.id, main.lamps, main.rated_w) == ("330106-LC-0001/K1", 8, 1200)
    assert (main.light_class, trees.light_class) == (LightClass.ROAD, LightClass.LANDSCAPE)


def test_every_target_has_the_default_its_nature_asks_for(site: Site) -> None:
    defaults = {target.id: target.default for target in site.city.targets.values()}
    assert defaults["330106-LC-0001/K1"] == Switch(on=True)
    assert defaults["330106-LC-0001/K2"] == Switch(on=False)
    assert defaults["330106-PS-0001"] == StationOrder(StationMode.HAND_BACK)
    assert defaults["330106-PS-0001/P1"] == UnitOrder(UnitMode.AUTO)
    assert defaults["330106-PS-0001/G2"] == GateOrder(None)


def test_a_large_unit_gets_the_rules_of_its_size_and_an_underpass_only_adds_starts(tmp_path: Path) -> None:
    small = changed("site/assets/water.yaml", "power_kw: 500", "power_kw: 11, min_run_s: 60")
    large = load_site(write_site(tmp_path / "large")).city.stations["330106-PS-0001"].units[0]
    unit = load_site(write_site(tmp_path / "small", small)).city.stations["330106-PS-0001"].units[0]
    assert (large.min_run_s, large.min_off_s, large.max_starts_per_hour) == (1800, 900, 2)
    assert (unit.min_run_s, unit.min_off_s, unit.max_starts_per_hour) == (60, 300, 6)


def test_a_binding_holds_only_the_points_of_the_outputs_in_use(site: Site) -> None:
    two, one = binding(site, "330106-LC-0001"), binding(site, "330106-LC-0002")
    assert {name for name in two.points if "." in name} == {"K1.command", "K1.feedback", "K2.command", "K2.feedback"}
    assert {name for name in one.points if "." in name} == {"K1.command", "K1.feedback"}
    assert two.points["K2.command"].address == 2
    assert (two.points["K2.feedback"].table, two.points["K2.feedback"].bit) == (Table.HOLDING, 1)
    assert (two.unit, two.fc23) == (1, True)


def test_a_station_is_found_by_its_root_and_has_only_the_level_sensors_it_names(site: Site) -> None:
    station = binding(site, "330106-PS-0001")
    assert (station.namespace, station.root) == ("urn:test", "330106-PS-0001.")
    assert station.points["P1.run_command"].node == "P1.run_command"
    assert "inner_level_2_m" in station.points
    assert "inner_level_3_m" not in station.points


def test_a_point_the_device_does_not_have_is_left_out(tmp_path: Path) -> None:
    absent = changed("site/assets/lights.yaml", "unit: 2}", "unit: 2, absent: [energy_kwh]}")
    site = load_site(write_site(tmp_path, absent))
    assert "energy_kwh" not in binding(site, "330106-LC-0002").points
    assert "energy_kwh" in binding(site, "330106-LC-0001").points


def test_ageing_follows_the_poll_class(site: Site) -> None:
    assert site.ageing("330106-LC-0001")["K1.feedback"] == Ageing(15, 60)
    assert site.ageing("330106-LC-0001")["energy_kwh"] == Ageing(180, 600)
    assert site.ageing("330106-PS-0001")["inner_level_1_m"] == Ageing(10, 60)


def test_leases_are_the_sites_where_it_says_so_and_never_longer_than_the_slots(site: Site) -> None:
    assert site.leases[Slot.CITY_MANUAL].maximum == timedelta(hours=8)
    assert site.leases.keys() == MAX_LEASE.keys()
    assert all(limits.default <= limits.maximum <= MAX_LEASE[slot] for slot, limits in site.leases.items())


def test_other_addresses_can_be_given_and_unknown_endpoints_are_refused(site: Site) -> None:
    moved = site.with_urls({"gw-1": "modbus+tcp://127.0.0.1:5020"})
    assert [endpoint.url for endpoint in moved.endpoints] == [
        "modbus+tcp://127.0.0.1:5020",
        "opc.tcp://127.0.0.1:21001",
    ]
    with pytest.raises(ConfigError, match="gw-9"):
        site.with_urls({"gw-9": "modbus+tcp://127.0.0.1:1"})


def test_an_endpoint_without_devices_is_not_connected(tmp_path: Path) -> None:
    spare = changed("site/endpoints.yaml", "endpoints:\n", "endpoints:\n  - {name: spare, url: soft://spare}\n")
    assert [endpoint.name for endpoint in load_site(write_site(tmp_path, spare)).endpoints] == ["gw-1", "ua-1"]


def test_the_profile_of_a_device_is_known_and_a_strange_device_is_refused(site: Site) -> None:
    assert site.profile("330106-SP-0001").id == "pole"
    with pytest.raises(UnknownTarget, match="330106-SP-0009"):
        site.profile("330106-SP-0009")


def test_a_site_of_its_own_profile_does_not_use_the_shared_one(tmp_path: Path) -> None:
    own = "id: gauge\ntitle: Own\nprotocol: modbus\npoints:\n  level_m: {table: input, address: 7, type: f32}\n"
    site = load_site(write_site(tmp_path, {"site/profiles/gauge.yaml": own}))
    assert binding(site, "330106-LG-0001").points["level_m"].address == 7


def test_the_hash_is_the_same_for_a_copy_and_another_for_any_changed_file(tmp_path: Path) -> None:
    first = load_site(write_site(tmp_path / "one")).config_hash
    copy = load_site(write_site(tmp_path / "two")).config_hash
    assert first == copy
    for file in ("site/site.yaml", "site/lighting/programs.yaml", "profiles/pole.yaml"):
        text = (tmp_path / "two" / file).read_text(encoding="utf-8")
        (tmp_path / "two" / file).write_text(f"{text}# a remark\n", encoding="utf-8")
        again = load_site(tmp_path / "two" / "site").config_hash
        assert again != copy
        copy = again


def test_loading_a_broken_site_raises_all_its_problems(tmp_path: Path) -> None:
    broken = changed("site/assets/lights.yaml", "unit: 2}", "unit: 300}") | changed(
        "site/endpoints.yaml", "opc.tcp://", "tcp://"
    )
    with pytest.raises(ConfigProblems) as refused:
        load_site(write_site(tmp_path, broken))
    assert len(refused.value.problems) == 2
    assert str(refused.value).count("\n") == 1


def test_a_seasonal_program_is_only_tried_in_its_season(tmp_path: Path) -> None:
    season = changed(
        "site/lighting/programs.yaml",
        "when: {days: [holiday]}\n    use: {landscape: landscape-late}",
        "when: {season: {first: 12-01, last: 01-15}}\n    use: {landscape: landscape-late}",
    )
    early_on = season["site/lighting/programs.yaml"].replace("{dusk: on, 23:30: off}", "{17:00: on, 23:30: off}")
    all_year = early_on.replace("first: 12-01, last: 01-15", "first: 01-01, last: 12-31")
    _, in_winter = check_site(write_site(tmp_path / "winter", {"site/lighting/programs.yaml": early_on}))
    _, in_summer = check_site(write_site(tmp_path / "summer", {"site/lighting/programs.yaml": all_year}))
    assert in_winter == []
    assert len(in_summer) == 1
    assert "burns lamps by day" in in_summer[0].message
