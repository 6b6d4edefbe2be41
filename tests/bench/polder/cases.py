"""The seeded cases: ten pools, about thirty pumps, a tide, and moderate, design, extreme and double-peaked storms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tests.bench.polder.city import RIVER, STEP_S, Case, Link, Pool, Series, Sluice, Units

HOURS = 48
KINDS = ("moderate", "design", "extreme", "double")
SEEDS = (1, 2, 3)
"""Looked at while the rules were made."""
HELD_OUT = (101, 102, 103)
"""Looked at only afterwards."""

RAIN_MM = {"moderate": 75.0, "design": 100.0, "extreme": 160.0, "double": 130.0}
SURGE_M = {"moderate": 0.0, "design": 0.2, "extreme": 0.6, "double": 0.3}
OUTFALL_POOLS = 7
INNER_OF = {7: 0, 8: 2, 9: 4}
"""Low polders that pump into an outfall pool."""
DRAINED_AT_ONCE_MM_H = 5.5
"""Pumps of a pool take about so much rain off its land."""


def case_of(kind: str, seed: int, pools: int = 10) -> Case:
    """The case of this kind and seed; the same for ever. ``pools``: for measuring how things grow."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    inner_of = {**INNER_OF} if pools == 10 else {}
    basins = tuple(_pool(i, i in inner_of, rng) for i in range(pools))
    land = rng.uniform(6e6, 12e6, pools)
    land[list(inner_of)] *= 0.5
    stations = tuple(_station(i, basins, land, inner_of, rng) for i in range(pools))
    gated = [i for i in range(pools) if i not in inner_of and i % 4 != 3]
    gates = tuple(Sluice(f"G{i}", i, float(land[i] / 1e6 * rng.uniform(0.4, 0.7))) for i in gated)
    outfalls = [i for i in range(pools) if i not in inner_of]
    links = tuple(Link(a, b, float(rng.uniform(15.0, 40.0))) for a, b in pairwise(outfalls) if rng.random() < 0.7)
    rain = _rain(kind, rng)
    columns = [_runoff(rain, land[i], rng) for i in range(pools)]
    return Case(kind, seed, basins, stations, gates, links, np.stack(columns, axis=1), _tide(kind, rng), _tariff())


def _pool(number: int, inner: bool, rng: np.random.Generator) -> Pool:
    area = float(rng.uniform(0.25e6, 0.6e6)) * (0.5 if inner else 1.0)
    normal = 0.6 if inner else 1.0
    return Pool(f"pool-{number}", area, normal - 0.5, normal, normal + 0.5, normal + 0.9)


def _station(
    number: int, pools: tuple[Pool, ...], land: Series, inner_of: dict[int, int], rng: np.random.Generator
) -> Units:
    inner = number in inner_of
    count = int(rng.integers(2, 5))
    wanted = float(land[number]) * DRAINED_AT_ONCE_MM_H / 3.6e6
    if number in inner_of.values():
        wanted *= 1.5
    unit = wanted * float(rng.uniform(0.85, 1.15)) / count
    if inner:
        return Units(f"S{number}", number, inner_of[number], count, unit, unit * 22.0, 1.2, 180, 300, 6, 48)
    return Units(f"S{number}", number, RIVER, count, unit, unit * 45.0, 3.0, 1800, 900, 2, 6)


def _rain(kind: str, rng: np.random.Generator) -> Series:
    """mm/h per minute: one burst (two for ``double``) that swells and ebbs."""
    minutes = np.arange(HOURS * 60) / 60.0
    total = RAIN_MM[kind] * rng.uniform(0.85, 1.15)
    begins = rng.uniform(9.0, 14.0)
    bursts = [(begins, rng.uniform(7.0, 12.0), 1.0)]
    if kind == "double":
        share = rng.uniform(0.4, 0.6)
        later = begins + rng.uniform(12.0, 16.0)
        bursts = [(begins, rng.uniform(5.0, 8.0), share), (later, rng.uniform(5.0, 8.0), 1.0 - share)]
    shape = np.zeros_like(minutes)
    for start, length, share in bursts:
        x = np.clip((minutes - start) / length, 0.0, 1.0)
        burst = np.where((x > 0) & (x < 1), x ** rng.uniform(0.8, 1.6) * (1 - x) ** rng.uniform(0.8, 1.6), 0.0)
        gusts = np.repeat(rng.uniform(0.6, 1.4, HOURS * 4), 15)
        burst = burst * gusts
        shape += share * burst / (burst.sum() / 60.0)
    return np.asarray(shape * total, dtype=np.float64)


def _runoff(rain_mm_h: Series, land_m2: float, rng: np.random.Generator) -> Series:
    """Two linear reservoirs in a row, and a base flow (m³/s)."""
    lag_s = rng.uniform(0.6, 1.6) * 3600.0
    feed = rain_mm_h * rng.uniform(0.85, 1.15) * 0.6 / 3.6e6 * land_m2
    out = np.empty_like(feed)
    first = second = 0.0
    for i, flow in enumerate(feed):
        first += (flow - first) * STEP_S / lag_s
        second += (first - second) * STEP_S / lag_s
        out[i] = second
    return out + land_m2 / 1e6 * 0.05


def _tide(kind: str, rng: np.random.Generator) -> Series:
    """A half-daily tide, steeper in the flood than in the ebb, on a mean that a surge lifts (m)."""
    hours = np.arange(HOURS * 60) / 60.0
    phase = rng.uniform(0.0, 12.42)
    angle = 2 * np.pi * (hours - phase) / 12.42
    wave = np.cos(angle + 0.25 * np.sin(angle))
    surge = SURGE_M[kind] * np.exp(-(((hours - 20.0) / 12.0) ** 2))
    return np.asarray(1.5 + surge + rng.uniform(1.2, 1.7) * wave, dtype=np.float64)


def _tariff() -> Series:
    """Yuan per kWh: 0.35 from 22 to 8, 1.05 at the two peaks, 0.70 between (illustrative)."""
    hour = (np.arange(HOURS * 60) // 60) % 24
    peak = ((hour >= 9) & (hour < 12)) | ((hour >= 17) & (hour < 21))
    return np.where((hour >= 22) | (hour < 8), 0.35, np.where(peak, 1.05, 0.70)).astype(np.float64)
