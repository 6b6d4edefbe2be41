"""Whole units, step by step: every outlet takes its cheapest choice at the level the model has come to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import numpy as np

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.simulation import Acts, PumpKey, follow
from controller.logic.optimiser.outlets import Outlet
from controller.logic.optimiser.prospect import Prospect, Question
from controller.logic.optimiser.reference import Reference, WholePlan
from controller.logic.optimiser.timeline import PART_S
from controller.logic.water_rules.scene import NetworkNow


def whole_plan(question: Question, now: NetworkNow, prospects: Sequence[Prospect], reference: Reference) -> WholePlan:
    """Run the model ahead and choose, at the begin of every step, for every outlet."""
    chooser = _Chooser(question, prospects, reference)
    course = follow(question.network, now.levels_m, question.outlook, chooser.acts, substep_s=PART_S)
    counts, by_gate = chooser.chosen()
    return WholePlan(counts, by_gate, course.gravity_m3s, course.levels_m)


class _Chooser:
    """The policy the model is run with."""

    def __init__(self, question: Question, prospects: Sequence[Prospect], reference: Reference) -> None:
        self._question, self._prospects, self._reference = question, prospects, reference
        self._outlets = [_Running(one.outlet, question.timeline.begins_s) for one in prospects]
        self._begins_s = question.timeline.begins_s
        self._step = -1
        self._counts: dict[PumpKey, int] = {}
        self._open: list[Outlet] = []

    def acts(self, elapsed_s: float, levels_m: Mapping[str, float]) -> Acts:
        """What is done now: chosen anew where a step begins; gates are open while they have the head."""
        step = min(bisect_right(self._begins_s, elapsed_s + 1e-6), len(self._question.timeline.steps_s)) - 1
        if step != self._step:
            self._step = step
            self._choose(step, levels_m)
        least = self._question.settings.rules.open_head_m
        openings = {
            gate.gate: 1.0
            for outlet in self._open
            for gate in outlet.gates
            if levels_m[gate.inner] - levels_m[gate.outer] >= least
        }
        return Acts(self._counts, openings)

    def _choose(self, step: int, levels_m: Mapping[str, float]) -> None:
        part = self._question.timeline.within[step].start
        # The waters around have come to other levels than the reference's; they are taken to stay so far apart from it.
        apart = {name: levels_m[name] - float(of[part]) for name, of in self._reference.levels_m.items()}
        self._counts, self._open = {}, []
        for running, prospect in zip(self._outlets, self._prospects, strict=True):
            outlet = running.outlet
            yuan = prospect.yuan(step, running.count, levels_m[outlet.reach], apart)
            choice = running.take(step, yuan)
            if outlet.station is not None and outlet.units[choice]:
                self._counts[(outlet.station, "drain")] = outlet.units[choice]
            if choice == outlet.gravity:
                self._open.append(outlet)

    def chosen(self) -> tuple[Mapping[DeviceId, tuple[int, ...]], Mapping[TargetId, tuple[float, ...]]]:
        """(units by station, the gates' steps) of all steps."""
        counts, by_gate = {}, {}
        for running in self._outlets:
            outlet = running.outlet
            if outlet.station is not None:
                counts[outlet.station] = tuple(outlet.units[choice] for choice in running.choices)
            for gate in outlet.gates:
                by_gate[gate.gate] = tuple(float(choice == outlet.gravity) for choice in running.choices)
        return counts, by_gate


class _Running:
    """What an outlet has chosen so far, and what its units' rules leave it to choose next."""

    def __init__(self, outlet: Outlet, begins_s: Sequence[float]) -> None:
        self.outlet, self._begins_s = outlet, begins_s
        self.count = min(outlet.now.running, outlet.ready)
        self.choices: list[int] = []
        self._started: list[tuple[int, int]] = []
        self._stopped: list[tuple[int, int]] = []

    def take(self, step: int, yuan: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> int:
        """The cheapest choice that is allowed."""
        least, most = self._allowed(step)
        units = np.asarray(self.outlet.units)
        choice = int(np.where((units >= least) & (units <= most), yuan, np.inf).argmin())
        count = self.outlet.units[choice]
        if count > self.count:
            self._started.append((step, count - self.count))
        elif count < self.count:
            self._stopped.append((step, self.count - count))
        self.count = count
        self.choices.append(choice)
        return choice

    def _allowed(self, step: int) -> tuple[int, int]:
        """(fewest, most) units: none is stopped within its minimum run, none started within its rest."""
        group, now, ready = self.outlet.group, self.outlet.now, self.outlet.ready
        if group is None:
            return 0, 0
        if step == 0:
            return min(now.must_run, ready), min(ready, now.running + now.may_start)
        young = self._within(self._started, step, group.min_run_s)
        resting = self._within(self._stopped, step, group.min_off_s)
        return min(young, self.count), max(self.count, ready - resting)

    def _within(self, acts: Sequence[tuple[int, int]], step: int, seconds: float) -> int:
        begin = self._begins_s[step]
        return sum(units for at, units in acts if begin - self._begins_s[at] < seconds - 1e-6)
