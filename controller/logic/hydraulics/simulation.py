"""The network's model run ahead: levels from inflow, pumping, gates and the tide, with the water counted exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from controller.domain.errors import InvalidValue
from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.basins import Basin, Sea, Water
from controller.logic.hydraulics.links import let_through, level_out, lift
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook, Schedule, Trajectory

PumpKey = tuple[DeviceId, str]
"""A station and a direction (``drain``, ``divert``)."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What is done in one moment: units that run, by station and direction; openings 0 … 1 by gate.

    What is not named stands still: no unit runs, a gate is closed.
    """

    counts: Mapping[PumpKey, int] = field(default_factory=dict)
    openings: Mapping[TargetId, float] = field(default_factory=dict)


Policy = Callable[[float, Mapping[str, float]], Acts]
"""What is done at a moment (s since the outlook's start) with these levels (m, of every reach and outside water)."""


def simulate(
    network: Network,
    levels_m: Mapping[str, float],
    outlook: Outlook,
    schedule: Schedule,
    *,
    substep_s: float = 60.0,
    stored_m3: Mapping[str, float] | None = None,
) -> Trajectory:
    """What becomes of the levels when a schedule is followed.

    ``levels_m`` are those of the reaches at the outlook's start; ``stored_m3`` stands in their place for reaches it
    names. A step of the outlook is run in equal parts of at most ``substep_s``.

    Raises:
        InvalidValue: a reach without a level, or a series that has not one value per step.
    """
    _check_schedule(schedule, len(outlook.steps_s))
    run = _Run(network, levels_m, stored_m3 or {})
    for step, length_s in enumerate(outlook.steps_s):
        acts = Acts(
            {key: series[step] for key, series in schedule.counts.items()},
            {gate: series[step] for gate, series in schedule.openings.items()},
        )
        run.begin(outlook, step)
        part_s, parts = _parts(length_s, substep_s)
        for _ in range(parts):
            run.pass_time(part_s, acts)
        run.note(length_s)
    return run.trajectory()


def follow(
    network: Network,
    levels_m: Mapping[str, float],
    outlook: Outlook,
    policy: Policy,
    *,
    substep_s: float = 60.0,
    stored_m3: Mapping[str, float] | None = None,
) -> Trajectory:
    """What becomes of the levels when a policy decides anew in every part of a step, as level rules do.

    Raises:
        InvalidValue: as ``simulate``.
    """
    parts = follow_in_parts(network, levels_m, outlook, policy, substep_s=substep_s, stored_m3=stored_m3)
    return next(run for run in parts if run is not None)


def follow_in_parts(
    network: Network,
    levels_m: Mapping[str, float],
    outlook: Outlook,
    policy: Policy,
    *,
    substep_s: float = 60.0,
    stored_m3: Mapping[str, float] | None = None,
) -> Iterator[Trajectory | None]:
    """The same, pausing (None) after every step so that whoever shares the thread comes to its turn."""
    run = _Run(network, levels_m, stored_m3 or {})
    elapsed_s = 0.0
    for step, length_s in enumerate(outlook.steps_s):
        run.begin(outlook, step)
        part_s, parts = _parts(length_s, substep_s)
        for _ in range(parts):
            run.pass_time(part_s, policy(elapsed_s, run.levels()))
            elapsed_s += part_s
        run.note(length_s)
        yield None
    yield run.trajectory()


def _parts(length_s: float, substep_s: float) -> tuple[float, int]:
    parts = max(1, ceil(length_s / substep_s - 1e-9))
    return length_s / parts, parts


def _check_schedule(schedule: Schedule, steps: int) -> None:
    said: list[tuple[object, int]] = [(key, len(series)) for key, series in schedule.counts.items()]
    said += [(gate, len(series)) for gate, series in schedule.openings.items()]
    for name, length in said:
        if length != steps:
            raise InvalidValue(f"the schedule of {name} has {length} values for an outlook of {steps} steps")


class _Run:
    """One run: the waters as they stand, and what has been noted of them."""

    def __init__(self, network: Network, levels_m: Mapping[str, float], stored_m3: Mapping[str, float]) -> None:
        self._basins = _basins(network, levels_m, stored_m3)
        self._seas = {name: Sea() for name in network.outside}
        self._inflow: list[tuple[Basin, float]] = []
        water: dict[str, Water] = {**self._basins, **self._seas}
        self._channels = [(water[link.a], water[link.b], link.conveyance_m2s) for link in network.channels]
        self._gates = [(gate, water[gate.inner], water[gate.outer]) for gate in network.gates]
        self._pumps = [
            (group, (group.station, group.direction), water[group.inner], water[group.outer])
            if group.direction == "drain"
            else (group, (group.station, group.direction), water[group.outer], water[group.inner])
            for group in network.pumps
        ]
        self._pumped = dict.fromkeys((key for _, key, _, _ in self._pumps), 0.0)
        self._passed = dict.fromkeys((gate.gate for gate, _, _ in self._gates), 0.0)
        self._levels = {name: [basin.level_m] for name, basin in self._basins.items()}
        self._pumped_m3s: dict[PumpKey, list[float]] = {key: [] for key in self._pumped}
        self._passed_m3s: dict[TargetId, list[float]] = {gate: [] for gate in self._passed}
        self._come_m3 = sum(basin.volume_m3 for basin in self._basins.values())

    def begin(self, outlook: Outlook, step: int) -> None:
        """The weather and the tide of a step."""
        for name, sea in self._seas.items():
            sea.level_m = _value(outlook.outer_m, name, step, "outer_m")
        self._inflow = [
            (basin, _value(outlook.inflow_m3s, name, step, "inflow_m3s"))
            for name, basin in self._basins.items()
            if name in outlook.inflow_m3s
        ]

    def levels(self) -> dict[str, float]:
        """All levels as they stand."""
        levels = {name: basin.level_m for name, basin in self._basins.items()}
        for name, sea in self._seas.items():
            levels[name] = sea.level_m
        return levels

    def pass_time(self, step_s: float, acts: Acts) -> None:
        """One part of a step: what comes in, what levels out, what is let out, what is pumped."""
        for basin, inflow_m3s in self._inflow:
            come = max(inflow_m3s * step_s, -basin.volume_m3)
            basin.add(come)
            self._come_m3 += come
        for a, b, conveyance in self._channels:
            level_out(a, b, conveyance, step_s)
        openings = acts.openings
        for gate, inner, outer in self._gates:
            opening = openings.get(gate.gate, 0.0)
            if opening > 0.0:
                self._passed[gate.gate] += let_through(gate, opening, inner, outer, step_s)
        counts = acts.counts
        for group, key, source, sink in self._pumps:
            running = min(counts.get(key, 0), group.units)
            if running > 0:
                flow_m3s = running * group.unit_m3s * group.share(sink.level_m - source.level_m)
                self._pumped[key] += lift(source, sink, flow_m3s * step_s)

    def note(self, length_s: float) -> None:
        """The end of a step."""
        for name, basin in self._basins.items():
            self._levels[name].append(basin.level_m)
        for key, volume in self._pumped.items():
            self._pumped_m3s[key].append(volume / length_s)
            self._pumped[key] = 0.0
        for gate, volume in self._passed.items():
            self._passed_m3s[gate].append(volume / length_s)
            self._passed[gate] = 0.0

    def trajectory(self) -> Trajectory:
        """What was noted, and how well the water adds up."""
        held = sum(basin.volume_m3 for basin in self._basins.values())
        gone = sum(sea.volume_m3 for sea in self._seas.values())
        return Trajectory(
            {name: tuple(levels) for name, levels in self._levels.items()},
            {key: tuple(flows) for key, flows in self._pumped_m3s.items()},
            {gate: tuple(flows) for gate, flows in self._passed_m3s.items()},
            held + gone - self._come_m3,
        )


def _basins(network: Network, levels_m: Mapping[str, float], stored_m3: Mapping[str, float]) -> dict[str, Basin]:
    basins = {}
    for name, reach in network.reaches.items():
        if name not in levels_m and name not in stored_m3:
            raise InvalidValue(f"the model knows no level of reach {name} to start from; give one for every reach")
        basin = Basin(reach.storage, levels_m.get(name, reach.floor_m), reach.floor_m)
        if name in stored_m3:
            basin.add(stored_m3[name] - basin.volume_m3)
        basins[name] = basin
    return basins


def _value(series: Mapping[str, Sequence[float]], name: str, step: int, what: str) -> float:
    try:
        return series[name][step]
    except (KeyError, IndexError) as cause:
        raise InvalidValue(f"the outlook's {what} says nothing of {name} in step {step}") from cause
