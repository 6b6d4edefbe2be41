"""The city's water as one balance: rain in, channels and gates between reaches, pumps and tide out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from hil.plants.station import StationPlant
from hil.plants.storage import Catchment, Reach
from hil.plants.tide import Tide
from hil.plants.weather import Weather

MAX_STEP_S = 10.0
GRAVITY = 9.81
DISCHARGE_COEFFICIENT = 0.61
"""Sharp-edged sluice; free flow sees the whole head above the sill, drowned flow the difference."""
HEADROOM = 0.5
"""A link moves at most this share of what would level its two sides within a step: no sloshing."""


@dataclass(frozen=True, slots=True)
class Channel:
    """An open link; flow = ``conveyance_m2s`` × level difference (m³/s per metre)."""

    a: str
    b: str
    conveyance_m2s: float


@dataclass(frozen=True, slots=True)
class Sluice:
    """An orifice from ``a`` to ``b`` behind a gate (opening 0–1 read from the plant); ``one_way`` has a flap."""

    a: str
    b: str
    width_m: float
    height_m: float
    sill_m: float
    opening: Callable[[], float]
    one_way: bool = True

    def flow_m3s(self, above_m: float, below_m: float) -> float:
        """Flow from the higher to the lower level, positive from ``above_m`` to ``below_m``."""
        opening = self.opening()
        if opening <= 0.0 or above_m <= max(below_m, self.sill_m):
            return 0.0
        lifted_m = opening * self.height_m
        drowned = below_m > self.sill_m + lifted_m / 2.0
        head_m = above_m - below_m if drowned else above_m - self.sill_m
        passage_m = min(lifted_m, above_m - self.sill_m)
        return DISCHARGE_COEFFICIENT * self.width_m * passage_m * sqrt(2.0 * GRAVITY * head_m)


@dataclass(frozen=True, slots=True)
class Placed:
    """A station between its inner and its outer side (names of reaches or outside waters)."""

    plant: StationPlant
    inner: str
    outer: str


@dataclass(slots=True)
class Balance:
    """Water counted since the start, m³."""

    initial: float
    runoff: float = 0.0
    from_outside: float = 0.0
    to_outside: float = 0.0


class WaterWorld:
    """All reaches, stepped together. Nothing appears or vanishes: ``error_m3`` says how well that holds."""

    def __init__(
        self,
        start_s: float,
        *,
        reaches: Sequence[Reach],
        outside: Mapping[str, Tide],
        catchments: Sequence[Catchment] = (),
        channels: Sequence[Channel] = (),
        sluices: Sequence[Sluice] = (),
        stations: Sequence[Placed] = (),
        weather: Weather | None = None,
    ) -> None:
        self.now_s = start_s
        self.reaches = {reach.name: reach for reach in reaches}
        self.outside = dict(outside)
        self.catchments = tuple(catchments)
        self.channels = tuple(channels)
        self.sluices = tuple(sluices)
        self.stations = tuple(stations)
        self.weather = weather or Weather()
        self.balance = Balance(initial=self.stored_m3())
        self._levels: dict[str, float] = {}
        self._measure(start_s)
        for placed in self.stations:
            placed.plant.inner_m = self._levels[placed.inner]
            placed.plant.outer_m = self._levels[placed.outer]

    def level_m(self, name: str) -> float:
        """Level of a reach or of the water outside at the last step."""
        return self._levels[name]

    def stored_m3(self) -> float:
        """Water in all reaches now."""
        return sum(reach.volume_m3 for reach in self.reaches.values())

    def error_m3(self) -> float:
        """What the balance does not explain (rounding only)."""
        told = self.balance
        return self.stored_m3() - (told.initial + told.runoff + told.from_outside - told.to_outside)

    @property
    def moving(self) -> bool:
        """Whether any station has something in motion."""
        return any(placed.plant.moving for placed in self.stations)

    def advance(self, to_s: float) -> None:
        """Step until ``to_s`` in steps of at most ``MAX_STEP_S``."""
        while self.now_s < to_s:
            self._step(min(to_s, self.now_s + MAX_STEP_S))

    def _step(self, to_s: float) -> None:
        step_s = to_s - self.now_s
        self._collect_rain(self.now_s, to_s)
        for channel in self.channels:
            self._level_out(channel, step_s)
        for sluice in self.sluices:
            self._pass_sluice(sluice, step_s)
        for placed in self.stations:
            moved = placed.plant.advance(to_s, self._levels[placed.inner], self._levels[placed.outer])
            if moved.drained_m3:
                self._move(placed.inner, placed.outer, moved.drained_m3)
            if moved.diverted_m3:
                self._move(placed.outer, placed.inner, moved.diverted_m3)
        self.now_s = to_s
        self._measure(to_s)

    def _measure(self, at_s: float) -> None:
        for name, tide in self.outside.items():
            self._levels[name] = tide.level_m(at_s)
        for name, reach in self.reaches.items():
            self._levels[name] = reach.level_m

    def _collect_rain(self, from_s: float, to_s: float) -> None:
        for catchment in self.catchments:
            rain_mm = self.weather.fallen_mm(catchment.gauge, from_s, to_s)
            water_m3 = catchment.release(rain_mm, to_s - from_s)
            self.reaches[catchment.into].volume_m3 += water_m3
            self.balance.runoff += water_m3

    def _level_out(self, channel: Channel, step_s: float) -> None:
        head_m = self._levels[channel.a] - self._levels[channel.b]
        if head_m < 0.0:
            self._transfer(channel.b, channel.a, -head_m * channel.conveyance_m2s * step_s, -head_m)
        elif head_m > 0.0:
            self._transfer(channel.a, channel.b, head_m * channel.conveyance_m2s * step_s, head_m)

    def _pass_sluice(self, sluice: Sluice, step_s: float) -> None:
        a_m, b_m = self._levels[sluice.a], self._levels[sluice.b]
        if a_m > b_m:
            self._transfer(sluice.a, sluice.b, sluice.flow_m3s(a_m, b_m) * step_s, a_m - b_m)
        elif b_m > a_m and not sluice.one_way:
            self._transfer(sluice.b, sluice.a, sluice.flow_m3s(b_m, a_m) * step_s, b_m - a_m)

    def _transfer(self, source: str, sink: str, water_m3: float, head_m: float) -> None:
        """Move water downhill, never more than would level both sides."""
        per_metre = sum(1.0 / self.reaches[name].area_m2() for name in (source, sink) if name in self.reaches)
        if per_metre:
            water_m3 = min(water_m3, HEADROOM * head_m / per_metre)
        self._move(source, sink, water_m3)

    def _move(self, source: str, sink: str, water_m3: float) -> None:
        giver, taker = self.reaches.get(source), self.reaches.get(sink)
        if giver is None:
            self.balance.from_outside += water_m3
        else:
            water_m3 = min(water_m3, giver.volume_m3)
            giver.volume_m3 -= water_m3
        if taker is None:
            self.balance.to_outside += water_m3
        else:
            taker.volume_m3 += water_m3
