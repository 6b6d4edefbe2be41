"""The least a case could have cost anybody who knew everything beforehand: a linear programme, relaxed throughout.

It is a true lower bound of what the plant can do, not an estimate. Within a step of ``STEP_MIN`` minutes only means
count: a pump's mean count is any fraction, a gate and the pumps beside it share the step, a station's upward changes
of mean count are no more than its starts. The mean level of a step lies within ``slack`` of the mean of its ends
(Iyengar's inequality: rates of change within [a, b] leave at most (b − a)·Δt ÷ 8). A gate's √head is replaced by its
concave envelope over every head that can occur. Costs of levels are convex, so the mean level costs no more than the
levels did. The end is pinned: at the levels a run ended with, or where the case began.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from tests.bench.polder.city import RIVER, STEP_S, Case, Series

Columns = NDArray[np.int64]
STEP_MIN = 15
TANGENT_HEADS_M = (0.03, 0.15, 0.4, 0.8, 1.5, 2.5)
UNDER_FLOOR_M = 0.02
"""How far a minute's flow carries a pool below its floor before the plant stops drawing from it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What it would have cost, and the levels at the ends of its steps."""

    cost: float
    energy: float
    starts: float
    warning_mh: float
    guarantee_mh: float
    levels_m: Series


class _Programme:
    """Columns and rows, gathered and then solved."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.row_low: list[float] = []
        self.row_high: list[float] = []
        self.start: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    def columns(self, low: Series | float, high: Series | float, cost: Series | float, count: int) -> Columns:
        first = len(self.cost)
        self.cost += list(np.broadcast_to(np.asarray(cost, float), count))
        self.low += list(np.broadcast_to(np.asarray(low, float), count))
        self.high += list(np.broadcast_to(np.asarray(high, float), count))
        return np.arange(first, first + count, dtype=np.int64)

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.index += [int(column) for column, _ in terms]
        self.value += [float(value) for _, value in terms]
        self.start.append(len(self.index))
        self.row_low.append(low)
        self.row_high.append(high)

    def solve(self) -> tuple[float, Series]:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = map(np.array, (self.cost, self.low, self.high))
        lp.row_lower_, lp.row_upper_ = np.array(self.row_low), np.array(self.row_high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.start)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = np.array(self.index), np.array(self.value)
        highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor carries no types
        highs.silent()
        highs.setOptionValue("threads", 1)
        highs.passModel(lp)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the bound was not solved: {highs.modelStatusToString(highs.getModelStatus())}")
        return float(highs.getInfo().objective_function_value), np.array(highs.getSolution().col_value)


def bound_of(case: Case, end_m: Series | None = None) -> Bound:
    """The bound of a case for a run that ended at these levels (None: where it began)."""
    return _Relaxation(case, end_m).solved()


class _Relaxation:
    """The case as a linear programme over steps; see the head of this file."""

    def __init__(self, case: Case, end_m: Series | None) -> None:
        self.case = case
        self.steps = case.minutes // STEP_MIN
        self.seconds = STEP_MIN * STEP_S
        self.lp = _Programme()
        self.begin = np.array([pool.normal_m for pool in case.pools])
        self.end = self.begin if end_m is None else end_m
        self.slack = self._slack()
        self._levels()
        self._pumps()
        self._gates()
        self._links()
        self._balance()
        self._prices()

    def by_step(self, per_minute: Series) -> Series:
        """A per-minute series, one row a step."""
        return np.asarray(per_minute[: self.steps * STEP_MIN].reshape(self.steps, STEP_MIN, *per_minute.shape[1:]))

    def _slack(self) -> Series:
        case = self.case
        swing = np.zeros(len(case.pools))
        for station in case.stations:
            swing[station.inner] += station.count * station.unit_m3s
            if station.outer != RIVER:
                swing[station.outer] += station.count * station.unit_m3s
        for gate in case.gates:
            # A gate and the pumps beside it never draw together.
            station = case.stations[gate.station]
            most = gate.k * np.sqrt(max(0.0, case.pools[station.inner].warning_m - case.tide_m.min()))
            swing[station.inner] += max(0.0, most - station.count * station.unit_m3s)
        for link in case.links:
            swing[[link.a, link.b]] += link.k * 0.1  # more than a channel changes its flow within one step
        flows = self.by_step(case.inflow_m3s)
        swing = swing + flows.max(axis=1) - flows.min(axis=1)
        return np.asarray(swing * self.seconds / 8.0 / np.array([pool.area_m2 for pool in case.pools]))

    def _levels(self) -> None:
        self.level = []
        for number, pool in enumerate(self.case.pools):
            low = np.full(self.steps + 1, pool.floor_m - UNDER_FLOOR_M)
            high = np.full(self.steps + 1, np.inf)
            low[0] = high[0] = self.begin[number]
            low[-1] = high[-1] = self.end[number]
            self.level.append(self.lp.columns(low, high, 0.0, self.steps + 1))

    def _pumps(self) -> None:
        price = self.by_step(self.case.kwh_per_unit_minute() * self.case.tariff[:, None]).min(axis=1) * STEP_MIN
        self.count, self.started = [], []
        for number, station in enumerate(self.case.stations):
            self.count.append(self.lp.columns(0.0, station.count, price[:, number], self.steps))
            started = self.lp.columns(0.0, station.count, self.case.prices.start, self.steps)
            self.started.append(started)
            for step in range(self.steps):
                before = [(self.count[number][step - 1], 1.0)] if step else []
                self.lp.row([(started[step], 1.0), (self.count[number][step], -1.0), *before], 0.0, np.inf)

    def _gates(self) -> None:
        self.gate = []
        low_tide = self.by_step(self.case.tide_m).min(axis=1)
        for gate in self.case.gates:
            station = self.case.stations[gate.station]
            pool = self.case.pools[station.inner]
            most = gate.k * np.sqrt(np.maximum(0.0, pool.warning_m - low_tide))
            column = self.lp.columns(0.0, most, 0.0, self.steps)
            self.gate.append(column)
            for step in range(self.steps):
                if most[step] <= 0.0:
                    continue
                share = [(column[step], 1.0 / most[step]), (self.count[gate.station][step], 1.0 / station.count)]
                self.lp.row(share, -np.inf, 1.0)
                self._envelope(column[step], gate.station, gate.k, step, float(low_tide[step]))

    def _envelope(self, column: int, place: int, k: float, step: int, outer: float) -> None:
        """q ≤ k·√(mean head), by tangents: straight from the lowest head that can be, where that is negative.

        And only for the part θ of the step in which no unit runs, of which θ ≤ 1 − mean count ÷ units. While units run
        the level is at least the lowest, so a line c + d·(level − lowest) over the flow comes to at most
        c·θ + d·(mean level − lowest).
        """
        station = self.case.stations[place]
        pool = station.inner
        lowest = self.case.pools[pool].floor_m - UNDER_FLOOR_M - outer
        ends = [(self.level[pool][step], 0.5), (self.level[pool][step + 1], 0.5)]
        heads = [head for head in TANGENT_HEADS_M if lowest >= 0.0 or head > -lowest]
        lines = [(0.5 * head**-0.5, 0.5 * head**0.5) for head in heads]
        if lowest < 0.0:
            slope = 0.5 * (-lowest) ** -0.5
            lines.append((slope, -slope * lowest))
        for slope, offset in lines:
            # q ≤ k·(slope·(mean level + slack − outer) + offset)
            limit = k * (slope * (float(self.slack[step, pool]) - outer) + offset)
            beside = max(0.0, k * (slope * lowest + offset)) / station.count
            terms = [(column, 1.0), (int(self.count[place][step]), beside)]
            self.lp.row([*terms, *((level, -k * slope * half) for level, half in ends)], -np.inf, limit)

    def _links(self) -> None:
        self.link = []
        for link in self.case.links:
            column = self.lp.columns(-np.inf, np.inf, 0.0, self.steps)
            self.link.append(column)
            for step in range(self.steps):
                off = link.k * float(self.slack[step, link.a] + self.slack[step, link.b])
                a, b = self.level[link.a], self.level[link.b]
                half = 0.5 * link.k
                terms = [(a[step], -half), (a[step + 1], -half), (b[step], half), (b[step + 1], half)]
                self.lp.row([(column[step], 1.0), *terms], -off, off)

    def _balance(self) -> None:
        inflow = self.by_step(self.case.inflow_m3s).mean(axis=1)
        for number, pool in enumerate(self.case.pools):
            rise = self.seconds / pool.area_m2
            for step in range(self.steps):
                terms = [(self.level[number][step + 1], 1.0), (self.level[number][step], -1.0)]
                for place, station in enumerate(self.case.stations):
                    sign = (station.inner == number) - (station.outer == number)
                    if sign:
                        terms.append((self.count[place][step], sign * station.unit_m3s * rise))
                for place, gate in enumerate(self.case.gates):
                    if self.case.stations[gate.station].inner == number:
                        terms.append((self.gate[place][step], rise))
                for place, link in enumerate(self.case.links):
                    sign = (link.a == number) - (link.b == number)
                    if sign:
                        terms.append((self.link[place][step], sign * rise))
                came = float(inflow[step, number]) * rise
                self.lp.row(terms, came, came)

    def _prices(self) -> None:
        hours = self.seconds / 3600.0
        prices = self.case.prices
        self.above = []
        for number, pool in enumerate(self.case.pools):
            warned = self.lp.columns(0.0, np.inf, prices.warning_mh * hours, self.steps)
            guaranteed = self.lp.columns(0.0, np.inf, prices.guarantee_mh * hours, self.steps)
            self.above.append((warned, guaranteed))
            for step in range(self.steps):
                ends = [(self.level[number][step], -0.5), (self.level[number][step + 1], -0.5)]
                slack = float(self.slack[step, number])
                self.lp.row([(warned[step], 1.0), *ends], -pool.warning_m - slack, np.inf)
                self.lp.row([(guaranteed[step], 1.0), *ends], -pool.guarantee_m - slack, np.inf)

    def solved(self) -> Bound:
        cost, value = self.lp.solve()
        hours = self.seconds / 3600.0
        starts = float(sum(value[column].sum() for column in self.started)) * self.case.prices.start
        warned = float(sum(value[column].sum() for column, _ in self.above)) * hours
        guaranteed = float(sum(value[column].sum() for _, column in self.above)) * hours
        priced = warned * self.case.prices.warning_mh + guaranteed * self.case.prices.guarantee_mh
        levels = np.stack([value[column] for column in self.level], axis=1)
        return Bound(cost, cost - starts - priced, starts, warned, guaranteed, levels)
