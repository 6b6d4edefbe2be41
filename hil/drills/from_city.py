"""A drill that begins as the city stands now: levels and forecasts read from its own controller, and only read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from controller.cli.client import API, ApiClient
from controller.cli.failing import Refused
from controller.domain.gauges import GaugeKind
from controller.logic.drills.drill import Drill, Rain
from controller.runtime.forecasts.views import RainSeries, SeriesStep
from controller.runtime.hydraulics.views import NetworkView
from controller.settings.site import Site
from hil.plants.tide import Tide
from hil.world import OutsideModel, World

STEP_S = 3600.0


@dataclass(frozen=True, slots=True)
class City:
    """The city's own controller, asked for what it knows."""

    client: ApiClient

    def waters(self) -> NetworkView:
        """Its waters now."""
        view: NetworkView = self.client.get(f"{API}/water/network", NetworkView)
        return view

    def rain(self, gauge: str) -> RainSeries:
        """What is foreseen at a rain gauge."""
        view: RainSeries = self.client.get(f"{API}/forecasts/series", RainSeries, of=gauge)
        return view


def at_the_city(drill: Drill, city: City, site: Site, world: World) -> Drill:
    """The drill with the city's levels and foreseen rain instead of its own, beginning when the city's own clock says
    that it looked at its waters last; the drill's own rain is left out.

    Raises:
        Refused: the city's controller does not know its waters.
    """
    waters = city.waters()
    now = waters.at
    levels = {reach.reach: reach.level_m for reach in waters.reaches if reach.level_m is not None}
    if not levels or now is None:
        raise Refused("the city's controller knows no level of its waters now: hold the drill from its own levels")
    known = {water.name: water for water in world.outside}
    outside = {
        water.name: _mean_m(known[water.name], water.level_m, now) for water in waters.outside if water.name in known
    }
    return replace(
        drill,
        begins=now,
        levels_m={**drill.levels_m, **levels},
        outside_m={**drill.outside_m, **outside},
        rain=tuple(_rain(city, site, now)),
        own_storms=False,
    )


def _mean_m(water: OutsideModel, level_m: float, now: datetime) -> float:
    """The mean level at which the simulated tide stands now as the real one does: what is taken is a level at an hour
    of the tide, what a drill is told is the mean it swings about."""
    tide = Tide(water.mean_m, water.m2_m, water.m2_high_s, water.s2_m, water.s2_high_s, water.bore_m, water.bore_after)
    return water.mean_m + level_m - tide.level_m(now.timestamp())


def told(drill: Drill) -> str:
    """What was taken from the city, for whoever holds the drill: no rain is said as loudly as rain."""
    rain_zh = f"{len(drill.rain)} 个雨量站的预报降雨" if drill.rain else "无预报降雨，演练中不下雨"
    rain = f"rain foreseen at {len(drill.rain)} gauges" if drill.rain else "no rain foreseen: none falls in this drill"
    return f"  from the city 取自实时  {len(drill.levels_m)} 处水位，{rain_zh}  {len(drill.levels_m)} levels, {rain}"


def _rain(city: City, site: Site, now: datetime) -> Iterator[Rain]:
    """Each gauge's foreseen rain as a storm of its own, which falls on no other gauge."""
    gauges = [one.id for one in site.city.gauges.values() if one.kind is GaugeKind.RAIN]
    for gauge in gauges:
        steps = [step for step in city.rain(gauge).foreseen if step.ends > now]
        if not steps:
            continue
        hours = int((max(step.ends for step in steps) - now).total_seconds() // STEP_S) + 1
        rates = [_rate(steps, now.timestamp() + hour * STEP_S) for hour in range(hours)]
        yield Rain(0.0, STEP_S, (*rates, 0.0), {one: 1.0 if one == gauge else 0.0 for one in gauges})


def _rate(steps: Sequence[SeriesStep], at_s: float) -> float:
    at = datetime.fromtimestamp(at_s, UTC)
    return next((step.value for step in steps if step.begins <= at < step.ends), 0.0)
