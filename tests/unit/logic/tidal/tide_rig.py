"""A river with a table that tells the truth about it, and gauges that may lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import cos, pi

from controller.domain.points import Reading, bad, good
from controller.domain.quality import Detail
from controller.logic.contract import Moment
from controller.logic.forecasts.series import BoreArrival, TideExtreme, TideTable
from controller.logic.tidal.rules import BoreRule, GaugePoint, TidalWater
from controller.logic.tidal.trust import WaterMemory, WaterState, follow

START = datetime(2026, 6, 21, 0, 0, tzinfo=UTC)
HALF_H = 6.2
MEAN_M, SWING_M = 2.5, 1.4
GAUGES = tuple(GaugePoint(f"330102-TG-000{number}", "level_m") for number in (1, 2, 3))
WATER = TidalWater("river", "江", "river", GAUGES, BoreRule())
CALM = TidalWater("river", "江", "river", GAUGES)


def table_of(*, bores_h: tuple[float, ...] = (8.0,), halves: int = 8, issued: datetime | None = None) -> TideTable:
    """High water at the start, then low, high, … every 6.2 h; bores at these hours."""
    told = START - timedelta(days=30) if issued is None else issued
    extremes = tuple(
        TideExtreme(
            START + timedelta(hours=HALF_H * number),
            MEAN_M + (SWING_M if number % 2 == 0 else -SWING_M),
            number % 2 == 0,
        )
        for number in range(halves + 1)
    )
    bores = tuple(BoreArrival("river", START + timedelta(hours=hour), 0.5, told, "office") for hour in bores_h)
    return TideTable("river", told, "office", extremes, bores)


def river_m(hour: float) -> float:
    """What the table says, as the river's truth."""
    return MEAN_M + SWING_M * cos(pi * hour / HALF_H)


@dataclass
class River:
    """Steps of ten seconds; ``offsets`` put on each gauge, ``frozen`` ones keep what they showed, ``dead`` are BAD."""

    water: TidalWater = WATER
    table: TideTable | None = field(default_factory=table_of)
    at_h: float = 0.0
    surge_m: float = 0.0
    offsets: dict[GaugePoint, float] = field(default_factory=dict)
    frozen: dict[GaugePoint, float] = field(default_factory=dict)
    dead: set[GaugePoint] = field(default_factory=set)
    memory: WaterMemory = field(default_factory=WaterMemory)
    state: WaterState | None = None

    @property
    def moment(self) -> Moment:
        return Moment(START + timedelta(hours=self.at_h), 1000.0 + self.at_h * 3600.0)

    def reading(self, gauge: GaugePoint) -> Reading:
        if gauge in self.dead:
            return bad(Detail.FAILURE, self.moment.s)
        level_m = self.frozen.get(gauge, river_m(self.at_h) + self.surge_m + self.offsets.get(gauge, 0.0))
        return good(round(level_m, 3), self.moment.s)

    def step(self) -> WaterState:
        readings = {gauge: self.reading(gauge) for gauge in self.water.gauges}
        self.memory, self.state = follow(self.water, self.table, readings, self.memory, self.moment)
        return self.state

    def run(self, minutes: float, step_s: float = 10.0) -> WaterState:
        for _ in range(max(1, int(minutes * 60 / step_s))):
            self.at_h += step_s / 3600.0
            self.step()
        assert self.state is not None
        return self.state
