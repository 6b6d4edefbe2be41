"""The relaxed programme's answer, as what every outlet plans against: levels, flows, and what water is worth where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from controller.domain.points import DeviceId, TargetId
from controller.logic.optimiser.model import Model
from controller.logic.optimiser.programme import Solved
from controller.logic.optimiser.timeline import Array, Timeline


@dataclass(frozen=True, slots=True)
class Reference:
    """Around one plan. By reach: levels (m) at the start and every part's end, worth (yuan per m³ more) in every part.

    ``outside_m``: the levels of the other waters, part by part. ``units`` (any fraction) and ``gates`` (m³/s): what the
    outlets around do, by step.
    """

    levels_m: Mapping[str, Array]
    outside_m: Mapping[str, Array]
    worth_m3: Mapping[str, Array]
    units: Mapping[DeviceId, Sequence[float]]
    gates: Mapping[TargetId, Sequence[float]]

    def water_m(self, name: str) -> Array:
        """The level of any water at the begin of every part."""
        levels = self.levels_m.get(name)
        return self.outside_m[name] if levels is None else levels[:-1]

    def middle_m(self, name: str) -> Array:
        """The level of any water in the middle of every part."""
        levels = self.levels_m.get(name)
        return self.outside_m[name] if levels is None else np.asarray(0.5 * (levels[:-1] + levels[1:]))


@dataclass(frozen=True, slots=True)
class WholePlan:
    """Units by station and step; by gate its steps (1 or 0) and what it lets out (m³/s); levels at steps' ends."""

    counts: Mapping[DeviceId, tuple[int, ...]]
    by_gate: Mapping[TargetId, tuple[float, ...]]
    gates_m3s: Mapping[TargetId, tuple[float, ...]]
    levels_m: Mapping[str, tuple[float, ...]]


def reference_of(model: Model, solved: Solved, timeline: Timeline) -> Reference:
    """As the relaxed programme has it: its rows' prices say what a metre, and so a cubic metre, is worth."""
    values, columns = solved.values, model.columns
    worth = {
        name: timeline.over_parts([solved.prices[row] for row in rows])
        / model.network.reaches[name].storage.area_m2(model.now.levels_m[name])
        for name, rows in columns.balances.items()
    }
    return Reference(
        {name: timeline.between([values[one] for one in of]) for name, of in columns.levels.items()},
        _outside(model, timeline),
        worth,
        {station: [values[one] for one in of] for station, of in columns.counts.items()},
        {gate: [0.0 if one is None else values[one] for one in of] for gate, of in columns.gates.items()},
    )


def _outside(model: Model, timeline: Timeline) -> Mapping[str, Array]:
    ahead, now = model.outlook.outer_m, model.now.outer_m
    parts = len(timeline.parts_s)
    return {
        name: timeline.over_parts(ahead[name]) if name in ahead else np.full(parts, now.get(name, outside.usual_m))
        for name, outside in model.network.outside.items()
    }


def around(reference: Reference, plan: WholePlan, timeline: Timeline) -> Reference:
    """The same worth around a plan that was run through the model: what the next one is made against."""
    return replace(
        reference,
        levels_m={name: timeline.between(series) for name, series in plan.levels_m.items()},
        units={station: [float(count) for count in series] for station, series in plan.counts.items()},
        gates=plan.gates_m3s,
    )
