"""What a controller is told of the hours ahead: the truth, drifting, shifted and mis-scaled, or nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from controller.logic.hydraulics.outlook import Outlook
from tests.bench.polder.city import START, Case, Series

STEPS_MIN = (15,) * 24 + (60,) * 18
"""Twenty-four hours: quarters first, hours then."""
ISSUED_EVERY_MIN = 180
SHIFT_H = 3.0
"""At an error of 1: a forecast comes so many hours early or late (one standard deviation is half of it)."""
TIDE_ERROR_M = 0.25


class Forecaster:
    """Forecasts of one case with one error (0 … 1); ``error`` None: nobody forecasts rain, the tide table is right."""

    def __init__(self, case: Case, error: float | None) -> None:
        self._case = case
        self._error = error or 0.0
        self._blind = error is None
        rng = np.random.default_rng([case.seed, 77, int(100 * self._error)])
        issues = case.minutes // ISSUED_EVERY_MIN + 1
        self._shift_h = _wandering(rng, issues) * self._error * SHIFT_H / 2.0
        self._scale = np.clip(1.0 + _wandering(rng, issues) * self._error, 0.2, 2.5)
        self._drift = _wandering(rng, issues) * self._error
        self._tide_m = _wandering(rng, issues) * self._error * TIDE_ERROR_M

    def outlook(self, minute: int) -> Outlook:
        """What is known at this minute of the twenty-four hours after it."""
        ends = minute + np.cumsum(STEPS_MIN)
        begins = ends - np.array(STEPS_MIN)
        issue = minute // ISSUED_EVERY_MIN
        issued = issue * ISSUED_EVERY_MIN
        lead_h = (begins + ends) / 2.0 / 60.0 - issued / 60.0
        tide = _means(self._case.tide_m, begins, ends) + self._tide_m[issue]
        inflow: dict[str, tuple[float, ...]] = {}
        if not self._blind:
            shift = round(float(self._shift_h[issue]) * 60.0)
            wrong = np.clip(self._scale[issue] * (1.0 + self._drift[issue] * lead_h / 24.0), 0.1, 3.0)
            for number, pool in enumerate(self._case.pools):
                column = self._case.inflow_m3s[:, number]
                base = float(column.min())
                told = base + (_means(column, begins - shift, ends - shift) - base) * wrong
                inflow[pool.name] = tuple(float(value) for value in told)
        return Outlook(
            START + timedelta(minutes=minute),
            tuple(60.0 * length for length in STEPS_MIN),
            inflow,
            {"river": tuple(float(value) for value in tide)},
        )


def _wandering(rng: np.random.Generator, count: int) -> Series:
    """Errors of forecasts that follow each other: half of the last one lives on; standard deviation 1, within ±2."""
    out = np.empty(count)
    last = rng.normal()
    for number in range(count):
        out[number] = last
        last = 0.7 * last + np.sqrt(1 - 0.49) * rng.normal()
    return np.clip(out, -2.0, 2.0)


def _means(series: Series, begins: Series, ends: Series) -> Series:
    """Mean of a per-minute series over each step; before its begin and after its end it stands still."""
    total = np.concatenate([[0.0], np.cumsum(series)])
    last = len(series)

    def until(minute: Series) -> Series:
        inside = np.clip(minute, 0, last).astype(int)
        beyond = np.maximum(minute - last, 0) * series[-1] + np.minimum(minute, 0) * series[0]
        return np.asarray(total[inside] + beyond, dtype=np.float64)

    return np.asarray((until(ends) - until(begins)) / (ends - begins), dtype=np.float64)
