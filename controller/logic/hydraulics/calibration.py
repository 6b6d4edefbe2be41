"""The model's numbers learned from what was recorded: least squares over the water balance of each reach.

For every reach, over windows of an hour: storage × level change = runoff × rain (through its lag) + base + gates ×
discharge + channels × conveyance − pumping. Pumping is the yardstick (it is measured in m³/s); divided by the storage
scale everything else is linear, so only the lags are searched. A parameter the period says nothing of is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from controller.domain.errors import InvalidValue
from controller.logic.hydraulics.network import Catchment, Network, StorageCurve
from controller.logic.hydraulics.reach_record import Floats, ReachRecord, free_course
from controller.logic.hydraulics.rows import Row

FEWEST = 24
"""Windows; with fewer nothing is fitted."""
LITTLE_RAIN_MM = 5.0
LITTLE_SHARE, CHANNEL_SHARE = 0.05, 0.15
"""Pumping or a gate (a channel) that moved less than this share of all the water says nothing."""
LAG_FACTORS = (0.4, 0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a reach's level follows from its balance over the period, with the numbers before and after.

    Nash–Sutcliffe: 1 is perfect, 0 no better than the mean level. ``n``: rows compared. ``left``: what the period said
    nothing of, and why.
    """

    reach: str
    rmse_m: float
    rmse_before_m: float
    nash_sutcliffe: float
    n: int
    begins: datetime
    ends: datetime
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is proposed: scales of storage by reach, land by catchment, conveyances and gate scales, each with its fit.

    ``network`` is the same network with all of it.
    """

    network: Network
    storage_scale: Mapping[str, float]
    catchments: Mapping[str, Catchment]
    conveyance_m2s: Mapping[tuple[str, str], float]
    gate_scale: Mapping[str, float]
    fits: tuple[Fit, ...]
    not_fitted: Mapping[str, str] = field(default_factory=dict)


def calibrate(network: Network, rows: Sequence[Row]) -> Calibration:
    """Fit what the rows allow; rows in order of time.

    Raises:
        InvalidValue: fewer than a day's worth of windows for every reach.
    """
    learned: dict[str, _Learned] = {}
    left_out: dict[str, str] = {}
    for name, reach in network.reaches.items():
        record = ReachRecord(network, reach, rows)
        if record.windows < FEWEST:
            left_out[name] = f"{record.windows} hours of level, rain and pumping together; {FEWEST} are needed"
        else:
            learned[name] = _learn(record)
    if not learned:
        raise InvalidValue("nothing can be fitted: " + "; ".join(f"{name}: {why}" for name, why in left_out.items()))
    return _put_together(network, rows, learned, left_out)


@dataclass(frozen=True, slots=True)
class _Learned:
    scale: float
    catchments: Mapping[str, Catchment]
    channels: Mapping[tuple[str, str], tuple[float, float]]
    """(conveyance, its weight) by channel."""
    gates: Mapping[str, float]
    left: tuple[str, ...]


def _learn(record: ReachRecord) -> _Learned:
    """Search the lags; everything else is least squares."""
    left = []
    wet = [one for one in record.catchments if record.fallen_mm(one) >= LITTLE_RAIN_MM]
    left += [f"{one.name}: less than {LITTLE_RAIN_MM:g} mm of rain" for one in record.catchments if one not in wet]
    lags = {one.name: one.lag_s for one in record.catchments}
    balance = _Balance(record, wet)
    if not balance.pumps_tell:
        left.append(f"storage of {record.reach.name}: too little was pumped to measure it by")
    for _ in range(2):
        for land in wet:
            lags[land.name] = _best_lag(balance, lags, land)
    _, found = balance.solved(lags)
    scale = found.scale
    catchments = {one.name: replace(one, runoff=min(1.0, found.runoff[one.name]), lag_s=lags[one.name]) for one in wet}
    if record.catchments and found.base_m3s is not None:
        share = found.base_m3s / len(record.catchments)
        for one in record.catchments:
            catchments[one.name] = replace(catchments.get(one.name, one), base_m3s=max(0.0, share))
    return _Learned(scale, catchments, found.channels, found.gates, tuple(left))


def _best_lag(balance: _Balance, lags: Mapping[str, float], land: Catchment) -> float:
    """The lag with the least error: a coarse search, then thirds."""
    tried = [land.lag_s * factor for factor in LAG_FACTORS]
    errors = [balance.solved({**lags, land.name: lag_s})[0] for lag_s in tried]
    best = int(np.argmin(errors))
    low, high = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    for _ in range(14):
        a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
        if balance.solved({**lags, land.name: a})[0] < balance.solved({**lags, land.name: b})[0]:
            high = b
        else:
            low = a
    return (low + high) / 2.0


@dataclass(frozen=True, slots=True)
class _Found:
    scale: float
    runoff: Mapping[str, float]
    base_m3s: float | None
    channels: Mapping[tuple[str, str], tuple[float, float]]
    gates: Mapping[str, float]


class _Balance:
    """A reach's balance as linear equations, for any lags."""

    def __init__(self, record: ReachRecord, wet: Sequence[Catchment]) -> None:
        self._record, self._wet = record, wet
        self._stored, self._pumped = record.stored(), record.pumped()
        self._lengths = record.gathered(record.steps_s)
        self._channels = [record.between(at) for at in range(len(record.channels))]
        self._gates = [record.passed(at) for at in range(len(record.gates))]
        moved = float(np.sum(np.abs(self._stored))) or 1.0
        self.pumps_tell = float(np.sum(np.abs(self._pumped))) > LITTLE_SHARE * moved
        self._gates_tell = [float(np.sum(np.abs(gate))) > LITTLE_SHARE * moved for gate in self._gates]
        self._channels_tell = [
            float(np.sum(np.abs(head))) * channel.conveyance_m2s > CHANNEL_SHARE * moved
            for head, channel in zip(self._channels, record.channels, strict=True)
        ]

    def solved(self, lags: Mapping[str, float]) -> tuple[float, _Found]:
        """(mean square error, m⁶; what was found), everything not negative."""
        names, columns, fixed = [], [], np.zeros(len(self._stored))
        for land in self._wet:
            handed, first = self._record.rained(land, lags[land.name])
            names += [f"runoff {land.name}", f"first {land.name}"]
            columns += [handed, first]
        if self._record.catchments:
            names.append("base")
            columns.append(self._lengths)
        for at, told in enumerate(self._gates_tell):
            if told:
                names.append(f"gate {at}")
                columns.append(self._gates[at])
            else:
                fixed = fixed + self._gates[at]
        for at, channel in enumerate(self._record.channels):
            if self._channels_tell[at]:
                names.append(f"channel {at}")
                columns.append(self._channels[at])
            else:
                fixed = fixed + self._channels[at] * channel.conveyance_m2s
        if self.pumps_tell:
            names.append("pumped")
            columns.append(self._pumped + fixed)
        else:
            fixed = fixed + self._pumped
        target = self._stored - (np.zeros(len(fixed)) if self.pumps_tell else fixed)
        if not columns:
            return float(np.mean(target**2)), self._read({})
        values, spread = _least_squares(np.array(columns).T, target)
        rest = target - np.array(columns).T @ values
        return float(np.mean(rest**2)), self._read(dict(zip(names, zip(values, spread, strict=True), strict=True)))

    def _read(self, said: Mapping[str, tuple[float, float]]) -> _Found:
        per = said["pumped"][0] if "pumped" in said and said["pumped"][0] > 0.0 else 1.0
        record = self._record
        return _Found(
            float(1.0 / per),
            {one.name: said[f"runoff {one.name}"][0] / per for one in self._wet},
            said["base"][0] / per if "base" in said else None,
            {
                (one.a, one.b): (said[f"channel {at}"][0] / per, 1.0 / max(said[f"channel {at}"][1] / per, 1e-9) ** 2)
                for at, one in enumerate(record.channels)
                if f"channel {at}" in said and said[f"channel {at}"][0] > 0.0
            },
            {
                one.gate: said[f"gate {at}"][0] / per
                for at, one in enumerate(record.gates)
                if f"gate {at}" in said and said[f"gate {at}"][0] > 0.0
            },
        )


def _least_squares(columns: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Least squares with nothing negative, and the standard error of each value."""
    kept = list(range(columns.shape[1]))
    values, spread = np.zeros(columns.shape[1]), np.full(columns.shape[1], np.inf)
    while kept:
        norms = np.linalg.norm(columns[:, kept], axis=0)
        norms[norms == 0.0] = 1.0
        scaled = columns[:, kept] / norms
        found = np.linalg.lstsq(scaled, target, rcond=None)[0]
        worst = int(np.argmin(found))
        if found[worst] >= 0.0:
            rest = target - scaled @ found
            noise = float(rest @ rest) / max(1, len(target) - len(kept))
            inverse = np.linalg.pinv(scaled.T @ scaled)
            values[kept] = found / norms
            spread[kept] = np.sqrt(np.maximum(noise * np.diag(inverse), 0.0)) / norms
            break
        kept.pop(worst)
    return values, spread


def _put_together(
    network: Network, rows: Sequence[Row], learned: Mapping[str, _Learned], left_out: Mapping[str, str]
) -> Calibration:
    channels: dict[tuple[str, str], float] = {}
    for channel in network.channels:
        key = (channel.a, channel.b)
        said = [one.channels[key] for one in learned.values() if key in one.channels]
        if said:
            channels[key] = sum(value * weight for value, weight in said) / sum(weight for _, weight in said)
    catchments = {name: land for one in learned.values() for name, land in one.catchments.items()}
    gates = {name: scale for one in learned.values() for name, scale in one.gates.items()}
    scales = {name: one.scale for name, one in learned.items()}
    fitted = replace(
        network,
        reaches={
            name: replace(reach, storage=scaled(reach.storage, scales.get(name, 1.0)))
            for name, reach in network.reaches.items()
        },
        catchments=tuple(catchments.get(one.name, one) for one in network.catchments),
        channels=tuple(
            replace(one, conveyance_m2s=channels.get((one.a, one.b), one.conveyance_m2s)) for one in network.channels
        ),
        gates=tuple(replace(one, width_m=one.width_m * gates.get(one.gate, 1.0)) for one in network.gates),
    )
    fits = tuple(_fit(network, fitted, rows, name, one.left) for name, one in learned.items())
    return Calibration(fitted, scales, catchments, channels, gates, fits, left_out)


def scaled(curve: StorageCurve, scale: float) -> StorageCurve:
    """The same curve with every surface so much larger."""
    return StorageCurve(tuple((level, area * scale) for level, area in curve.points))


def _fit(before: Network, after: Network, rows: Sequence[Row], name: str, left: tuple[str, ...]) -> Fit:
    old, new = (free_course(network, rows, name) for network in (before, after))
    measured = np.array([said for _, said, _ in new])
    error = np.array([course - said for _, said, course in new])
    error_before = np.array([course - said for _, said, course in old])
    spread = float(np.sum((measured - measured.mean()) ** 2))
    return Fit(
        name,
        float(np.sqrt(np.mean(error**2))),
        float(np.sqrt(np.mean(error_before**2))),
        1.0 - float(np.sum(error**2)) / spread if spread > 0.0 else 0.0,
        len(new),
        new[0][0],
        new[-1][0],
        left,
    )
