"""The simulated Hangzhou's waters without wires: what the true plant does, and what its gauges would say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from controller.domain.assets import City
from controller.logic.hydraulics.estimate import Measured
from controller.logic.hydraulics.network import Network
from controller.settings.load import load_site
from hil.building import Built, build
from hil.plants.events import EventLog
from hil.world import World, load_world

CONFIG = Path(__file__).parents[4] / "config" / "hangzhou"
START = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)


@cache
def hangzhou() -> tuple[City, Network]:
    """The demo's assets and the controller's model of their waters."""
    site = load_site(CONFIG)
    assert site.network is not None
    return site.city, site.network


@cache
def true_world() -> World:
    """The waters as they really are."""
    return load_world(CONFIG / "world.yaml")


class Plant:
    """The true waters, their stations on their own PLCs. ``lie`` maps a point and its true level to what it says."""

    def __init__(self, world: World | None = None) -> None:
        self.city, self.network = hangzhou()
        self.at = START
        self.built: Built = build(
            self.city,
            world or true_world(),
            frozenset(),
            now_s=lambda: self.at.timestamp(),
            timezone="Asia/Shanghai",
            events=EventLog(),
            patience_s=dict.fromkeys(self.city.stations, 0.0),
        )
        self.lies: dict[str, Callable[[float], float | None]] = {}
        self._of = {gauge.id: gauge.of for gauge in (world or true_world()).gauges if gauge.of}

    def advance(self, seconds: float = 60.0) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.built.water.advance(self.at.timestamp())

    def level_m(self, reach: str) -> float:
        """The truth."""
        return self.built.water.level_m(reach)

    def measured(self) -> Measured:
        """What the gauges say, to the millimetre."""
        points = [p for w in (*self.network.reaches.values(), *self.network.outside.values()) for p in w.gauges]
        levels = {point: said for point in points if (said := self._said(point)) is not None}
        stations = {name: self.built.stations[name] for name in self.network.inner}
        rain = {c.gauge: self.built.weather.rain_mm_h(c.gauge, self.at.timestamp()) for c in self.network.catchments}
        running = {
            (group.station, group.direction): sum(
                pump.running and pump.asset.direction == group.direction
                for pump in stations[group.station].pumps.values()
            )
            for group in self.network.pumps
        }
        openings = {
            gate.gate: stations[gate.station or ""].gates[gate.gate.partition("/")[2]].position / 100.0
            for gate in self.network.gates
        }
        return Measured(levels, rain, running, {n: plant.flow_m3s() for n, plant in stations.items()}, openings)

    def _said(self, point: str) -> float | None:
        device, _, name = point.partition("/")
        plant = self.built.stations.get(device)
        if plant is None:
            level = self.built.water.level_m(self._of[device])
        elif name.startswith("inner"):
            level = plant.inner_reading_m(int(name.split("_")[2]))
        else:
            level = plant.outer_reading_m()
        lie = self.lies.get(point)
        said = level if lie is None else lie(level)
        return None if said is None else round(said, 3)
