"""One outlet's hours ahead, worked out from their end: what every level of its reach is worth in every step.

Dynamic programming over (units running, level): within a step the level follows the water balance of its reach, with
the waters around as a reference has them and what is given to them at what it is worth there. So a choice sees what it
does downstream, and every outlet can be worked out alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.optimiser.level_grid import LevelGrid
from controller.logic.optimiser.outlets import Outlet, gate_flows_m3s
from controller.logic.optimiser.reference import Reference
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.timeline import Array, Timeline
from controller.logic.water_rules.prices import StepPrices

NOWHERE_APART: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """What all outlets of a question share."""

    network: Network
    outlook: Outlook
    timeline: Timeline
    settings: OptimiserSettings
    prices: StepPrices


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A water at the other end of a channel: its level in the middle of every part, and what a m³ is worth there."""

    name: str
    conveyance_m2s: float
    level_m: Array
    worth_m3: Array


class Prospect:
    """Of one outlet. ``values[step]``: by units running before, and level, what is to be paid from there on (yuan)."""

    def __init__(
        self,
        question: Question,
        outlet: Outlet,
        outlets: tuple[Outlet, ...],
        reference: Reference,
        grid: LevelGrid,
        left_yuan: float,
    ) -> None:
        self.outlet, self.grid = outlet, grid
        self._question, self._reach = question, question.network.reaches[outlet.reach]
        self._units = np.asarray(outlet.units, dtype=np.float64)[:, None]
        self._next = np.asarray(outlet.units, dtype=np.intp)[:, None]
        started = np.arange(outlet.ready + 1)[None, :]
        self.starting = question.settings.rules.start_yuan * np.maximum(0.0, self._units - started)
        self._level = reference.levels_m[outlet.reach]
        self._areas = [self._reach.storage.area_m2(float(level)) for level in self._level]
        self._come = _around(question, outlet, outlets, reference)
        self._neighbours = _neighbours(question.network, outlet.reach, reference)
        self._outer_m = {gate.gate: reference.water_m(gate.outer) for gate in outlet.gates}
        self._lifted_worth = None if outlet.group is None else reference.worth_m3.get(outlet.group.outer)
        self._let_out_worth = [
            reference.worth_m3[gate.outer] for gate in outlet.gates if gate.outer in reference.worth_m3
        ]
        self._unit_m3s = self._unit_flows(reference)
        self.values = self._worked_out(left_yuan)

    def _unit_flows(self, reference: Reference) -> Array:
        group = self.outlet.group
        if group is None:
            return np.zeros(len(self._question.timeline.parts_s))
        heads = reference.water_m(group.outer) - self._level[:-1]
        return group.unit_m3s * np.asarray([group.share(float(head)) for head in heads], dtype=np.float64)

    def _worked_out(self, left_yuan: float) -> list[Array]:
        levels = np.broadcast_to(self.grid.levels_m, (len(self._units), len(self.grid.levels_m)))
        steps = len(self._question.timeline.steps_s)
        last = np.broadcast_to(left_yuan * self.grid.levels_m, (self.outlet.ready + 1, len(self.grid.levels_m)))
        values = [np.asarray(last, dtype=np.float64)]
        for step in range(steps - 1, -1, -1):
            after, cost = self._passed(step, levels)
            whole = cost + self._value_at(values[-1], after)
            values.append((whole[:, None, :] + self.starting[:, :, None]).min(axis=0))
        return values[::-1]

    def yuan(self, step: int, running: int, level_m: float, apart_m: Mapping[str, float]) -> Array:
        """What each choice comes to in a step that begins at this level with so many units running, to the end.

        ``apart_m``: how far the waters around have come from the reference's levels.
        """
        after, cost = self._passed(step, np.full((len(self._units), 1), level_m), apart_m)
        found = (cost + self._value_at(self.values[step + 1], after))[:, 0] + self.starting[:, running]
        return np.asarray(found, dtype=np.float64)

    def _value_at(self, values: Array, levels_m: Array) -> Array:
        index, share = self.grid.place(levels_m)
        low = values[self._next, index]
        return np.asarray(low + share * (values[self._next, index + 1] - low), dtype=np.float64)

    def _passed(self, step: int, levels_m: Array, apart_m: Mapping[str, float] = NOWHERE_APART) -> tuple[Array, Array]:
        """(levels after a step, what it costs) by choice, from levels at its begin (choice by level)."""
        cost, level = np.zeros_like(levels_m), levels_m
        for part in self._question.timeline.within[step]:
            length = self._question.timeline.parts_s[part]
            lifted, let_out = self._given_off(part, level)
            if self._lifted_worth is not None:
                cost = cost + lifted * (length * self._lifted_worth[part])
            for worth in self._let_out_worth:
                cost = cost + let_out * (length * worth[part])
            around = [(one, float(one.level_m[part]) + apart_m.get(one.name, 0.0)) for one in self._neighbours]
            before, level = level, self._level_after(part, level, lifted + let_out, around)
            mean = 0.5 * (before + level)
            for one, there in around:
                cost = cost + (one.conveyance_m2s * length * float(one.worth_m3[part])) * (mean - there)
            cost = cost + self.grid.cost_per_h(mean) * (length / 3600.0)
        if self.outlet.group is not None:
            cost = cost + self._units * self._question.prices.unit_yuan(self.outlet.group, step)
        return level, cost

    def _given_off(self, part: int, level_m: Array) -> tuple[Array, Array]:
        """What units lift and gates let out (m³/s), no more than stands above the floor."""
        length, area = self._question.timeline.parts_s[part], self._areas[part]
        there = np.maximum(0.0, level_m - self._reach.floor_m) * (area / length)
        lifted = np.minimum(self._units * self._unit_m3s[part], there)
        let_out = np.zeros_like(level_m)
        gravity = self.outlet.gravity
        if gravity is not None:
            level = level_m[gravity]
            for gate in self.outlet.gates:
                outer = float(self._outer_m[gate.gate][part])
                wide = level - outer >= self._question.settings.rules.open_head_m
                # No more than half of what would level the two: as the model has it, it never sloshes.
                flow = np.minimum(gate_flows_m3s(gate, level, outer), 0.5 * (level - outer) * (area / length))
                let_out[gravity] += np.where(wide, flow, 0.0)
            let_out[gravity] = np.minimum(let_out[gravity], there[gravity])
        return lifted, let_out

    def _level_after(self, part: int, level_m: Array, given_off: Array, around: list[tuple[Neighbour, float]]) -> Array:
        """The level at the end of a part: exact for a reach that levels out with still waters around it."""
        length, area = self._question.timeline.parts_s[part], self._areas[part]
        come = self._come[part] - given_off
        conveyance = sum(one.conveyance_m2s for one, _ in around)
        if conveyance <= 0.0:
            return np.asarray(level_m + come * (length / area), dtype=np.float64)
        held = sum(one.conveyance_m2s * there for one, there in around)
        resting = (come + held) / conveyance
        return np.asarray(resting + (level_m - resting) * np.exp(-conveyance * length / area), dtype=np.float64)


def _around(question: Question, outlet: Outlet, outlets: tuple[Outlet, ...], reference: Reference) -> Array:
    """What comes into the outlet's reach, part by part, less what its other outlets give off (m³/s)."""
    timeline, reach = question.timeline, outlet.reach
    inflow = question.outlook.inflow_m3s.get(reach)
    come = timeline.over_parts(inflow) if inflow else np.zeros(len(timeline.parts_s))
    for other in outlets:
        if other is outlet:
            continue
        group = other.group
        if group is not None and reach in {group.inner, group.outer}:
            flow = group.unit_m3s * timeline.over_parts(reference.units[group.station])
            come = come + flow if group.outer == reach else come - flow
        for gate in other.gates:
            if reach in {gate.inner, gate.outer}:
                flow = timeline.over_parts(reference.gates[gate.gate])
                come = come + flow if gate.outer == reach else come - flow
    return come


def _neighbours(network: Network, reach: str, reference: Reference) -> tuple[Neighbour, ...]:
    found = []
    for link in network.channels:
        other = link.b if link.a == reach else link.a if link.b == reach else None
        if other is not None:
            middle = reference.middle_m(other)
            worth = reference.worth_m3.get(other, np.zeros(len(middle)))
            found.append(Neighbour(other, link.conveyance_m2s, middle, worth))
    return tuple(found)
