from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from controller.domain.image import Image
from controller.domain.points import DeviceId
from controller.logic.contract import Moment
from controller.logic.forecasts.series import Forecast, ForecastKind
from controller.logic.hydraulics.estimate import Estimate, ReachState, Trust
from controller.logic.hydraulics.network import Network
from controller.logic.hydraulics.outlook import Outlook
from controller.logic.hydraulics.whatif import Outlooks
from controller.runtime.alarms import AlarmBook
from controller.runtime.hydraulics.rain_basis import RainBasis
from controller.runtime.local_time import LocalTime
from controller.runtime.table import ImageTable
from controller.runtime.water_rules.desk import RulesDesk
from controller.runtime.water_rules.seeing import HOURS, QUARTER_S, coarser
from controller.runtime.water_rules.watch import PLAN_EVERY_S, STALE_S, RulesWatch
from controller.settings.load import load_site
from controller.settings.site import Site

START = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)
STATION = DeviceId("330102-PS-0003")
FOLDER = Path(__file__).parents[4] / "config" / "hangzhou"


@cache
def hangzhou() -> Site:
    return load_site(FOLDER)


class Hands:
    """A clock moved by hand."""

    speed = 1.0

    def __init__(self) -> None:
        self.s = 1000.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.s - 1000.0)

    def monotonic(self) -> float:
        return self.s

    async def sleep(self, seconds: float) -> None:
        self.s += seconds


class Waters:
    """What is believed and foretold, as the test wants it."""

    def __init__(self, network: Network, *, rain: float = 0.0, foretold: bool = True) -> None:
        self.network: Network | None = network
        self.rain, self.foretold, self.broken = rain, foretold, False
        levels = {name: ReachState(1.7, 0.01, Trust.MEASURED) for name in network.reaches}
        self.estimate: Estimate | None = Estimate(START, levels, outer_m=dict.fromkeys(network.outside, 4.0))

    def outlooks(self, network: Network, hours: float, steps_s: float | None = None) -> tuple[Outlooks, RainBasis]:
        if self.broken:
            raise ZeroDivisionError("a fault of the model")
        step_s = steps_s or 900.0
        count = round(hours * 3600.0 / step_s)
        inflow = dict.fromkeys(network.reaches, (self.rain,) * count)
        outlook = Outlook(START, (step_s,) * count, inflow, dict.fromkeys(network.outside, (4.0,) * count))
        forecast = Forecast(ForecastKind.RAIN, "x", START, "test", ())
        likely = {land.gauge: forecast for land in network.catchments} if self.foretold else {}
        return Outlooks(outlook, outlook, outlook), RainBasis(likely, likely, likely, {}, {}, {}, "", "")


def rig(
    *, rain: float = 0.0, foretold: bool = True, alarms: AlarmBook | None = None
) -> tuple[RulesWatch, Waters, Hands, Site]:
    site, clock = hangzhou(), Hands()
    assert site.network is not None
    waters = Waters(site.network, rain=rain, foretold=foretold)
    alarms = AlarmBook(clock, lambda _: None) if alarms is None else alarms
    watch = RulesWatch(
        site,
        clock=clock,
        table=ImageTable(site.ageings),
        believed=waters,
        looks=waters,
        local=LocalTime(site.lighting.tz),
        alarms=alarms,
    )
    return watch, waters, clock, site


def look(watch: RulesWatch, clock: Hands) -> int:
    return watch.look(Image({}), Moment(clock.now(), clock.monotonic()))


async def test_there_is_guidance_for_every_drainage_station_with_its_reason_in_two_languages() -> None:
    watch, _, clock, site = rig()
    before = look(watch, clock)
    await watch.work_out()
    assert look(watch, clock) != before
    guidance = watch.at(STATION)
    assert guidance is not None
    english, _, chinese = guidance.reason.partition(" / ")
    assert "Qibao" in english
    assert "七堡" in chinese
    shown = RulesDesk(site, watch).show()
    assert shown.at == START
    assert STATION in {row.station for row in shown.stations}
    assert RulesDesk(site, watch).show(lambda name: name == STATION).stations[0].reach == "east"
    assert len(RulesDesk(site, watch).show(lambda name: name == STATION).stations) == 1


async def test_the_same_guidance_is_no_news() -> None:
    watch, _, clock, _ = rig()
    await watch.work_out()
    seen = look(watch, clock)
    clock.s += PLAN_EVERY_S + 1.0
    await watch.work_out()
    assert look(watch, clock) == seen


async def test_rain_that_is_coming_asks_for_units_and_says_what_will_overflow() -> None:
    watch, _, _, site = rig(rain=200.0)
    await watch.work_out()
    guidance = watch.at(STATION)
    assert guidance is not None
    assert guidance.least > 0
    assert {one.reach for one in RulesDesk(site, watch).show().overflows} >= {"east"}


async def test_guidance_nobody_renews_is_withdrawn() -> None:
    watch, _, clock, site = rig()
    await watch.work_out()
    assert watch.at(STATION) is not None
    clock.s += STALE_S + 1.0
    look(watch, clock)
    assert watch.at(STATION) is None
    assert "own levels" in RulesDesk(site, watch).show().text_en


async def test_a_level_that_is_no_longer_measured_takes_its_guidance_away_at_the_next_look() -> None:
    watch, waters, clock, _ = rig()
    await watch.work_out()
    assert waters.estimate is not None
    reaches = {**waters.estimate.reaches, "east": ReachState(1.7, 0.05, Trust.SUBSTITUTED)}
    waters.estimate = replace(waters.estimate, reaches=reaches)
    clock.s += 60.0
    await watch.work_out()
    assert watch.at(STATION) is None
    assert watch.at(DeviceId("330102-PS-0004")) is not None


async def test_a_reach_that_passes_its_ceiling_is_no_longer_held_back_at_the_next_look() -> None:
    watch, waters, clock, _ = rig()
    await watch.work_out()
    held = watch.at(STATION)
    assert held is not None
    assert held.most == 0
    assert waters.estimate is not None
    waters.estimate = replace(
        waters.estimate, reaches={**waters.estimate.reaches, "east": ReachState(2.35, 0.01, Trust.MEASURED)}
    )
    clock.s += 60.0
    await watch.work_out()
    free = watch.at(STATION)
    assert free is not None
    assert (free.most, free.ease) == (None, False)


async def test_without_a_forecast_nothing_is_held_back() -> None:
    watch, _, _, site = rig(foretold=False)
    await watch.work_out()
    guidance = watch.at(STATION)
    assert guidance is not None
    assert (guidance.most, guidance.ease) == (None, False)
    assert "east" in RulesDesk(site, watch).show().blind


async def test_a_fault_of_the_model_withdraws_guidance_tells_people_and_stops_nothing() -> None:
    clock_of_alarms = Hands()
    alarms = AlarmBook(clock_of_alarms, lambda _: None)
    watch, waters, clock, _ = rig(alarms=alarms)
    await watch.work_out()
    waters.broken = True
    clock.s += PLAN_EVERY_S

    class Enough(Exception):
        pass

    looked = 0
    told: list[list[str]] = []
    guided: list[bool] = []

    async def sleep(seconds: float) -> None:
        nonlocal looked
        looked += 1
        clock.s += PLAN_EVERY_S
        told.append([alarm.text for alarm in alarms.of_kind("rules_failed") if alarm.stands])
        guided.append(watch.at(STATION) is not None)
        waters.broken = looked < 2
        if looked > 2:
            raise Enough

    clock.sleep = sleep  # type: ignore[method-assign]  # ends an endless task after three looks
    with pytest.raises(Enough):
        await watch.run()
    assert "ZeroDivisionError: a fault of the model" in told[0][0]
    assert len(told[1]) == 1
    assert not told[2]
    assert guided == [False, False, True]


async def test_others_come_to_their_turn_while_a_plan_is_made() -> None:
    watch, _, _, _ = rig(rain=200.0)
    planning = asyncio.ensure_future(watch.work_out())
    turns = 0
    while not planning.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns >= 3


async def test_a_plan_for_waters_that_are_no_longer_these_is_thrown_away() -> None:
    watch, _, _, site = rig(rain=200.0)
    planning = asyncio.ensure_future(watch.work_out())
    await asyncio.sleep(0)
    watch.adopt(replace(site, water_rules=replace(site.water_rules, price=0.9)))
    await planning
    assert watch.worked is None
    assert watch.at(STATION) is None


async def test_a_reload_begins_anew() -> None:
    watch, _, _, site = rig()
    await watch.work_out()
    watch.adopt(site)
    assert watch.at(STATION) is None
    await watch.work_out()
    assert watch.at(STATION) is not None


def test_tomorrow_is_planned_in_hours() -> None:
    watch, waters, _, site = rig(rain=3.0)
    del watch
    assert site.network is not None
    outlooks, _ = waters.outlooks(site.network, HOURS, QUARTER_S)
    found = coarser(outlooks.likely)
    assert sum(found.steps_s) == HOURS * 3600.0
    assert len(found.steps_s) == 42
    assert {len(series) for series in found.inflow_m3s.values()} == {42}
