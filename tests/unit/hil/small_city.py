"""A city small enough to read: one cabinet, one pole, one station by the canal, three gauges."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from controller.domain.assets import City
from controller.domain.gauges import Gauge, GaugeKind
from controller.domain.lights import Cabinet, Circuit, Display, Grade, LightClass, Luminaire, Pole
from controller.domain.places import Place
from controller.domain.pumps_and_gates import Gate, GateRole, PumpType, PumpUnit
from controller.domain.stations import GravityRule, StagedLevels, Station, StationKind
from drivers.base import Binding, Endpoint
from drivers.profile import NO_FEEDBACK, Access, PointSpec, PointType, Role, Table
from hil.world import GaugeModel, OutsideModel, ReachModel, SluiceModel, StationModel, World

HANGZHOU = Place(30.27, 120.15)
NOON = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 21, 16, 0, tzinfo=UTC)
CABINET, POLE, STATION = "330106-LC-0001", "330106-SP-0001", "330102-PS-0003"
LEVEL, RAIN, QUALITY = "330105-LG-0001", "330106-RG-0001", "330106-WQ-0001"
NAMESPACE = "urn:example:station"
MODES = {0: "PLC_AUTO", 1: "REMOTE"}
KEYS = {0: "LOCAL", 1: "REMOTE", 2: "OFF"}

LEVELS = StagedLevels(start_m=1.8, step_m=0.1, span_m=0.2, dry_run_m=0.6, stagger_s=45.0)


def circuit(output: str, light_class: LightClass = LightClass.ROAD, phase: str = "abc") -> Circuit:
    return Circuit(f"{CABINET}/{output}", output, output, light_class, "full-night", 40, 4000.0, phase)


def cabinet(*circuits: Circuit) -> Cabinet:
    chosen = circuits or (circuit("K1"), circuit("K2", phase="a"), circuit("K3", LightClass.LANDSCAPE))
    return Cabinet(CABINET, "文三路 1", "330106", HANGZHOU, Grade.FIRST, chosen)


def pole() -> Pole:
    return Pole(
        POLE,
        "灯杆 1",
        "330106",
        HANGZHOU,
        (Luminaire(f"{POLE}/L1", "L1", "full-night", 120.0),),
        (Display(f"{POLE}/D1", "D1"),),
    )


def unit(output: str, gate: str | None, pump: PumpType = PumpType.AXIAL, direction: str = "drain") -> PumpUnit:
    return PumpUnit(
        f"{STATION}/{output}",
        output,
        output,
        pump,
        flow_m3s=15.0,
        power_kw=800.0,
        rated_a=90.0,
        min_run_s=1800.0,
        min_off_s=900.0,
        max_starts_per_hour=2,
        max_starts_per_day=6,
        backspin_s=120.0,
        start_proof_s=20.0,
        stop_proof_s=20.0,
        discharge_gate=gate,
        direction=direction,
    )


def gate(output: str, role: GateRole = GateRole.DISCHARGE) -> Gate:
    return Gate(f"{STATION}/{output}", output, output, role, travel_s=60.0)


def station(*, pump: PumpType = PumpType.AXIAL, gravity: bool = True, levels: StagedLevels | None = LEVELS) -> Station:
    gates = [gate("G1"), gate("G2")] + ([gate("G3", GateRole.GRAVITY)] if gravity else [])
    return Station(
        STATION,
        "七堡",
        "330102",
        HANGZHOU,
        StationKind.DRAINAGE,
        (unit("P1", "G1", pump), unit("P2", "G2", pump)),
        tuple(gates),
        ("inner_level_1_m", "inner_level_2_m", "inner_level_3_m"),
        "outer_level_m",
        levels,
        GravityRule(f"{STATION}/G3") if gravity else None,
    )


def gauges() -> tuple[Gauge, ...]:
    kinds = {LEVEL: GaugeKind.LEVEL, RAIN: GaugeKind.RAIN, QUALITY: GaugeKind.QUALITY}
    return tuple(Gauge(device, device, "330105", HANGZHOU, kind) for device, kind in kinds.items())


def city() -> City:
    return City(
        {CABINET: cabinet()}, {POLE: pole()}, {STATION: station()}, {each.id: each for each in gauges()}, targets={}
    )


def world(*, canal_m: float = 1.3, river_m: float = 3.0) -> World:
    return World(
        reaches=(ReachModel(name="canal", curve=[[-1.5, 400_000.0]], level_m=canal_m),),
        outside=(OutsideModel(name="river", mean_m=river_m),),
        stations=(
            StationModel(
                id=STATION,
                inner="canal",
                outer="river",
                rated_head_m=3.0,
                shutoff_head_m=8.0,
                sluice=SluiceModel(gate="G3", width_m=8.0, height_m=3.0, sill_m=0.0),
            ),
        ),
        gauges=(GaugeModel(id=LEVEL, of="canal"),),
    )


def _holding(name: str, kind: PointType, address: int, **more: object) -> PointSpec:
    return PointSpec(name, kind, table=Table.HOLDING, address=address, **more)  # type: ignore[arg-type]  # test shorthand


def cabinet_points() -> Mapping[str, PointSpec]:
    rw = Access.READ_WRITE
    specs = [
        *(
            PointSpec(f"K{n}.command", PointType.BOOL, rw, feedback=f"K{n}.feedback", table=Table.COIL, address=n - 1)
            for n in (1, 2, 3)
        ),
        *(_holding(f"K{n}.feedback", PointType.BIT, 10, bit=n - 1) for n in (1, 2, 3)),
        *(_holding(f"K{n}.power_w", PointType.U16, 10 + n) for n in (1, 2, 3)),
        _holding("heartbeat", PointType.U16, 0, access=rw, role=Role.HEARTBEAT, feedback=NO_FEEDBACK),
        _holding("control_switch", PointType.ENUM, 1, labels=KEYS),
        _holding("timetable_active", PointType.BOOL, 2),
        _holding("energy_kwh", PointType.F32, 3),
        _holding("voltage_a_v", PointType.U16, 5, scale=0.1),
        PointSpec("clock_unix", PointType.U32, table=Table.INPUT, address=100),
        PointSpec("door_open", PointType.BOOL, table=Table.DISCRETE, address=5),
    ]
    return {spec.name: spec for spec in specs}


def pole_points() -> Mapping[str, PointSpec]:
    rw = Access.READ_WRITE
    specs = [
        _holding("L1.level_command", PointType.U16, 0, access=rw, feedback="L1.level", low=0.0, high=100.0),
        _holding("L1.level", PointType.U16, 1),
        _holding("D1.text_command", PointType.STRING, 10, access=rw, length=32, feedback="D1.text"),
        _holding("D1.text", PointType.STRING, 50, length=32),
    ]
    return {spec.name: spec for spec in specs}


def station_points() -> Mapping[str, PointSpec]:
    rw = Access.READ_WRITE
    specs = [
        PointSpec("mode_command", PointType.ENUM, rw, labels=MODES, feedback="mode", node="ModeCommand"),
        PointSpec("mode", PointType.ENUM, labels=MODES, node="Mode"),
        PointSpec("control_switch", PointType.ENUM, labels=KEYS, node="Key"),
        PointSpec("heartbeat", PointType.U16, rw, role=Role.HEARTBEAT, feedback=NO_FEEDBACK, node="Heartbeat"),
        PointSpec("inner_level_1_m", PointType.F32, node="Level1", deadband=0.005),
        PointSpec("outer_level_m", PointType.F32, node="Outer", deadband=0.005),
        PointSpec("flow_m3s", PointType.F32, node="Flow"),
    ]
    for n in (1, 2):
        specs += [
            PointSpec(f"P{n}.run_command", PointType.BOOL, rw, feedback=f"P{n}.running", node=f"P{n}.Run"),
            PointSpec(f"P{n}.running", PointType.BOOL, node=f"P{n}.Running"),
            PointSpec(f"P{n}.current_a", PointType.F32, node=f"P{n}.Current"),
        ]
        specs += [
            PointSpec(
                f"G{n}.position_command",
                PointType.F32,
                rw,
                feedback=f"G{n}.position_percent",
                low=0.0,
                high=100.0,
                node=f"G{n}.Goal",
            ),
            PointSpec(f"G{n}.position_percent", PointType.F32, node=f"G{n}.Position"),
        ]
    return {spec.name: spec for spec in specs}


def gauge_points() -> Mapping[str, PointSpec]:
    return {"level_m": _holding("level_m", PointType.I16, 0, scale=0.001)}


@dataclass(frozen=True)
class SmallSite:
    """What ``Field`` needs of a site."""

    endpoints: tuple[Endpoint, ...]
    city: City = field(default_factory=city)
    timezone: str = "Asia/Shanghai"


def site(modbus_port: int = 20999, opcua_port: int = 21999) -> SmallSite:
    lights = Endpoint(
        "gw-1",
        f"modbus+tcp://127.0.0.1:{modbus_port}",
        (
            Binding(CABINET, cabinet_points(), unit=1),
            Binding(POLE, pole_points(), unit=2),
            Binding(LEVEL, gauge_points(), unit=9),
        ),
    )
    water = Endpoint(
        "ua-1",
        f"opc.tcp://127.0.0.1:{opcua_port}",
        (Binding(STATION, station_points(), namespace=NAMESPACE, root=f"{STATION}."),),
    )
    return SmallSite((lights, water))


def site_with_modbus_station() -> SmallSite:
    rw = Access.READ_WRITE
    specs = [
        _holding("mode_command", PointType.ENUM, 0, access=rw, labels=MODES, feedback="mode"),
        _holding("mode", PointType.ENUM, 1, labels=MODES),
        _holding("G1.position_command", PointType.U16, 2, access=rw, scale=0.1, feedback="G1.position_percent"),
        _holding("G1.position_percent", PointType.U16, 3, scale=0.1),
    ]
    points = {spec.name: spec for spec in specs}
    return SmallSite((Endpoint("plc-1", "modbus+tcp://127.0.0.1:20998", (Binding(STATION, points),)),))


class VirtualClock:
    """The test loop's own time, from a chosen moment on."""

    speed = 1.0

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._zero = asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() - self._zero

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
