"""What the simulated city's gauges said through a storm, recorded once; tests lay their own lies over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from controller.logic.hydraulics.estimate import Estimate, Measured
from controller.logic.hydraulics.estimation import estimate
from tests.unit.logic.hydraulics.plant_city import Plant, hangzhou

MINUTES, DAY = 16 * 60, 26 * 60
"""The storm falls from the second to the seventh hour; stations pump and gates let out long after it."""
Lie = Callable[[int, float], float | None]
"""What a point says at a minute instead of what it would say; None: nothing."""


@dataclass(frozen=True)
class Look:
    """One minute: what is measured, and what is true."""

    at: datetime
    measured: Measured
    true_m: Mapping[str, float]


@cache
def storm() -> tuple[Look, ...]:
    """Minute by minute."""
    plant = Plant()
    looks = []
    for _ in range(DAY):
        plant.advance()
        true = {name: plant.level_m(name) for name in plant.network.reaches}
        looks.append(Look(plant.at, plant.measured(), true))
    return tuple(looks)


def estimates(lies: Mapping[str, Lie], minutes: int = MINUTES, every: int = 1) -> Iterator[tuple[int, Look, Estimate]]:
    """The estimate after every look, with these points lying."""
    _, network = hangzhou()
    believed: Estimate | None = None
    for minute, look in enumerate(storm()[:minutes:every]):
        levels = dict(look.measured.levels_m)
        for point, lie in lies.items():
            said = lie(minute * every, levels[point])
            if said is None:
                del levels[point]
            else:
                levels[point] = said
        believed = estimate(network, believed, replace(look.measured, levels_m=levels), look.at)
        yield minute * every, look, believed
