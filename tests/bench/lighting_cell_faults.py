"""Photocells on recorded days with injected faults: what vote and freeze watch find, beside fixed thresholds."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from controller.domain.places import Place
from tests.bench.fault_scores import FaultScore
from tests.bench.lighting_cell_nights import Area, Broken, Heard, Sky, moment_s
from tests.bench.lighting_nights import DAY_S, HOUR_S
from tests.bench.registry import benchmark

SEEDS = (11, 23, 37, 41, 59)
PLACES = (Place(30.25, 120.17), Place(30.23, 119.72), Place(29.80, 119.69), Place(30.42, 120.30))
DAYS, QUIET_DAYS, MENDED_DAYS = 30, 3, 2


@dataclass(frozen=True, slots=True)
class Break:
    """One injected fault. ``cells``: how many cells of the area have it; ``days``: how long it is left."""

    name: str
    make: Callable[[float, Random], Broken]
    days: float = 4.0
    cells: int = 1


def _dead(_at_s: float, _random: Random) -> Broken:
    return lambda _now_s, _lux: None


def _dark(_at_s: float, _random: Random) -> Broken:
    return lambda _now_s, _lux: 0.0


def _gain(low: float, high: float) -> Callable[[float, Random], Broken]:
    def make(_at_s: float, random: Random) -> Broken:
        share = random.uniform(low, high)
        return lambda _now_s, lux: share * lux

    return make


def _offset(_at_s: float, random: Random) -> Broken:
    more = random.uniform(40.0, 200.0)
    return lambda _now_s, lux: lux + more


def _drift(at_s: float, random: Random) -> Broken:
    kept = random.uniform(0.70, 0.85)
    return lambda now_s, lux: float(lux * kept ** ((now_s - at_s) / DAY_S))


def _stuck(_at_s: float, _random: Random) -> Broken:
    held: list[float] = []

    def broken(_now_s: float, lux: float) -> float:
        held.append(lux) if not held else None
        return held[0]

    return broken


BREAKS = (
    Break("cell dead (cannot be read)", _dead),
    Break("cell dead (reads 0 lx)", _dark),
    Break("cell frozen at what it saw", _stuck),
    Break("offset of 40 to 200 lx (leak, or a lamp shines on it)", _offset),
    Break("drifts: loses 15 to 30 % of its light a day", _drift, 12.0),
    Break("dirty: 5 to 25 % of the light left", _gain(0.05, 0.25)),
    Break("dirty: 40 to 60 % of the light left", _gain(0.4, 0.6)),
    Break("two of three dirty alike: 10 to 20 % left", _gain(0.1, 0.2), 3.0, 2),
)


@dataclass(frozen=True, slots=True)
class CellCase:
    """An injected fault and when it was told (s after it began; None: never). ``area``: at least that the area has too
    few cells was told; ``wrong``: a sound cell was named."""

    name: str
    after_s: float | None
    peer_after_s: float | None
    area: bool
    wrong: bool


@dataclass(slots=True)
class CellScore(FaultScore[CellCase]):
    """What the days of some seeds gave; nights of cells, three an area. A fault counts by its own cell's alarm."""


class PlainCell:
    """The peer: one cell by the sun alone. Told after 10 min of: not readable; above 50 lx from 90 min after sunset to
    90 min before sunrise (sun below −18°); below 1,000 lx while the sun is above 25°; and after 24 h unmoved."""

    def __init__(self) -> None:
        self.since_s: float | None = None
        self.moved_s, self.last = float("-inf"), -1
        self.standing = False

    def look(self, at_s: float, said: int | None, altitude: float) -> None:
        """Take in one reading."""
        if said != self.last or self.moved_s == float("-inf"):
            self.moved_s, self.last = at_s, -1 if said is None else said
        wrong = said is None or (altitude < -18.0 and said > 50) or (altitude > 25.0 and said < 1000)
        if wrong or (altitude >= -18.0 and altitude <= 25.0 and self.standing):
            self.since_s = at_s if self.since_s is None else self.since_s
        else:
            self.since_s = None
        held = self.since_s is not None and at_s - self.since_s >= 600.0
        self.standing = held or at_s - self.moved_s >= DAY_S


@dataclass(slots=True)
class _Watch:
    """Since when each cell is told, by us and by the peer."""

    ours: dict[int, float] = field(default_factory=dict)
    peers: dict[int, float] = field(default_factory=dict)
    few: bool = False
    told: frozenset[int] = frozenset()
    peer_told: frozenset[int] = frozenset()

    def see(self, heard: Heard, plain: Sequence[PlainCell]) -> None:
        now = frozenset(cell for cell, one in enumerate(plain) if one.standing)
        for cell in heard.cells - self.told:
            self.ours.setdefault(cell, heard.at_s)
        for cell in now - self.peer_told:
            self.peers.setdefault(cell, heard.at_s)
        self.told, self.peer_told = heard.cells, now
        self.few |= heard.few

    def begin(self) -> None:
        self.ours, self.peers, self.few = {}, {}, False


@lru_cache
def scored_cells(seed: int, places: int = len(PLACES), days: int = DAYS) -> CellScore:
    """The days of one seed: each area begins in another season."""
    score = CellScore()
    for number in range(places):
        random = Random(seed * 100 + number)  # noqa: S311 - recorded days are made again from their seed
        _play(score, seed, number, days, random)
    return score


def _play(score: CellScore, seed: int, number: int, days: int, random: Random) -> None:
    start_s = moment_s((seed * 7 + number * 91) % 360)
    area = Area(Sky(PLACES[number], seed * 1000 + number), start_s)
    plain, watch = [PlainCell() for _ in range(3)], _Watch()
    at_s, end_s = start_s + QUIET_DAYS * DAY_S, start_s + days * DAY_S
    breaks = list(BREAKS)
    random.shuffle(breaks)
    _watch(area, plain, watch, at_s)
    _false(score, watch, f"seed {seed} area {number}", ())
    while at_s < end_s:
        one = breaks.pop() if breaks else random.choice(BREAKS)
        begin_s = at_s + random.uniform(0.0, DAY_S)
        cells = random.sample(range(3), one.cells)
        watch.begin()
        _watch(area, plain, watch, begin_s)
        _false(score, watch, f"seed {seed} area {number}", ())
        watch.begin()
        for cell in cells:
            area.broken[cell] = one.make(begin_s, random)
        _watch(area, plain, watch, begin_s + one.days * DAY_S)
        score.cases.append(_case(one, cells, watch, begin_s))
        _false(score, watch, f"seed {seed} area {number} ({one.name})", range(3) if one.cells > 1 else cells)
        area.broken.clear()
        watch.begin()
        at_s = begin_s + (one.days + MENDED_DAYS) * DAY_S
        _watch(area, plain, watch, at_s)
        _false(score, watch, f"seed {seed} area {number} (after {one.name})", ())
    score.nights += round(3 * (at_s - start_s) / DAY_S)


def _watch(area: Area, plain: Sequence[PlainCell], watch: _Watch, until_s: float) -> None:
    for heard in area.play(until_s):
        altitude = area.sky.altitude(heard.at_s)
        for cell, one in enumerate(plain):
            if cell in area.registers:
                one.look(heard.at_s, area.registers[cell], altitude)
        watch.see(heard, plain)


def _case(one: Break, cells: Sequence[int], watch: _Watch, begin_s: float) -> CellCase:
    def after(found: dict[int, float]) -> float | None:
        told = [found.get(cell) for cell in cells]
        known = [at_s for at_s in told if at_s is not None]
        return max(known) - begin_s if len(known) == len(told) else None

    return CellCase(one.name, after(watch.ours), after(watch.peers), watch.few, bool(watch.ours.keys() - set(cells)))


def _false(score: CellScore, watch: _Watch, where: str, own: Sequence[int]) -> None:
    for alarms, found in ((score.false, watch.ours), (score.peer_false, watch.peers)):
        alarms += [
            f"{where} cell {cell + 1} at {at_s % DAY_S / HOUR_S:.1f} h UTC"
            for cell, at_s in found.items()
            if cell not in own
        ]


@lru_cache
def cells_by_seed() -> tuple[CellScore, ...]:
    """Every seed's days, on two cores."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return tuple(pool.map(scored_cells, SEEDS))


def all_cells() -> CellScore:
    """All seeds as one."""
    whole = CellScore()
    for score in cells_by_seed():
        whole.add(score)
    return whole


@benchmark(
    "lighting.photocell_fault_detection_percent",
    unit="%",
    higher=True,
    note="three cells an area; dead, frozen, offset, drifting, dirty, two dirty alike; 5 seeds, all seasons",
)
def photocell_detection_percent() -> list[float]:
    return [score.detected_percent() for score in cells_by_seed()]


@benchmark(
    "lighting.photocell_false_alarms_per_1000_nights",
    unit="alarms",
    must=5,
    note="per 1,000 cell-nights, under clouds, storms, shade, head lights, lost polls, links that go down",
)
def photocell_false_alarms() -> list[float]:
    whole = all_cells()
    return [whole.per_1000(whole.false)]


@benchmark(
    "lighting.photocell_fixed_threshold_false_alarms_per_1000_nights",
    unit="alarms",
    note="the peer: each cell by the sun alone, more than 50 lx at night, less than 1,000 lx at noon; the same nights",
)
def photocell_fixed_threshold_false_alarms() -> list[float]:
    whole = all_cells()
    return [whole.per_1000(whole.peer_false)]
