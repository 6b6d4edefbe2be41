"""What a reload says it would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.settings import SiteDiff, diff_sites, load_site
from tests.unit.settings.small_site import FILES, changed, write_site


def diff(tmp_path: Path, files: dict[str, str]) -> SiteDiff:
    return diff_sites(load_site(write_site(tmp_path / "old")), load_site(write_site(tmp_path / "new", files)))


def test_the_same_files_are_no_difference(tmp_path: Path) -> None:
    same = diff(tmp_path, {})
    assert not same
    assert same.lines() == ()


def test_an_asset_taken_out_changes_its_endpoint_too(tmp_path: Path) -> None:
    lights = FILES["site/assets/lights.yaml"]
    without = lights[: lights.index("poles:")]
    found = diff(tmp_path, {"site/assets/lights.yaml": without})
    assert found.assets.removed == ("330106-SP-0001",)
    assert found.assets.changed == ()
    assert found.endpoints.changed == ("gw-1",)
    assert not found.restart_needed


def test_a_new_cabinet_is_added(tmp_path: Path) -> None:
    more = changed("site/assets/lights.yaml", "poles:", _THIRD + "poles:")
    found = diff(tmp_path, more)
    assert found.assets.added == ("330106-LC-0003",)
    assert "assets: added 330106-LC-0003" in found.lines()


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "value"),
    [
        ("site/assets/lights.yaml", "lamps: 4", "lamps: 5", "assets", ("330106-LC-0001",)),
        ("site/assets/lights.yaml", "unit: 3", "unit: 4", "assets", ("330106-SP-0001",)),
        ("profiles/pole.yaml", "address: 1, type: u16", "address: 30, type: u16", "assets", ("330106-SP-0001",)),
        ("site/endpoints.yaml", "127.0.0.1:20001", "10.0.0.1:502", "endpoints", ("gw-1",)),
        ("site/lighting/programs.yaml", "22:00", "21:30", "programs", ("landscape",)),
        ("site/water/interlocks.yaml", "0.3", "0.4", "interlocks", ("rack-clear",)),
    ],
)
def test_what_means_something_else_now_is_changed(
    tmp_path: Path, file: str, old: str, new: str, field: str, value: tuple[str, ...]
) -> None:
    assert getattr(diff(tmp_path, changed(file, old, new)), field).changed == value


def test_times_leases_and_calendar_are_named(tmp_path: Path) -> None:
    files = changed("site/lighting/programs.yaml", "[2026-10-01]", "[2026-10-01, 2026-10-02]")
    site = FILES["site/site.yaml"].replace("poll_slow_s: 60", "poll_slow_s: 90").replace("8h", "6h")
    found = diff(tmp_path, files | {"site/site.yaml": site})
    assert found.calendar
    assert (found.timing, found.leases) == (("poll_slow_s",), ("city_manual",))
    assert found.lines() == ("calendar: changed", "timing: poll_slow_s", "leases: city_manual")


def test_a_changed_port_needs_a_restart(tmp_path: Path) -> None:
    assert diff(tmp_path, changed("site/site.yaml", "8080", "8090")).restart_needed == ("api.port",)


_THIRD = """\
  - id: 330106-LC-0003
    name: 文三路3号箱
    place: {lat: 30.27, lon: 120.15}
    wire: {profile: cabinet, endpoint: gw-1, unit: 4}
    circuits: [{output: K1, name: main, program: all-night, lamps: 8, lamp_w: 150}]
"""
