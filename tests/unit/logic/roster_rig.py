"""A roster of two divisions for tests of what orders need: cabinets by the dozen, two stations, a few gates."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.assets import City
from controller.domain.intents import Dim, GateOrder, StationMode, StationOrder, Switch, TargetKind, UnitMode, UnitOrder
from controller.domain.lights import Cabinet, Circuit, Grade, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.stations import Station
from controller.domain.targets import Target
from controller.logic.confirmation import Asked
from controller.logic.roster import Member, Roster
from tests.unit.logic.water_rig import PS, station

CABINETS = 60
"""Of each division; two circuits each: K1 lights a road, K2 trees."""
ONE, OTHER = "330106", "330108"
PS2 = "330106-PS-0009"


def lamp(division: str, number: int, output: str = "K1") -> str:
    return f"{division}-LC-{number:04d}/{output}"


POLE = f"{ONE}-SP-0001/L1"


def small_roster() -> Roster:
    return Roster.of(_city())


def _city() -> City:
    cabinets = {one.id: one for division in (ONE, OTHER) for one in (_cabinet(division, n) for n in range(CABINETS))}
    pole = Pole(POLE.partition("/")[0], "pole", ONE, Place(30.2, 120.1), (Luminaire(POLE, "L1", "all", 120.0),), ())
    first, second = station(), _moved(station(), PS2)
    units = (replace(second.units[0], direction="divert"), *second.units[1:])
    second = replace(second, units=units)
    stations = {one.id: one for one in (first, second)}
    targets: dict[str, Target] = {}
    for cabinet in cabinets.values():
        for circuit in cabinet.circuits:
            name = "road_lighting" if circuit.light_class is LightClass.ROAD else "landscape_lighting"
            targets[circuit.id] = Target(circuit.id, TargetKind.CIRCUIT, circuit.name, Switch(True), name)
    targets[POLE] = Target(POLE, TargetKind.LUMINAIRE, "lamp", Dim(100.0), "poles")
    for one in stations.values():
        targets[one.id] = Target(
            one.id, TargetKind.STATION, one.name, StationOrder(StationMode.HAND_BACK), "pumps", len(one.units)
        )
        for pump in one.units:
            targets[pump.id] = Target(pump.id, TargetKind.UNIT, pump.name, UnitOrder(UnitMode.AUTO), "pumps")
        for gate in one.gates:
            targets[gate.id] = Target(gate.id, TargetKind.GATE, gate.name, GateOrder(None), "gates")
    return City(cabinets, {pole.id: pole}, stations, {}, targets)


def _cabinet(division: str, number: int) -> Cabinet:
    device = f"{division}-LC-{number:04d}"
    road = Circuit(f"{device}/K1", "K1", "road", LightClass.ROAD, "all-night", 8, 1200.0)
    trees = Circuit(f"{device}/K2", "K2", "trees", LightClass.LANDSCAPE, "landscape", 4, 200.0)
    return Cabinet(device, device, division, Place(30.2, 120.1), Grade.SECOND, (road, trees), road="文三路")


def _moved(plain: Station, device: str) -> Station:
    def moved(target: str) -> str:
        return target.replace(PS, device)

    return replace(
        plain,
        id=device,
        units=tuple(
            replace(one, id=moved(one.id), discharge_gate=moved(one.discharge_gate or "")) for one in plain.units
        ),
        gates=tuple(replace(one, id=moved(one.id)) for one in plain.gates),
    )


ROSTER = small_roster()


def member(target: str) -> Member:
    return ROSTER.members[target]


def asked(target: str, value: object, opening: float | None = 0.0, flow: str | None = "drain") -> Asked:
    return Asked(member(target), value, opening, flow)  # type: ignore[arg-type]  # the case's own value
