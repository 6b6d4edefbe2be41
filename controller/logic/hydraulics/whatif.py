"""What an order would do to the waters before it is given: the hours ahead with it and without it, and how sure.

Both runs go on by the stations' own level control where nothing else is ordered. The band comes from the rain
forecast's own past error and from how well the levels are known now; it is no promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from controller.domain.points import DeviceId, TargetId
from controller.domain.stations import Station
from controller.logic.hydraulics.network import GravityGate, Network, Reach
from controller.logic.hydraulics.outlook import Outlook, Trajectory
from controller.logic.hydraulics.simulation import Acts, PumpKey, follow
from controller.logic.hydraulics.staged import NO_ORDERS, Orders, Staged

UNSURE_M_H = 0.02
"""What the model itself adds to the band (m an hour ahead). Illustrative."""
OPEN_HEAD_M = 0.10
"""Gravity lets water out from this head on (FACTS)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a run begins: the waters, what is known of them, and what is done now.

    ``sd_m``: how well each level is known. ``held``: orders that stand already.
    """

    network: Network
    stations: Mapping[DeviceId, Station]
    levels_m: Mapping[str, float]
    sd_m: Mapping[str, float]
    now: Acts
    held: Orders = NO_ORDERS


@dataclass(frozen=True, slots=True)
class Outlooks:
    """The hours ahead as they are expected, with less rain, and with more."""

    likely: Outlook
    low: Outlook
    high: Outlook


@dataclass(frozen=True, slots=True)
class ReachAhead:
    """One reach in the hours ahead: levels (m) at the start and at every step's end, and what they come to.

    Minutes and times by the likely course, ``soonest`` by the band's upper edge. None: not in these hours.
    """

    likely_m: tuple[float, ...]
    low_m: tuple[float, ...]
    high_m: tuple[float, ...]
    peak_m: float
    peak_s: float
    above_warning_min: float
    above_guarantee_min: float
    to_warning_s: float | None
    to_guarantee_s: float | None
    soonest_warning_s: float | None
    soonest_guarantee_s: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """The hours ahead one way: every reach, and what it costs. ``counts``: units that run at each step's end."""

    reaches: Mapping[str, ReachAhead]
    kwh: float
    starts: int
    pumped_m3: Mapping[DeviceId, float]
    let_out_m3: Mapping[TargetId, float]
    counts: Mapping[PumpKey, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds of the hours ahead in which the water outside lets a gate work by gravity."""

    gate: TargetId
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer. ``blocked``: pumps that cannot lift against the tide for so many minutes, by station."""

    outlook: Outlook
    without: Course
    with_it: Course
    windows: tuple[Window, ...]
    blocked_min: Mapping[DeviceId, float]


def whatif(scene: Scene, outlooks: Outlooks, orders: Orders, *, substep_s: float = 120.0) -> WhatIf:
    """The hours ahead with the orders and without.

    Raises:
        InvalidValue: a level or an outlook that is not known.
    """
    parts = whatif_in_parts(scene, outlooks, orders, substep_s=substep_s)
    return next(answer for answer in parts if answer is not None)


def whatif_in_parts(
    scene: Scene, outlooks: Outlooks, orders: Orders, *, substep_s: float = 120.0
) -> Iterator[WhatIf | None]:
    """The same, pausing (None) between runs so that whoever shares the thread comes to its turn."""
    courses, trajectory = [], None
    ordered = orders.over(scene.held)
    for laid in (scene.held, ordered) if ordered != scene.held else (scene.held,):
        runs = []
        for outlook in (outlooks.likely, outlooks.low, outlooks.high):
            policy = Staged(scene.network, scene.stations, scene.now, laid)
            runs.append((follow(scene.network, scene.levels_m, outlook, policy, substep_s=substep_s), policy))
            yield None
        courses.append(_course(scene, outlooks.likely, runs))
        trajectory = runs[0][0]
    if trajectory is not None:
        without, with_it = courses[0], courses[-1]
        windows, blocked = _windows(scene, outlooks.likely, trajectory), _blocked(scene, outlooks.likely, trajectory)
        yield WhatIf(outlooks.likely, without, with_it, windows, blocked)


def moments_s(outlook: Outlook) -> list[float]:
    """The start and every step's end, in seconds from the start."""
    moments = [0.0]
    for length_s in outlook.steps_s:
        moments.append(moments[-1] + length_s)
    return moments


def _course(scene: Scene, outlook: Outlook, runs: Sequence[tuple[Trajectory, Staged]]) -> Course:
    likely, policy = runs[0]
    moments = moments_s(outlook)
    reaches = {}
    for name, reach in scene.network.reaches.items():
        spread = [scene.sd_m.get(name, 0.0) + UNSURE_M_H * at_s / 3600.0 for at_s in moments]
        every = [run.levels_m[name] for run, _ in runs]
        low = tuple(min(at) - off for *at, off in zip(*every, spread, strict=True))
        high = tuple(max(at) + off for *at, off in zip(*every, spread, strict=True))
        reaches[name] = _ahead(reach, moments, every[0], low, high)
    kwh, starts = _effort(scene, policy.noted, moments[-1])
    return Course(
        reaches,
        kwh,
        starts,
        _volumes(outlook, likely.pumped_m3s),
        {gate: _volume(flows, outlook) for gate, flows in likely.gravity_m3s.items()},
        _counts(policy.noted, moments[1:]),
    )


def _volumes(outlook: Outlook, pumped: Mapping[PumpKey, Sequence[float]]) -> dict[DeviceId, float]:
    volumes: dict[DeviceId, float] = {}
    for (station, _), flows in pumped.items():
        volumes[station] = volumes.get(station, 0.0) + _volume(flows, outlook)
    return volumes


def _volume(flows_m3s: Sequence[float], outlook: Outlook) -> float:
    return sum(flow * length_s for flow, length_s in zip(flows_m3s, outlook.steps_s, strict=True))


def _ahead(
    reach: Reach, moments: Sequence[float], likely: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> ReachAhead:
    peak_m = max(likely)
    return ReachAhead(
        tuple(likely),
        tuple(low),
        tuple(high),
        peak_m,
        moments[likely.index(peak_m)],
        minutes_above(moments, likely, reach.warning_m),
        minutes_above(moments, likely, reach.guarantee_m),
        first_above_s(moments, likely, reach.warning_m),
        first_above_s(moments, likely, reach.guarantee_m),
        first_above_s(moments, high, reach.warning_m),
        first_above_s(moments, high, reach.guarantee_m),
    )


def minutes_above(moments: Sequence[float], levels: Sequence[float], limit_m: float) -> float:
    """How long a course (straight between its moments, s) lies above a level, in minutes."""
    total_s = 0.0
    for (from_s, from_m), (to_s, to_m) in pairwise(zip(moments, levels, strict=True)):
        if from_m > limit_m and to_m > limit_m:
            total_s += to_s - from_s
        elif (from_m > limit_m) != (to_m > limit_m):
            share = abs(max(from_m, to_m) - limit_m) / abs(to_m - from_m)
            total_s += share * (to_s - from_s)
    return total_s / 60.0


def first_above_s(moments: Sequence[float], levels: Sequence[float], limit_m: float) -> float | None:
    """When a course first reaches a level (s from its start); None when it does not."""
    if levels[0] >= limit_m:
        return moments[0]
    for (from_s, from_m), (to_s, to_m) in pairwise(zip(moments, levels, strict=True)):
        if to_m >= limit_m:
            return from_s + (to_s - from_s) * (limit_m - from_m) / (to_m - from_m)
    return None


def _effort(scene: Scene, noted: Sequence[tuple[float, Acts]], ends_s: float) -> tuple[float, int]:
    """(kWh, starts) of all stations."""
    power = {(group.station, group.direction): group.unit_kw for group in scene.network.pumps}
    kwh, starts, before = 0.0, 0, scene.now.counts
    for position, (at_s, acts) in enumerate(noted):
        until_s = noted[position + 1][0] if position + 1 < len(noted) else ends_s
        for key, count in acts.counts.items():
            kwh += count * power[key] * (until_s - at_s) / 3600.0
            starts += max(0, count - before.get(key, 0))
        before = acts.counts
    return kwh, starts


def _counts(noted: Sequence[tuple[float, Acts]], moments: Sequence[float]) -> dict[PumpKey, tuple[int, ...]]:
    found: dict[PumpKey, list[int]] = {key: [] for key in noted[0][1].counts} if noted else {}
    position = 0
    for at_s in moments:
        while position + 1 < len(noted) and noted[position + 1][0] < at_s:
            position += 1
        for key, series in found.items():
            series.append(noted[position][1].counts[key])
    return {key: tuple(series) for key, series in found.items()}


def _windows(scene: Scene, outlook: Outlook, course: Trajectory) -> tuple[Window, ...]:
    found: list[Window] = []
    for gate in scene.network.gates:
        found += _windows_of(gate, outlook, course)
    return tuple(found)


def _windows_of(gate: GravityGate, outlook: Outlook, course: Trajectory) -> Iterator[Window]:
    moments, opened_s = moments_s(outlook), None
    for step in range(len(outlook.steps_s)):
        inner = _level(gate.inner, step, outlook, course)
        fits = inner - _level(gate.outer, step, outlook, course) >= OPEN_HEAD_M
        if fits and opened_s is None:
            opened_s = moments[step]
        if not fits and opened_s is not None:
            yield Window(gate.gate, opened_s, moments[step])
            opened_s = None
    if opened_s is not None:
        yield Window(gate.gate, opened_s, moments[-1])


def _level(water: str, step: int, outlook: Outlook, course: Trajectory) -> float:
    outer = outlook.outer_m.get(water)
    return course.levels_m[water][step] if outer is None else outer[step]


def _blocked(scene: Scene, outlook: Outlook, course: Trajectory) -> dict[DeviceId, float]:
    """Minutes in which a station's pumps would have to lift higher than they can."""
    blocked: dict[DeviceId, float] = {}
    for group in scene.network.pumps:
        source, sink = (group.inner, group.outer) if group.direction == "drain" else (group.outer, group.inner)
        for step, length_s in enumerate(outlook.steps_s):
            head_m = _level(sink, step, outlook, course) - _level(source, step, outlook, course)
            if group.share(head_m) <= 0.0:
                blocked[group.station] = blocked.get(group.station, 0.0) + length_s / 60.0
    return blocked
