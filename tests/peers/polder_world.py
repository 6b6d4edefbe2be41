"""The trial polder as it really is: its waters and stations in one step a second, on sockets of their own.

``tests/peers/polder`` is its site folder. What an inspector would write down is kept in ``broken``; nothing here asks
the controller anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.peers.machinery import Sensor
from tests.peers.modbus_gauges import Gauges
from tests.peers.modbus_station import ModbusStation
from tests.peers.opcua_stations import Stations
from tests.peers.plc import StartOrStop, Station
from tests.peers.waters import Hydrograph, Pool, Tide, through_gate_m3s, tide_of
from tests.peers.wire import Wire

POLDER = Path(__file__).parent / "polder"
PROFILE = Path(__file__).parents[2] / "config" / "profiles" / "station-opcua.yaml"
MOUTH, ELBOW, LIFT = "330114-PS-0001", "330114-PS-0002", "330114-PS-0003"
WIRES = {MOUTH: "ua-mouth", ELBOW: "ua-elbow", LIFT: "ua-lift"}
MODBUS = "plc-elbow"
"""The elbow's endpoint where it is talked to over Modbus."""
GAUGES = {"south_a": 11, "south_b": 12, "low_a": 13, "low_b": 14, "tide": 15}
RAIN = 16
OUTFALL_WIDTH_M = 4.0
GUARANTEE_M = {"south": 2.50, "low": 1.85}
STEP_S = 1.0
STEPS_SHOWN = 2
"""Its registers are put on the wire after every second step."""


@dataclass(slots=True)
class PolderWorld:
    """The truth. ``elapsed_s`` counts from the night's begin; ``at`` is its wall time."""

    begins: datetime
    south: Pool
    low: Pool
    tide: Tide
    stations: dict[str, Station]
    gauges: dict[str, Sensor] = field(default_factory=lambda: {name: Sensor() for name in GAUGES})
    elapsed_s: float = 0.0
    reverse_m3: float = 0.0
    """What came in through the outfall, where nothing mechanical kept it open."""
    jam_excused: bool = False
    surprises: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    served: Gauges = field(default_factory=Gauges)
    spilt_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(GUARANTEE_M, 0.0))
    """How long each pool stood above its guarantee level (s)."""

    @property
    def at(self) -> datetime:
        return self.begins + timedelta(seconds=self.elapsed_s)

    @property
    def mouth(self) -> Station:
        return self.stations[MOUTH]

    @property
    def elbow(self) -> Station:
        return self.stations[ELBOW]

    @property
    def lift(self) -> Station:
        return self.stations[LIFT]

    @property
    def broken(self) -> list[str]:
        found = [one for station in self.stations.values() for one in station.broken]
        if self.reverse_m3 > 0.0:
            found.append(f"{self.reverse_m3:.0f} m³ came in through the outfall")
        return found

    def moves(self, *stations: str, by: str | None = None, on: bool | None = None) -> list[StartOrStop]:
        return [
            one
            for name in stations or tuple(self.stations)
            for one in self.stations[name].log
            if by in (None, one.by) and on in (None, one.on)
        ]

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        """Something that happens ``after_s`` from the night's begin."""
        self.surprises.append((after_s, what))

    def step(self, dt_s: float = STEP_S) -> None:
        self.elapsed_s += dt_s
        for due in [one for one in self.surprises if one[0] <= self.elapsed_s]:
            self.surprises.remove(due)
            due[1]()
        outer_m = self.tide(self.at)
        for station, inner_m, beyond_m in (
            (self.mouth, self.south.level_m, outer_m),
            (self.elbow, self.south.level_m, outer_m),
            (self.lift, self.low.level_m, self.south.level_m),
        ):
            station.inner_m, station.outer_m = inner_m, beyond_m
            station.scan(self.elapsed_s, dt_s)
        self._flow(outer_m, dt_s)

    def _flow(self, outer_m: float, dt_s: float) -> None:
        now_s = self.elapsed_s
        pumped = {
            name: sum(pump.moves_m3s(now_s, one.inner_m, one.outer_m) for pump in one.pumps.values())
            for name, one in self.stations.items()
        }
        outfall = self.mouth.gates["G4"]
        out_m3s = through_gate_m3s(outfall.percent / 100.0, self.south.level_m, outer_m, OUTFALL_WIDTH_M)
        if out_m3s < 0.0 and outfall.percent > 0.5 and not self.jam_excused:
            self.reverse_m3 -= out_m3s * dt_s
        self.south.flows_m3s = pumped[LIFT] - pumped[MOUTH] - pumped[ELBOW] - out_m3s
        self.low.flows_m3s = -pumped[LIFT]
        self.south.step(now_s, dt_s)
        self.low.step(now_s, dt_s)
        for name, pool in (("south", self.south), ("low", self.low)):
            self.spilt_s[name] += dt_s if pool.level_m > GUARANTEE_M[name] else 0.0

    def put_gauges(self) -> None:
        truth = {"tide": self.tide(self.at), "south": self.south.level_m, "low": self.low.level_m}
        for name, unit in GAUGES.items():
            sensor = self.gauges[name]
            if sensor.bad:
                self.served.silent.add(unit)
                continue
            self.served.silent.discard(unit)
            self.served.put_level(unit, sensor.reads(truth[name.partition("_")[0]]))


def polder_world(
    begins: datetime,
    south_m: float,
    low_m: float,
    south_storm: Hydrograph,
    low_storm: Hydrograph,
    *,
    surge_m: float = 0.05,
    tracks: bool = False,
    releases: bool = False,
) -> PolderWorld:
    """The polder at the begin of a night; ``tracks`` and ``releases`` say how polite its PLCs are."""
    assets: dict[str, Any] = yaml.safe_load((POLDER / "assets" / "water.yaml").read_text(encoding="utf-8"))
    stations = {one["id"]: Station(one, tracks=tracks, releases=releases) for one in assets["stations"]}
    return PolderWorld(
        begins,
        Pool(south_m, 64_000.0, south_storm),
        Pool(low_m, 17_000.0, low_storm),
        tide_of(POLDER / "water" / "tide-tideway.csv", surge_m),
        stations,
    )


@dataclass(slots=True)
class Served:
    """The polder on its sockets: where each endpoint is, and the wires to its stations."""

    world: PolderWorld
    urls: dict[str, str]
    wires: dict[str, Wire]


@contextlib.asynccontextmanager
async def served(world: PolderWorld) -> AsyncIterator[Served]:
    """Let the polder live in this loop's time, a step a second. The elbow answers in both tongues."""
    server = Stations(world.stations, PROFILE)
    await server.start()
    world.step()
    await server.publish(world.elapsed_s)
    world.served.put_rain(RAIN, 0.0, 0.0)
    world.put_gauges()
    await world.served.start()
    elbow = ModbusStation(world.elbow, PROFILE.with_name("station-modbus.yaml"), lambda: world.elapsed_s)
    await elbow.start()
    wires = {name: Wire(server.port) for name in world.stations}
    for wire in wires.values():
        await wire.start()
    urls = {WIRES[name]: f"opc.tcp://127.0.0.1:{wire.port}" for name, wire in wires.items()}
    urls[MODBUS] = f"modbus+tcp://127.0.0.1:{elbow.port}"
    urls["gw-gauges"] = f"modbus+tcp://127.0.0.1:{world.served.port}"
    life = asyncio.create_task(_live(world, server), name="the polder")
    try:
        yield Served(world, urls, wires)
    finally:
        life.cancel()
        await asyncio.wait({life})
        for wire in wires.values():
            await wire.stop()
        await elbow.stop()
        await world.served.stop()
        await server.stop()
        if not life.cancelled():
            life.result()


async def _live(world: PolderWorld, server: Stations) -> None:
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while True:
        for _ in range(STEPS_SHOWN):
            world.step()
        world.put_gauges()
        await server.publish(world.elapsed_s)
        due_s += STEPS_SHOWN * STEP_S
        await asyncio.sleep(max(0.0, due_s - loop.time()))
