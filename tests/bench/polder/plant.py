"""The plant: what the water does in a minute, and what the units' own rules let be done to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.bench.polder.city import RIVER, STEP_S, Case, Series

GATE_SHUTS_AT_M = 0.0
"""A gate that still stands open at this head is shut by its flap; whoever left it open broke a rule."""


@dataclass(slots=True)
class Unit:
    """One pump: since when it runs or rests (minutes), and when it was started."""

    running: bool = False
    since: int = -(10**6)
    starts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Broken:
    """Rules a controller asked the plant to break. The plant did not; it counts the occasions, not the minutes."""

    start_within_rest: int = 0
    start_too_often: int = 0
    stop_within_run: int = 0
    more_than_units: int = 0
    gate_beside_pump: int = 0
    gate_against_head: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return (
            self.start_within_rest
            + self.start_too_often
            + self.stop_within_run
            + self.more_than_units
            + self.gate_beside_pump
            + self.gate_against_head
        )


class Plant:
    """The pools of a case, minute by minute. Levels (m) are those at the beginning of minute ``now``."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.now = 0
        self.levels = np.array([pool.normal_m for pool in case.pools])
        self.units = [[Unit() for _ in range(station.count)] for station in case.stations]
        self.open = [False] * len(case.gates)
        self.broken = Broken()
        self.starts = 0
        self.balance_m3 = 0.0
        self._area = np.array([pool.area_m2 for pool in case.pools])
        self._warning = np.array([pool.warning_m for pool in case.pools])
        self._floor = np.array([pool.floor_m for pool in case.pools])
        self._reproached: set[tuple[str, int]] = set()
        self._gate_of = {gate.station: number for number, gate in enumerate(case.gates)}

    def running(self) -> list[int]:
        """Units that run, by station."""
        return [sum(unit.running for unit in units) for units in self.units]

    def may_start(self, station: int) -> int:
        """Units that stand and whose rules allow a start now."""
        return sum(not unit.running and self._start_refused(station, unit) == "" for unit in self.units[station])

    def must_run(self, station: int) -> int:
        """Units within their minimum run."""
        return sum(unit.running and self._young(station, unit) for unit in self.units[station])

    def step(self, counts: list[int], gates: list[bool]) -> tuple[Series, list[int]]:
        """Do what is asked as far as the rules let it, and let a minute pass; the flows of the units, and how many."""
        for station, wanted in enumerate(counts):
            self._set_units(station, wanted)
        for gate, wanted_open in enumerate(gates):
            self._set_gate(gate, wanted_open)
        return self._flow()

    def _set_units(self, station: int, wanted: int) -> None:
        units = self.units[station]
        if wanted > len(units) or wanted < 0:
            self._reproach("more_than_units", station)
            wanted = max(0, min(wanted, len(units)))
        running = sum(unit.running for unit in units)
        for unit in sorted(units, key=lambda unit: len(unit.starts)):
            if running < wanted and not unit.running and self._start_refused(station, unit) == "":
                unit.running, unit.since = True, self.now
                unit.starts.append(self.now)
                self.starts += 1
                running += 1
        if running < wanted:
            resting = [self._start_refused(station, unit) for unit in units if not unit.running]
            self._reproach(resting[0], station)
        for unit in sorted(units, key=lambda unit: unit.since):
            if running > wanted and unit.running and not self._young(station, unit):
                unit.running, unit.since = False, self.now
                running -= 1
        if running > wanted:
            self._reproach("stop_within_run", station)
        for rule in ("start_within_rest", "start_too_often", "stop_within_run", "more_than_units"):
            if running == wanted:
                self._reproached.discard((rule, station))

    def _start_refused(self, station: int, unit: Unit) -> str:
        rules = self.case.stations[station]
        if unit.starts and (self.now - unit.since) * STEP_S < rules.min_off_s:
            return "start_within_rest"
        in_hour = sum(self.now - start < 60 for start in unit.starts)
        in_day = sum(self.now - start < 1440 for start in unit.starts)
        return "start_too_often" if in_hour >= rules.per_hour or in_day >= rules.per_day else ""

    def _young(self, station: int, unit: Unit) -> bool:
        return (self.now - unit.since) * STEP_S < self.case.stations[station].min_run_s

    def _set_gate(self, gate: int, wanted: bool) -> None:
        sluice = self.case.gates[gate]
        inner = self.levels[self.case.stations[sluice.station].inner]
        against = inner - self.case.tide_m[self.now] <= GATE_SHUTS_AT_M
        beside = any(unit.running for unit in self.units[sluice.station])
        for rule, broken in (("gate_against_head", wanted and against), ("gate_beside_pump", wanted and beside)):
            if broken:
                self._reproach(rule, gate)
            else:
                self._reproached.discard((rule, gate))
        self.open[gate] = wanted and not against and not beside

    def _reproach(self, rule: str, where: int) -> None:
        if (rule, where) not in self._reproached:
            self._reproached.add((rule, where))
            setattr(self.broken, rule, getattr(self.broken, rule) + 1)

    def _flow(self) -> tuple[Series, list[int]]:
        case, now = self.case, self.now
        net = case.inflow_m3s[now].copy()
        lost = 0.0
        counts = self.running()
        for number, station in enumerate(case.stations):
            # Below the floor the dry-run protection has stopped the pumps, whatever runs by its contactor.
            flow = counts[number] * station.unit_m3s if self.levels[station.inner] > self._floor[station.inner] else 0.0
            net[station.inner] -= flow
            if station.outer == RIVER:
                lost += flow
            else:
                net[station.outer] += flow
        for number, gate in enumerate(case.gates):
            inner = case.stations[gate.station].inner
            head = min(self.levels[inner], self._warning[inner]) - case.tide_m[now]
            if self.open[number] and head > 0.0 and self.levels[inner] > self._floor[inner]:
                flow = gate.k * float(np.sqrt(head))
                net[inner] -= flow
                lost += flow
        for link in case.links:
            flow = link.k * (self.levels[link.a] - self.levels[link.b])
            net[link.a] -= flow
            net[link.b] += flow
        before = float(self.levels @ self._area)
        self.levels = self.levels + net * STEP_S / self._area
        came = (float(case.inflow_m3s[now].sum()) - lost) * STEP_S
        self.balance_m3 += abs(float(self.levels @ self._area) - before - came)
        self.now += 1
        return net, counts
