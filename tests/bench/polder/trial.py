"""One run of one controller over one case, and what it cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from controller.logic.hydraulics.outlook import Outlook
from tests.bench.polder.city import STEP_S, Case, Series
from tests.bench.polder.forecasts import Forecaster
from tests.bench.polder.plant import Broken, Plant


@dataclass(frozen=True, slots=True)
class Seen:
    """What a controller sees each minute: levels (m) by pool, the river, units by station, gates."""

    minute: int
    levels_m: tuple[float, ...]
    river_m: float
    running: tuple[int, ...]
    may_start: tuple[int, ...]
    must_run: tuple[int, ...]
    open: tuple[bool, ...]


class Controller(Protocol):
    """Whoever decides. ``forecast`` is what was last issued; its series may be empty."""

    def decide(self, seen: Seen, forecast: Outlook) -> tuple[list[int], list[bool]]:
        """Units wanted by station, gates wanted open."""
        ...


@dataclass(frozen=True, slots=True)
class Cost:
    """Yuan, and what they are of."""

    energy: float
    starts: float
    warning_mh: float
    guarantee_mh: float
    total: float


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it."""

    cost: Cost
    end_m: Series
    peak_m: Series
    broken: Broken
    starts: int
    kwh: float
    balance_m3: float
    seconds: float
    levels_m: Series
    counts: Series


def try_out(case: Case, controller: Controller, error: float | None, outlook_every: int = 5) -> Run:
    """Run a case to its end. ``error``: of the forecast; None where there is none."""
    plant, forecaster = Plant(case), Forecaster(case, error)
    levels = np.empty((case.minutes + 1, len(case.pools)))
    counts = np.zeros((case.minutes, len(case.stations)))
    levels[0] = plant.levels
    forecast = forecaster.outlook(0)
    seconds = 0.0
    for minute in range(case.minutes):
        if minute % outlook_every == 0:
            forecast = forecaster.outlook(minute)
        begun = time.process_time()
        wanted, gates = controller.decide(_seen(plant), forecast)
        seconds += time.process_time() - begun
        counts[minute] = plant.step(wanted, gates)[1]
        levels[minute + 1] = plant.levels
    kwh = counts * case.kwh_per_unit_minute()
    return Run(
        cost_of(case, levels, kwh, plant.starts),
        levels[-1],
        levels.max(axis=0),
        plant.broken,
        plant.starts,
        float(kwh.sum()),
        plant.balance_m3,
        seconds,
        levels,
        counts,
    )


def cost_of(case: Case, levels_m: Series, kwh: Series, starts: int) -> Cost:
    """Energy at its tariff, starts, and metre-hours above warning and guarantee (levels at the end of each minute)."""
    warning = np.array([pool.warning_m for pool in case.pools])
    guarantee = np.array([pool.guarantee_m for pool in case.pools])
    hours = STEP_S / 3600.0
    above = float(np.maximum(levels_m[1:] - warning, 0.0).sum()) * hours
    far_above = float(np.maximum(levels_m[1:] - guarantee, 0.0).sum()) * hours
    energy = float((kwh.sum(axis=1) * case.tariff).sum())
    started = starts * case.prices.start
    total = energy + started + above * case.prices.warning_mh + far_above * case.prices.guarantee_mh
    return Cost(energy, started, above, far_above, total)


def _seen(plant: Plant) -> Seen:
    stations = range(len(plant.units))
    return Seen(
        plant.now,
        tuple(float(level) for level in plant.levels),
        float(plant.case.tide_m[plant.now]),
        tuple(plant.running()),
        tuple(plant.may_start(number) for number in stations),
        tuple(plant.must_run(number) for number in stations),
        tuple(plant.open),
    )
