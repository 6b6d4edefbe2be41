"""The demo city: complete, right, and quick to read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from controller.domain.lights import LightClass
from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import StationKind
from controller.settings import Site, check_site
from drivers.base import Binding
from drivers.modbus.plan import plan
from drivers.profile import NO_FEEDBACK, Access, Poll, Protocol

HANGZHOU = Path(__file__).parents[3] / "config" / "hangzhou"
DIVISIONS = {
    "330102", "330105", "330106", "330108", "330109", "330110", "330111",
    "330112", "330113", "330114", "330122", "330127", "330182",
}  # fmt: skip
UNITS = {
    "330102-PS-0001": (4, 50.0),
    "330102-PS-0002": (5, 40.0),
    "330102-PS-0003": (4, 15.0),
    "330102-PS-0004": (2, 10.0),
    "330102-PS-0005": (4, 2.5),
    "330106-PS-0001": (6, 50.0),
    "330106-PS-0002": (3, 4.0),
    "330106-PS-0003": (3, 3.0),
    "330102-UP-0001": (2, 0.1),
    "330105-UP-0001": (2, 0.1),
    "330106-UP-0001": (2, 0.1),
}


@pytest.fixture(scope="module")
def city() -> Site:
    site, problems = check_site(HANGZHOU)
    assert problems == []
    assert site is not None
    return site


def bindings(site: Site) -> dict[str, Binding]:
    return {binding.device: binding for endpoint in site.endpoints for binding in endpoint.devices}


def test_it_has_its_13_divisions_each_with_street_lighting(city: Site) -> None:
    assert city.divisions.keys() == DIVISIONS
    assert {cabinet.division for cabinet in city.city.cabinets.values()} == DIVISIONS


def test_it_has_240_cabinets_of_4_to_8_circuits_with_10000_lamps(city: Site) -> None:
    cabinets = city.city.cabinets.values()
    assert len(cabinets) >= 240
    assert all(4 <= len(cabinet.circuits) <= 8 for cabinet in cabinets)
    assert all(40 <= sum(circuit.lamps for circuit in cabinet.circuits) <= 50 for cabinet in cabinets)
    assert sum(circuit.lamps for cabinet in cabinets for circuit in cabinet.circuits) >= 10_000


def test_it_has_full_night_half_night_and_landscape_circuits(city: Site) -> None:
    circuits = [circuit for cabinet in city.city.cabinets.values() for circuit in cabinet.circuits]
    programs = Counter(circuit.program for circuit in circuits)
    assert programs.keys() == {"road-all-night", "road-half-night", "landscape"}
    assert all((c.light_class is LightClass.LANDSCAPE) == (c.program == "landscape") for c in circuits)
    assert sum(circuit.underpass for circuit in circuits) == 3


def test_it_has_24_smart_poles(city: Site) -> None:
    assert len(city.city.poles) >= 24
    assert any(pole.displays for pole in city.city.poles.values())


def test_its_stations_have_their_units_and_gates(city: Site) -> None:
    stations = city.city.stations
    assert stations.keys() == UNITS.keys()
    for station_id, (count, flow_m3s) in UNITS.items():
        assert [unit.flow_m3s for unit in stations[station_id].units] == [flow_m3s] * count
    gravity = {gate.id for s in stations.values() for gate in s.gates if gate.role is GateRole.GRAVITY}
    intake = {gate.id for s in stations.values() for gate in s.gates if gate.role is GateRole.INTAKE}
    assert gravity == {"330102-PS-0003/G5", "330102-PS-0004/G3"}
    assert intake == {"330106-PS-0003/G4"}
    assert {s.id for s in stations.values() if s.automatic} == {"330102-PS-0003", "330102-PS-0004", "330106-PS-0002"}


def test_every_pump_but_an_underpass_has_a_discharge_gate_of_its_own(city: Site) -> None:
    for station in city.city.stations.values():
        gates = [unit.discharge_gate for unit in station.units]
        if station.kind is StationKind.UNDERPASS:
            assert gates == [None, None]
            assert station.additional_starts_only
        else:
            assert gates == [f"{station.id}/G{i}" for i in range(1, len(gates) + 1)]


def test_its_reference_gauge_has_dated_levels_with_a_datum(city: Site) -> None:
    gauge = city.city.gauges["330105-LG-0001"]
    assert gauge.warning is not None
    assert gauge.guarantee is not None
    assert gauge.warning.datum
    assert gauge.warning.since
    assert gauge.warning.value_m < gauge.guarantee.value_m


def test_lights_are_modbus_with_several_to_a_gateway_and_stations_are_mixed(city: Site) -> None:
    profile_of = {device: city.profiles[wire.profile].protocol for device, wire in city.wires.items()}
    lights = [*city.city.cabinets, *city.city.poles]
    assert {profile_of[device] for device in lights} == {Protocol.MODBUS}
    assert Counter(profile_of[station] for station in city.city.stations)[Protocol.MODBUS] == 2
    sizes = Counter(city.wires[device].endpoint for device in lights)
    assert all(3 <= size <= 6 for size in sizes.values())
    assert sum(endpoint.url.startswith("opc.tcp") for endpoint in city.endpoints) <= 5


def test_a_cabinet_is_read_in_one_transaction(city: Site) -> None:
    cabinet = next(b for b in bindings(city).values() if city.wires[b.device].profile == "cabinet-8")
    blocks = plan(cabinet, {Poll.FAST, Poll.NORMAL})
    assert len(blocks) == 1
    assert {"K1.command", "K1.feedback", "K1.power_w", "control_switch", "leakage_ma"} <= {
        point.name for point in blocks[0].points
    }
    assert len(plan(cabinet)) == 1


def test_no_device_needs_more_than_five_reads_for_all_its_points(city: Site) -> None:
    for binding in bindings(city).values():
        if city.profile(binding.device).protocol is Protocol.MODBUS:
            assert len(plan(binding)) <= 5


def test_every_output_has_an_independent_feedback_but_the_heartbeats(city: Site) -> None:
    unproven = {
        spec.name
        for profile in city.profiles.values()
        for spec in profile.points.values()
        if spec.access is Access.READ_WRITE and spec.feedback == NO_FEEDBACK
    }
    assert unproven == {"heartbeat"}
