"""From the network's plan to what each station is asked: how many units, whether its outfall is free, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from controller.domain.points import DeviceId
from controller.logic.hydraulics.network import Network, PumpGroup, Reach
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.water_around import Guidance
from controller.logic.water_rules.ahead import gravity_floor_m
from controller.logic.water_rules.inflow import expected
from controller.logic.water_rules.plan import Plan, plan_in_parts
from controller.logic.water_rules.prices import prices_of
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.logic.water_rules.settings import RuleSettings


class Ground(StrEnum):
    """Why a station is guided as it is."""

    PRE_DRAWDOWN = "pre_drawdown"
    HELPS = "helps"
    HOLDS = "holds"
    GRAVITY = "gravity"
    WAITS = "waits"
    BLIND = "blind"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Advice:
    """Guidance for one station and its ground. ``helps``: the reach it pumps for, where that is not its own."""

    guidance: Guidance
    ground: Ground
    reach: str
    level_m: float
    ceiling_m: float
    helps: str = ""


@dataclass(frozen=True, slots=True)
class Advised:
    """What all stations are asked, and the plan it comes from. Stations that are missing go by their own level."""

    advice: Mapping[DeviceId, Advice]
    plan: Plan | None = None


def advise(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    settings: RuleSettings,
    local: datetime,
    foretold: frozenset[str] | None = None,
) -> Advised:
    """What the rules ask of every station now. ``local`` is the outlook's start by the local clock (tariff).

    ``foretold``: reaches somebody forecasts for (None: those whose inflow the outlook names). Stations of reaches whose
    level nobody knows, or that the model filled in, are left to themselves.
    """
    parts = advise_in_parts(network, now, outlook, settings, local, foretold)
    return next(advised for advised in parts if advised is not None)


def advise_in_parts(
    network: Network,
    now: NetworkNow,
    outlook: Outlook,
    settings: RuleSettings,
    local: datetime,
    foretold: frozenset[str] | None = None,
) -> Iterator[Advised | None]:
    """The same, pausing (None) while the plan is made so that whoever shares the thread comes to its turn."""
    told = frozenset(outlook.inflow_m3s) if foretold is None else foretold
    if not now.levels_m:
        yield Advised({})
        return
    known = known_part(network, now)
    foreseen = expected(known, now, outlook, settings)
    prices = prices_of(known, foreseen, settings, local)
    for plan in plan_in_parts(known, now, foreseen, settings, prices, told):
        if plan is None:
            yield None
            continue
        scene = _Scene(known, now, plan, told, settings)
        yield Advised({group.station: scene.advice(group) for group in known.pumps if scene.speaks_for(group)}, plan)


def known_part(network: Network, now: NetworkNow) -> Network:
    """The part of the network whose levels are known: nothing is reckoned with what nobody knows."""
    reaches = {name: reach for name, reach in network.reaches.items() if name in now.levels_m}
    outside = {name: water for name, water in network.outside.items() if name in now.outer_m}
    there = reaches.keys() | outside.keys()
    return replace(
        network,
        reaches=reaches,
        outside=outside,
        channels=tuple(link for link in network.channels if link.a in there and link.b in there),
        # An intake lets water in from outside: bringing water in is not these rules' business.
        gates=tuple(gate for gate in network.gates if gate.inner in reaches and gate.outer in there),
        pumps=tuple(group for group in network.pumps if group.inner in there and group.outer in there),
        catchments=tuple(land for land in network.catchments if land.into in reaches),
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    network: Network
    now: NetworkNow
    plan: Plan
    told: frozenset[str]
    settings: RuleSettings

    def speaks_for(self, group: PumpGroup) -> bool:
        """Whether the rules say anything to a station: it drains a reach whose level is measured."""
        return group.direction == "drain" and group.inner in self.network.reaches and group.inner not in self.now.unsure

    def advice(self, group: PumpGroup) -> Advice:
        """What a station is asked."""
        reach = self.network.reaches[group.inner]
        level, ceiling = self.now.levels_m[reach.name], reach.warning_m - self.settings.ceiling_below_warning_m
        wanted = self.plan.counts[group.station, "drain"][0]
        station = self.now.stations.get(group.station, StationNow())
        room = level < ceiling and reach.name in self.told
        lowest = gravity_floor_m(self.network, reach.name, self.plan.deep, self.settings)
        guidance = Guidance(
            least=min(wanted, station.running + station.may_start) if level > self._floor_m(reach) else 0,
            most=wanted if room else None,
            # Without a forecast the outfall is the station's own, as it always was.
            gravity=(wanted == 0 and level > lowest) or (wanted == 0 and reach.name not in self.told),
            ease=room,
            ease_below_m=round(ceiling, 3) if room else None,
        )
        helps = self.plan.helped.get(group.station, "") if wanted else ""
        return Advice(guidance, self._ground(group, reach, guidance, room=room), reach.name, level, ceiling, helps)

    def _floor_m(self, reach: Reach) -> float:
        return reach.floor_m + self.settings.above_floor_m

    def _ground(self, group: PumpGroup, reach: Reach, guidance: Guidance, *, room: bool) -> Ground:
        if guidance.least:
            return Ground.HELPS if group.station in self.plan.helped else Ground.PRE_DRAWDOWN
        if reach.name not in self.told:
            return Ground.BLIND
        if not room:
            return Ground.FULL
        if group.outer in self.plan.overflows:
            return Ground.WAITS
        lets_out = any(gate.station == group.station for gate in self.network.gates)
        return Ground.GRAVITY if guidance.gravity and lets_out else Ground.HOLDS
