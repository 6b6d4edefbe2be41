"""State estimation: what the waters do, from what the gauges say and what the model expects, look by look.

A scalar observer for each reach: the model predicts the level, the median of the gauges that may be believed corrects
it in proportion to how unsure the prediction is, and what has to be corrected again and again is learned as inflow that
the model does not know. Without a gauge the prediction stands, less sure with every look, and is never GOOD.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean, median

from controller.domain.points import DeviceId
from controller.logic.hydraulics.estimate import (
    LYING,
    Estimate,
    GaugeFault,
    GaugeState,
    Measured,
    Point,
    ReachState,
    Tick,
    Trust,
)
from controller.logic.hydraulics.judging import WINDOW_S, Instead, Judge
from controller.logic.hydraulics.network import Network, Reach
from controller.logic.hydraulics.outlook import Outlook, Schedule, Trajectory
from controller.logic.hydraulics.runoff import passed_on, settled
from controller.logic.hydraulics.simulation import Acts, simulate

MOST_GAP_S = 7200.0
"""After a longer silence (a restart) nothing of what was believed is carried on but the water under way."""
BREAKS_S = 300.0
"""After a longer gap changes are not compared over it."""
UNSURE_M_H = 0.02
"""How fast an unmeasured level grows unsure with no water moving at all (m an hour)."""
TREND_S = 1800.0
CALM_SLOWER = 6.0
"""Gauges that all say the same for long may be frozen: so much more slowly is what the model does not explain learned
from them, so that they do not teach it that nothing flows in."""
FLOW_SHARES = (0.3, 1.3)
"""A station's measured flow is believed within these shares of what its running units give by the model."""


def estimate(network: Network, before: Estimate | None, measured: Measured, at: datetime) -> Estimate:
    """One look. ``before``: the look before it; None at a start. Any spacing of looks will do; a minute is usual."""
    step_s = 0.0 if before is None else (at - before.at).total_seconds()
    acts = _acts(network, measured, before)
    outer = _outer(network, measured, before)
    rain = _rain(network, measured)
    if before is None or not 0.0 < step_s <= MOST_GAP_S or before.reaches.keys() != network.reaches.keys():
        return _fresh(network, before, measured, acts, outer, rain, at)
    stored, runoff = _runoff(network, before.stored_m3, rain, step_s)
    course = _predicted(network, before, measured, runoff, outer, step_s, at)
    gauges: dict[Point, GaugeState] = {}
    reaches: dict[str, ReachState] = {}
    for name, reach in network.reaches.items():
        look = _Look(reach, network, before, course, runoff[name], step_s, at, measured)
        reaches[name] = look.state()
        gauges.update(look.gauges)
    return Estimate(at, reaches, gauges, stored, outer, rain, acts)


class _Look:
    """One reach at one look."""

    def __init__(
        self,
        reach: Reach,
        network: Network,
        before: Estimate,
        course: Trajectory,
        runoff_m3s: float,
        step_s: float,
        at: datetime,
        measured: Measured,
    ) -> None:
        self._reach, self._rules, self._step_s, self._at = reach, network.rules, step_s, at
        self._past = before.reaches[reach.name]
        self._runoff_m3s = runoff_m3s
        self._area_m2 = reach.storage.area_m2(self._past.level_m)
        self._out_m3s = _through(network, course, reach.name)
        self._predicted_m = course.levels_m[reach.name][-1]
        self._values = {p: measured.levels_m[p] for p in reach.gauges if p in measured.levels_m}
        self._sd_m = self._past.sd_m + self._grows_m(self._gross_m())
        self._history = self._extended()
        past_m = self._past.level_m
        judge = Judge(reach.gauges, before.gauges, self._values, self._history, past_m, self._sd_m, network.rules)
        self._judged = judge.judgement()
        self.gauges = self._judged.gauges

    def state(self) -> ReachState:
        """The reach after the look."""
        if self._judged.instead is not None and not self._judged.usable:
            return self._taken_back(self._judged.instead)
        said = self._said()
        if said is None:
            return self._filled_in()
        return self._corrected(*said)

    def _gross_m(self) -> float:
        return (abs(self._runoff_m3s) + self._out_m3s) * self._step_s / self._area_m2

    def _grows_m(self, gross_m: float) -> float:
        return self._rules.inflow_error * gross_m * 0.5 + UNSURE_M_H * self._step_s / 3600.0

    def _extended(self) -> tuple[Tick, ...]:
        residual_m = self._past.residual_m3s * self._step_s / self._area_m2
        tick = Tick(
            self._at,
            self._predicted_m,
            self._predicted_m - self._past.level_m - residual_m,
            residual_m,
            self._gross_m(),
            self._past.residual_m3s,
            self._values,
        )
        if self._step_s > BREAKS_S:
            return (tick,)
        past = self._past.history
        return (*past[_first_since(past, self._at - timedelta(seconds=WINDOW_S + 1.0)) :], tick)

    def _said(self) -> tuple[float, Trust] | None:
        """What is believed of the gauges, and how far."""
        values = [self._values[point] for point in self._judged.usable]
        if values:
            return median(values), Trust.DOUBTED if self._judged.apart else Trust.MEASURED
        for point, gauge in self.gauges.items():
            if gauge.fault is GaugeFault.DRIFTING and self._values.get(point, float("-inf")) > self._predicted_m:
                return self._values[point], Trust.DOUBTED  # alone, and higher than the model: the higher is believed
        return None

    def _corrected(self, level_m: float, trust: Trust) -> ReachState:
        unsure = self._sd_m * self._sd_m
        share = unsure / (unsure + self._rules.gauge_sd_m**2)
        if self._past.trust is Trust.UNKNOWN or self._step_s > BREAKS_S:
            share = 1.0
        innovation_m = level_m - self._predicted_m
        correction_m3s = share * innovation_m * self._area_m2 / self._step_s
        residual = self._past.residual_m3s
        if share < 1.0 and trust is Trust.MEASURED:
            slower = CALM_SLOWER if self._judged.calm else 1.0
            residual += min(1.0, self._step_s / (self._rules.residual_s * slower)) * correction_m3s
        sd_m = max(1e-3, (1.0 - share) ** 0.5 * self._sd_m) if share < 1.0 else self._rules.gauge_sd_m
        return self._made(self._predicted_m + share * innovation_m, sd_m, trust, residual)

    def _filled_in(self) -> ReachState:
        if self._sd_m <= self._rules.lost_m and self._past.trust is not Trust.UNKNOWN:
            return self._made(self._predicted_m, self._sd_m, Trust.SUBSTITUTED, self._past.residual_m3s)
        answering = [p for p, g in self.gauges.items() if p in self._values and g.fault is not GaugeFault.FROZEN]
        if not answering:
            return self._made(self._predicted_m, self._sd_m, Trust.UNKNOWN, self._past.residual_m3s)
        level_m = median(self._values[p] for p in answering)
        self.gauges = {p: GaugeState(self._values[p]) if p in answering else g for p, g in self.gauges.items()}
        return self._made(level_m, self._rules.gauge_sd_m * 5.0, Trust.DOUBTED, self._past.residual_m3s)

    def _taken_back(self, instead: Instead) -> ReachState:
        """The only gauge lied for a while: the water's course since then is taken from the model, or what the gauge
        says where it drifted to the higher of the two."""
        sd_m = self._rules.gauge_sd_m + self._grows_m(instead.gross_m)
        drifts = [
            self._values[p] for p, g in self.gauges.items() if g.fault is GaugeFault.DRIFTING and p in self._values
        ]
        highest_m = max(drifts, default=float("-inf"))
        trust = Trust.DOUBTED if highest_m > instead.level_m else Trust.SUBSTITUTED
        return self._made(max(highest_m, instead.level_m), sd_m, trust, instead.residual_m3s)

    def _made(self, level_m: float, sd_m: float, trust: Trust, residual_m3s: float) -> ReachState:
        history = (*self._history[:-1], self._history[-1]._replace(level_m=level_m))
        return ReachState(level_m, sd_m, trust, residual_m3s, self._runoff_m3s + residual_m3s, _trend(history), history)


def _trend(history: tuple[Tick, ...]) -> float:
    """m an hour over the last half hour, 0 with nothing to compare."""
    last = history[-1]
    first = history[_first_since(history, last.at - timedelta(seconds=TREND_S + 1.0))]
    seconds = (last.at - first.at).total_seconds()
    return (last.level_m - first.level_m) / seconds * 3600.0 if seconds >= BREAKS_S else 0.0


def _first_since(history: Sequence[Tick], since: datetime) -> int:
    return bisect_left(history, since, key=lambda tick: tick.at)


def _fresh(
    network: Network,
    before: Estimate | None,
    measured: Measured,
    acts: Acts,
    outer: Mapping[str, float],
    rain: Mapping[DeviceId, float],
    at: datetime,
) -> Estimate:
    """A start: levels as they are measured, the land as wet as it rains now, unless it is known better."""
    reaches, gauges = {}, {}
    for name, reach in network.reaches.items():
        values = [measured.levels_m[p] for p in reach.gauges if p in measured.levels_m]
        for point in reach.gauges:
            silent = point not in measured.levels_m
            kept = before.gauges.get(point) if before is not None else None
            fault, since = (GaugeFault.SILENT, at) if silent else (GaugeFault.NONE, None)
            lied = kept is not None and kept.fault in LYING
            gauges[point] = kept if lied and kept else GaugeState(measured.levels_m.get(point), fault, since)
        usual_m = (reach.floor_m + min(reach.warning_m, reach.floor_m + 2.0)) / 2.0
        if values:
            reaches[name] = ReachState(median(values), network.rules.gauge_sd_m, Trust.MEASURED)
        else:
            reaches[name] = ReachState(usual_m, network.rules.lost_m * 2.0, Trust.UNKNOWN)
    stored = {one.name: settled(one, rain.get(one.gauge, 0.0)) for one in network.catchments}
    if before is not None:
        stored |= {name: held for name, held in before.stored_m3.items() if name in stored}
    runoff = _runoff(network, stored, rain, 60.0)[1]
    reaches = {name: replace(state, inflow_m3s=runoff[name]) for name, state in reaches.items()}
    return Estimate(at, reaches, gauges, stored, dict(outer), dict(rain), acts)


def _acts(network: Network, measured: Measured, before: Estimate | None) -> Acts:
    """What is done now; of what cannot be seen, what was last seen."""
    counts = dict(before.acts.counts) if before is not None else {}
    openings = dict(before.acts.openings) if before is not None else {}
    keys = {(group.station, group.direction) for group in network.pumps}
    counts |= {key: count for key, count in measured.running.items() if key in keys}
    openings |= {gate.gate: measured.openings[gate.gate] for gate in network.gates if gate.gate in measured.openings}
    return Acts(counts, openings)


def _outer(network: Network, measured: Measured, before: Estimate | None) -> dict[str, float]:
    """The water outside: the median of its gauges, else as before, else as usual."""
    levels = {}
    for name, water in network.outside.items():
        said = [measured.levels_m[p] for p in water.gauges if p in measured.levels_m]
        kept = before.outer_m.get(name, water.usual_m) if before is not None else water.usual_m
        levels[name] = median(said) if said else kept
    return levels


def _rain(network: Network, measured: Measured) -> dict[DeviceId, float]:
    """The rain at every gauge; one that is silent has its neighbours' mean."""
    names = {catchment.gauge for catchment in network.catchments}
    heard = {name: measured.rain_mm_h[name] for name in names if name in measured.rain_mm_h}
    mean = fmean(heard.values()) if heard else 0.0
    return {name: heard.get(name, mean) for name in names}


def _runoff(
    network: Network, stored_m3: Mapping[str, float], rain: Mapping[DeviceId, float], step_s: float
) -> tuple[dict[str, float], dict[str, float]]:
    stored, inflow = {}, dict.fromkeys(network.reaches, 0.0)
    for catchment in network.catchments:
        mm_h = rain.get(catchment.gauge, 0.0)
        held = stored_m3.get(catchment.name, 0.0)
        stored[catchment.name], flow_m3s = passed_on(catchment, held, mm_h, step_s)
        inflow[catchment.into] += flow_m3s
    return stored, inflow


def _predicted(
    network: Network,
    before: Estimate,
    measured: Measured,
    runoff: Mapping[str, float],
    outer: Mapping[str, float],
    step_s: float,
    at: datetime,
) -> Trajectory:
    """The model's course since the look before, by what was seen done at its beginning."""
    inflow = {name: (flow + before.reaches[name].residual_m3s,) for name, flow in runoff.items()}
    outlook = Outlook(at, (step_s,), inflow, {name: (level,) for name, level in outer.items()})
    acts = before.acts
    schedule = Schedule(
        {key: (count,) for key, count in acts.counts.items()},
        {gate: (opening,) for gate, opening in acts.openings.items()},
    )
    return simulate(_as_measured(network, before, measured), before.levels_m(), outlook, schedule)


def _as_measured(network: Network, before: Estimate, measured: Measured) -> Network:
    """The same network with the units of stations whose flow is measured giving what is measured."""
    if not measured.flow_m3s:
        return network
    pumps = []
    for group in network.pumps:
        running = before.acts.counts.get((group.station, group.direction), 0)
        flow_m3s = measured.flow_m3s.get(group.station)
        if running and flow_m3s is not None:
            low, high = (share * running * group.unit_m3s for share in FLOW_SHARES)
            if low <= flow_m3s <= high:
                group = replace(group, unit_m3s=flow_m3s / running, rated_head_m=None, shutoff_head_m=None)
        pumps.append(group)
    return replace(network, pumps=tuple(pumps))


def _through(network: Network, course: Trajectory, reach: str) -> float:
    """What pumps and gates moved into and out of a reach (m³/s), all of it counted."""
    pumps = (
        course.pumped_m3s[(group.station, group.direction)][0]
        for group in network.pumps
        if reach in (group.inner, group.outer)
    )
    gates = (course.gravity_m3s[gate.gate][0] for gate in network.gates if reach in (gate.inner, gate.outer))
    return sum(pumps) + sum(gates)
