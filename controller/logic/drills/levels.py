"""Levels of a drill over its time: peaks, minutes above a limit, energy and water moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from controller.logic.drills.happened import Happened


def peak(happened: Happened, reach: str) -> tuple[datetime, float] | None:
    """When the reach stood highest, and how high (m); None: nothing is known of it."""
    known = [(one.at, one.levels_m[reach]) for one in happened.samples if reach in one.levels_m]
    return max(known, key=lambda one: one[1], default=None)


def first_at(happened: Happened, reach: str, limit_m: float) -> datetime | None:
    """When the reach first stood at the limit or above it."""
    return next((one.at for one in happened.samples if one.levels_m.get(reach, limit_m - 1.0) >= limit_m), None)


def minutes_above(happened: Happened, reach: str, limit_m: float) -> float:
    """How long it stood above the limit: each sample counts until the next."""
    return sum(
        (after.at - before.at).total_seconds() / 60.0
        for before, after in pairwise(happened.samples)
        if before.levels_m.get(reach, limit_m) > limit_m
    )


def pumped_m3(happened: Happened) -> Mapping[str, float]:
    """Water each station moved."""
    return _summed(happened, {one.at: one.flow_m3s for one in happened.samples}, 1.0)


def energy_kwh(happened: Happened) -> Mapping[str, float]:
    """Energy of each station's motors."""
    return _summed(happened, {one.at: one.power_kw for one in happened.samples}, 1.0 / 3600.0)


def _summed(happened: Happened, rates: Mapping[datetime, Mapping[str, float]], factor: float) -> Mapping[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for before, after in pairwise(happened.samples):
        seconds = (after.at - before.at).total_seconds()
        for station, rate in rates[before.at].items():
            sums[station] += rate * seconds * factor
    return sums
