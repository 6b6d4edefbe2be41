"""What a unit, gate or station has besides: read from its entry, its points asked for, refused where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import ExerciseRule, PowerReturn, RackRule
from controller.settings import check_site, load_site
from tests.unit.settings.small_site import FILES, write_site

WATER, PROFILE = "site/assets/water.yaml", "profiles/station.yaml"
UNIT = "{output: P1, pump: axial, flow_m3s: 10, power_kw: 500, rated_a: 34, gate: G1}"
POINTS = """\
      lubrication_command: {type: bool, access: read_write, feedback: lubrication}
      lubrication: {type: bool}
      cooling_command: {type: bool, access: read_write, feedback: cooling}
      cooling: {type: bool}
      flap_closed: {type: bool}
      speed_percent: {type: f64}
      speed_command: {type: f64, access: read_write, feedback: speed_percent}
"""


def written(tmp_path: Path, *changes: tuple[str, str], profile: bool = True) -> Path:
    files = dict(FILES)
    if profile:
        files[PROFILE] = files[PROFILE].replace("      run_command:", POINTS + "      run_command:")
        files[PROFILE] = files[PROFILE].replace("groups:", "  supply_ok: {type: bool}\n  boots: {type: u16}\ngroups:")
        files[PROFILE] = files[PROFILE].replace("count: 2", "count: 3")
    for old, new in changes:
        assert old in files[WATER], old
        files[WATER] = files[WATER].replace(old, new)
    return write_site(tmp_path, files)


def refused(tmp_path: Path, *changes: tuple[str, str], profile: bool = True) -> str:
    site, problems = check_site(written(tmp_path, *changes, profile=profile))
    assert site is None
    return "\n".join(map(str, problems))


def test_everything_that_is_left_out_is_as_the_facts_say(tmp_path: Path) -> None:
    station = load_site(written(tmp_path)).city.stations["330106-PS-0001"]
    (unit,) = station.units
    assert (unit.gate_proof_s, unit.undercurrent_share, unit.undercurrent_s, unit.backspin_s) == (
        60.0,
        0.6,
        10.0,
        120.0,
    )
    assert station.rack == RackRule(start_m=0.3, alarm_m=0.3, shed_m=0.5, stop_m=0.8)
    assert (station.power_return, station.exercise) == (PowerReturn(10.0, 60.0), ExerciseRule())
    assert (unit.auxiliaries, unit.feeder, unit.min_speed_percent, station.supply) == ((), "", None, None)


def test_an_entry_says_what_its_unit_and_station_have_and_their_points_are_read(tmp_path: Path) -> None:
    more = UNIT[:-1] + ", auxiliaries: [lubrication], flap: true, min_speed_percent: 40, suction_gate: G3, feeder: own}"
    site = load_site(
        written(
            tmp_path,
            (UNIT, more),
            ("    automatic: true\n", "    automatic: true\n    supply: supply_ok\n    feeder: 10kV-I\n"),
            (
                "role: gravity, travel_s: 120}",
                "role: gravity, travel_s: 120}\n      - {output: G3, role: suction, travel_s: 40}",
            ),
        )
    )
    station = site.city.stations["330106-PS-0001"]
    (unit,) = station.units
    assert (unit.auxiliaries, unit.flap, unit.min_speed_percent, unit.feeder) == (("lubrication",), True, 40.0, "own")
    assert unit.suction_gate == "330106-PS-0001/G3"
    assert station.gates[-1].role is GateRole.SUCTION
    assert site.city.targets[unit.id].min_speed_percent == 40.0
    (binding,) = (one for end in site.endpoints for one in end.devices if one.device == station.id)
    assert {"P1.lubrication", "P1.lubrication_command", "P1.flap_closed", "P1.speed_command", "supply_ok"} <= set(
        binding.points
    )
    assert not {"P1.cooling", "P1.cooling_command", "boots"} & set(binding.points), "what nobody said is not read"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [("travel_s: 30}", "travel_s: 60}")],
            "takes up to 80 s and must be proven open within 60 s; say gate_proof_s: 80",
        ),
        ([(UNIT, UNIT[:-1] + ", suction_gate: G2}")], "a gravity gate before a pump; name the gate of role suction"),
        ([(UNIT, UNIT[:-1] + ", suction_gate: G9}")], "no such gate in this station"),
        (
            [("role: discharge, travel_s: 30}", "role: discharge, travel_s: 30, emergency_lower: true}")],
            "is not let down",
        ),
        (
            [("role: gravity, travel_s: 120}", "role: gravity, travel_s: 120, drift_percent: 1}")],
            "less than what counts",
        ),
        (
            [("role: gravity, travel_s: 120}", "role: gravity, travel_s: 120, min_step_percent: 1}")],
            "smaller than what",
        ),
        (
            [("automatic: true", "exercise: {automatic: true}")],
            "the centre exercises no unit of a station its PLC runs",
        ),
        ([("automatic: true", "automatic: true\n    rack: {shed_m: 0.9}")], "a rack's limits rise"),
        (
            [("automatic: true", "automatic: true\n    power_return: {least_s: 90}")],
            "least_s 90 is more than most_s 60",
        ),
        (
            [("automatic: true", "automatic: true\n    exercise: {from_hour: 20}")],
            "until_hour 16 comes after from_hour 20",
        ),
        ([("automatic: true", "automatic: true\n    supply: supply_okay")], "no point supply_okay"),
        ([(UNIT, UNIT[:-1] + ", auxiliaries: [cooling, cooling]}")], "one auxiliary named twice"),
        ([(UNIT, UNIT[:-1] + ", undercurrent_share: 1.5}")], "undercurrent_share"),
    ],
)
def test_what_could_not_work_is_refused_with_what_would_be_right(
    tmp_path: Path, changes: list[tuple[str, str]], said: str
) -> None:
    text = refused(tmp_path, *changes)
    assert said in text
    assert "water.yaml:" in text


def test_an_auxiliary_whose_points_the_profile_does_not_have_is_refused(tmp_path: Path) -> None:
    text = refused(tmp_path, (UNIT, UNIT[:-1] + ", auxiliaries: [lubrication]}"), profile=False)
    assert "profile station has no point P1.lubrication_command and no P1.lubrication" in text
