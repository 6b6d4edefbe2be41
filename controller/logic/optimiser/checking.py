"""A plan run through the network's model: the levels it really comes to, and what they cost. The same for every plan.

Gates follow their own rule whoever plans: open only from the opening head on, never beside a running pump, and only
where the plan leaves the water to gravity. So what is compared is what the stations would do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol

from controller.domain.points import DeviceId, TargetId
from controller.logic.hydraulics.network import Network, Reach
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.hydraulics.simulation import Acts, follow
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.water_rules.prices import StepPrices
from controller.logic.water_rules.scene import NetworkNow, StationNow

SUBSTEP_S = 900.0


class GateShare(Protocol):
    """In what share of a step (0 … 1) a plan leaves a gate's water to gravity, at this level inside (m)."""

    def __call__(self, gate: TargetId, step: int, level_m: float) -> float:
        """0 … 1."""
        ...


@dataclass(frozen=True, slots=True)
class Booked:
    """A plan to be checked: units by station and step, and what gates may take of each."""

    counts: Mapping[DeviceId, Sequence[float]]
    gravity: GateShare


@dataclass(frozen=True, slots=True)
class Judged:
    """What a plan comes to: levels (m) at the start and every step's end, by reach; minutes, starts, kWh, yuan."""

    levels_m: Mapping[str, tuple[float, ...]]
    above_warning_min: Mapping[str, float]
    above_guarantee_min: Mapping[str, float]
    starts: float
    kwh: float
    yuan: float
    guarantee_mh: float = 0.0
    warning_mh: float = 0.0

    @property
    def warned_min(self) -> float:
        """Minutes above warning, all reaches together."""
        return sum(self.above_warning_min.values())

    @property
    def guaranteed_min(self) -> float:
        """Minutes above guarantee, all reaches together."""
        return sum(self.above_guarantee_min.values())


def judged(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    plan: Booked,
    settings: OptimiserSettings,
    prices: StepPrices,
) -> Judged:
    """Run a plan through the model. ``network`` and ``outlook``: what is known and expected."""
    levels = _run(network, now, outlook, plan, settings)
    yuan, kwh, starts = _effort(network, now, outlook, plan, settings, prices)
    warned: dict[str, float] = {}
    guaranteed: dict[str, float] = {}
    warning_mh = guarantee_mh = left = 0.0
    for name, reach in network.reaches.items():
        warned[name], over = _above(levels[name], outlook, reach.warning_m)
        guaranteed[name], far_over = _above(levels[name], outlook, reach.guarantee_m)
        warning_mh += over
        guarantee_mh += far_over
        left += left_yuan(network, reach, now.levels_m[name], outlook, settings, prices) * levels[name][-1]
    yuan += warning_mh * settings.warning_mh + guarantee_mh * settings.guarantee_mh + left
    return Judged(levels, warned, guaranteed, starts, kwh, yuan, guarantee_mh, warning_mh)


def _run(
    network: Network, now: NetworkNow, outlook: Outlook, plan: Booked, settings: OptimiserSettings
) -> Mapping[str, tuple[float, ...]]:
    ends = list(accumulate(outlook.steps_s))
    last = len(ends) - 1

    def policy(elapsed_s: float, levels_m: Mapping[str, float]) -> Acts:
        step = min(bisect_right(ends, elapsed_s), last)
        running = {
            (station, "drain"): round(series[step]) for station, series in plan.counts.items() if series[step] > 0.0
        }
        pumping = {station for station, _ in running}
        openings = {
            gate.gate: plan.gravity(gate.gate, step, levels_m[gate.inner])
            for gate in network.gates
            if levels_m[gate.inner] - levels_m[gate.outer] >= settings.rules.open_head_m and gate.station not in pumping
        }
        return Acts(running, openings)

    return follow(network, now.levels_m, outlook, policy, substep_s=SUBSTEP_S).levels_m


def _effort(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    plan: Booked,
    settings: OptimiserSettings,
    prices: StepPrices,
) -> tuple[float, float, float]:
    """(yuan, kWh, starts) of the pumps."""
    yuan = kwh = starts = 0.0
    for group in network.pumps:
        series = plan.counts.get(group.station) if group.direction == "drain" else None
        if series is None:
            continue
        before = [float(now.stations.get(group.station, StationNow()).running), *series]
        starts += sum(max(0.0, after - earlier) for earlier, after in pairwise(before))
        yuan += sum(count * prices.unit_yuan(group, step) for step, count in enumerate(series))
        hours = sum(count * length / 3600.0 for count, length in zip(series, outlook.steps_s, strict=True))
        kwh += hours * group.unit_kw
    return yuan + starts * settings.rules.start_yuan, kwh, starts


def _above(levels_m: Sequence[float], outlook: Outlook, limit_m: float) -> tuple[float, float]:
    """(minutes, metre-hours) above a level, straight between the ends of steps."""
    minutes = metre_hours = 0.0
    for (before, after), length in zip(pairwise(levels_m), outlook.steps_s, strict=True):
        low, high = min(before, after) - limit_m, max(before, after) - limit_m
        if high <= 0.0:
            continue
        share = 1.0 if low >= 0.0 else high / (high - low)
        minutes += share * length / 60.0
        metre_hours += share * (max(low, 0.0) + high) / 2.0 * length / 3600.0
    return minutes, metre_hours


def left_yuan(
    network: Network, reach: Reach, level_m: float, outlook: Outlook, settings: OptimiserSettings, prices: StepPrices
) -> float:
    """What a metre of a reach is worth at the end of an outlook: a share of what the cheapest hour takes to pump it.

    A metre at the level now: a wider one would make pumping for its own sake look worth its price.
    """
    per_m3 = [
        prices.unit_yuan(group, step) / (group.unit_m3s * length)
        for group in network.pumps_of(reach.name)
        for step, length in enumerate(outlook.steps_s)
    ]
    return settings.left_share * min(per_m3, default=0.0) * reach.storage.area_m2(level_m)
