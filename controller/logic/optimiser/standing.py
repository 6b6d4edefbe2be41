"""Whether the optimiser may set a station's target now, and which: asked again every minute, of what is true then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

from controller.domain.points import DeviceId
from controller.logic.hydraulics.network import Network, Reach
from controller.logic.optimiser.problem import Answer
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.weighed import Weighed
from controller.logic.water_rules.scene import NetworkNow


class Halt(StrEnum):
    """Why the rules go on at a station."""

    OFF = "off"
    NOT_YET = "not_yet"
    NO_SOLUTION = "no_solution"
    WORSE = "worse_than_rules"
    LATE = "late"
    BLIND = "blind"
    UNSURE = "unsure"
    APART = "apart"
    NOT_THERE = "not_there"
    DIVERTS = "diverts"
    """Nothing to drain at a station that brings water in too: its own programs have it."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A station's target: so many units; ``at_least``: its own levels may add. ``gravity``: its outfall is free."""

    count: int
    at_least: bool
    gravity: bool


@dataclass(frozen=True, slots=True)
class Considered:
    """A plan with what it was made from. ``why``: where there is none."""

    at: datetime
    at_s: float
    network: Network
    foretold: frozenset[str]
    weighed: Weighed | None
    why: str = ""


def aim_of(
    station: DeviceId, plan: Considered | None, now: NetworkNow, now_s: float, settings: OptimiserSettings
) -> Aim | Halt:
    """The station's target at this moment, or why it has none. ``now``: levels and units as they are."""
    if not settings.enabled:
        return Halt.OFF
    if plan is None:
        return Halt.NOT_YET
    weighed = plan.weighed
    if weighed is None or weighed.answer is None or weighed.ours is None:
        return Halt.WORSE if weighed is not None and weighed.reason == Halt.WORSE.value else Halt.NO_SOLUTION
    age_s = now_s - plan.at_s
    if not 0.0 <= age_s <= settings.late_s:
        return Halt.LATE
    reach = plan.network.reach_of(station)
    if reach is None or station not in weighed.answer.counts:
        return Halt.NOT_THERE
    planned_m = level_at(weighed.ours.levels_m[reach.name], plan_steps(weighed), age_s)
    return _doubt(reach, planned_m, plan, now, settings) or _aim(
        station, reach, plan, weighed.answer, now, age_s, settings
    )


def _doubt(
    reach: Reach, planned_m: float, plan: Considered, now: NetworkNow, settings: OptimiserSettings
) -> Halt | None:
    """What speaks against a plan for a reach as it stands now."""
    level = now.levels_m.get(reach.name)
    if reach.name not in plan.foretold:
        return Halt.BLIND
    if level is None or reach.name in now.unsure:
        return Halt.UNSURE
    return Halt.APART if abs(level - planned_m) > settings.apart_m else None


def _aim(
    station: DeviceId,
    reach: Reach,
    plan: Considered,
    answer: Answer,
    now: NetworkNow,
    age_s: float,
    settings: OptimiserSettings,
) -> Aim | Halt:
    step = step_at(answer.steps_s, age_s)
    count = round(answer.counts[station][step])
    if count == 0 and any(one.station == station and one.direction == "divert" for one in plan.network.pumps):
        return Halt.DIVERTS
    gates = [gate.gate for gate in plan.network.gates if gate.station == station]
    gravity = count == 0 and all(answer.by_gate[gate][step] > 0.5 for gate in gates if gate in answer.by_gate)
    ceiling_m = reach.warning_m - settings.rules.ceiling_below_warning_m
    return Aim(count, now.levels_m[reach.name] >= ceiling_m, gravity)


def plan_steps(weighed: Weighed) -> tuple[float, ...]:
    """The steps of the levels a plan was checked at."""
    return weighed.earlier.steps_s if weighed.earlier else ()


def step_at(steps_s: tuple[float, ...], age_s: float) -> int:
    """The step of a plan that is now."""
    ends = list(accumulate(steps_s))
    return next((step for step, end in enumerate(ends) if age_s < end), len(ends) - 1)


def level_at(levels_m: tuple[float, ...], steps_s: tuple[float, ...], age_s: float) -> float:
    """What a plan takes a level to be now, straight between the ends of its steps."""
    begun = 0.0
    for step, length in enumerate(steps_s):
        if age_s < begun + length:
            share = (age_s - begun) / length
            return levels_m[step] + (levels_m[step + 1] - levels_m[step]) * share
        begun += length
    return levels_m[-1]


def upcoming(weighed: Weighed, station: DeviceId, at: datetime, hours: float) -> Mapping[datetime, int]:
    """The counts of the hours ahead, where they change."""
    found: dict[datetime, int] = {}
    series, begun = weighed.answer.counts[station] if weighed.answer else (), 0.0
    last: int | None = None
    for step, count in enumerate(series):
        if begun > hours * 3600.0:
            break
        if round(count) != last:
            last = round(count)
            found[at + timedelta(seconds=begun)] = last
        begun += weighed.answer.steps_s[step] if weighed.answer else 0.0
    return found
