"""A reload while a plan runs, a dispatch order is executed and the optimiser steers: nothing stops, nothing doubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from controller.domain.rights import Caller
from controller.logic.diversion.rules import DiversionRules
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.plans.run import Phase
from controller.logic.tidal.rules import TidalRules
from controller.logic.water_quality.rules import QualityRules
from controller.runtime.dispatch_orders.views import DispatchReceipt
from controller.runtime.dispatch_orders.writing_orders import Draft
from controller.runtime.recording.reading import Recording
from controller.runtime.recording.replaying import Replay
from controller.settings.site import Site
from controller.store.journal_read import read
from controller.store.recording import FOLDER
from hil.field import Field
from hil.plants.events import Motion
from hil.world import World
from tests.scenarios.city import RunningCity, controlled, hangzhou, hangzhou_world, running_field, with_timing
from tests.scenarios.part import part_of, waters_of
from tests.scenarios.test_optimiser import Inside, foretell

PLANNED, STEERED, ORDERED = "330102-PS-0001", "330102-PS-0003", "330102-PS-0004"
STATIONS = (PLANNED, STEERED, ORDERED)
CANAL, RAIN = "330105-LG-0001", "330102-RG-0001"
START = datetime(2026, 6, 22, 10, 0, tzinfo=UTC)
ZHANG, CHEN, WEI = (Caller(name, person=name, session=f"S-{name}") for name in ("zhang", "chen", "wei"))


def three_stations() -> Site:
    whole, parts = hangzhou(), (*STATIONS, CANAL, RAIN)
    site = with_timing(
        part_of(whole, *parts), opcua_publish_s=10.0, poll_normal_s=20.0, lighting_cycle_s=600.0, water_cycle_s=10.0
    )
    settings = OptimiserSettings(enabled=True, late_s=1200.0, left_share=0.0, apart_m=0.5)
    nothing_else = {"diversion": DiversionRules(), "quality": QualityRules(), "tides": TidalRules()}
    plan = site.plans["sanbao-stepwise"]
    return replace(
        site,
        network=waters_of(whole.network, frozenset(parts)),
        optimiser=settings,
        plans={plan.id: plan},
        **nothing_else,
    )


def high_canal() -> World:
    world = hangzhou_world()
    reaches = tuple(one.model_copy(update={"level_m": 2.6}) if one.name == "canal" else one for one in world.reaches)
    return replace(world, reaches=reaches, storms=())


async def reloaded(city: RunningCity, site: Site) -> None:
    """What ``zhadao reload`` does once the folder was read and checked."""
    swap = city.assembly.publishing._publication._swap
    assert swap is not None
    await swap(site)


async def plan_started(city: RunningCity) -> str:
    plans = city.controller.desks.plans
    preview = await plans.preview("sanbao-stepwise", CHEN, reason="the canal rises")
    receipt = await plans.start(preview.token, CHEN)
    assert all(one.accepted for one in receipt.outcomes), receipt
    return receipt.request_id


async def order_executed(city: RunningCity) -> str:
    desk = city.controller.desks.dispatch_orders
    draft = Draft(reason="the canal rises", target=ORDERED, value="count 1", for_s=7200.0)
    number = (await desk.propose(draft, ZHANG)).number
    assert (await desk.issue(number, CHEN)).accepted
    assert (await desk.acknowledge(number, WEI)).accepted
    preview = await desk.preview(number, WEI)
    came = await desk.execute(number, preview.token, WEI)
    assert isinstance(came, DispatchReceipt), came
    assert came.accepted, came.text_en
    return number


def running(city: RunningCity, station: str) -> int:
    units = [unit.id for unit in city.site.city.stations[station].units]
    return sum(city.shown(unit).actual == "running" for unit in units)


def held(city: RunningCity) -> dict[str, str]:
    """Who holds what of the three stations."""
    return {one.target: f"{one.slot.label} {one.owner}: {one.value}" for one in city.assembly.book.held()}


async def all_three_run(city: RunningCity, worker: Inside) -> tuple[str, str]:
    """A plan, an order and the optimiser, each with its first units running; the run and the order's number."""
    desks = city.controller.desks
    city.assembly.optimiser.watch._worker = worker
    await city.until(lambda: city.controller.health().ready, 120.0)
    await foretell(city)
    assert (await desks.optimiser.accept(STEERED, 4 * 3600.0, CHEN)).accepted
    run, number = await plan_started(city), await order_executed(city)
    await city.until(lambda: [running(city, one) for one in STATIONS] == [1, 2, 1], 3600.0, every_s=10.0)
    return run, number


def moved(field: Field, since: int) -> list[tuple[str, str, object]]:
    events = [one for one in field.events()[since:] if one.motion is Motion.CONTACTOR]
    return [(one.device, one.output, one.value) for one in events]


def replays_the_same(data: Path, sites: Mapping[str, Site]) -> None:
    """What the plan, the order and the optimiser asked is on the tape: a replay over both reloads decides the same."""
    report = Replay(lambda known, _: sites[known]).run(Recording(data / FOLDER).from_(None))
    assert report.differences == []
    assert report.turns > 60
    assert len(report.notes) == 3, report.notes


async def test_a_reload_in_the_middle_stops_nothing_doubles_nothing_and_tells_what_left(tmp_path: Path) -> None:
    async with running_field(three_stations(), START, world=high_canal(), step_s=15.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            desks, watch = city.controller.desks, city.assembly.optimiser.watch
            worker = Inside()
            run, number = await all_three_run(city, worker)
            before, since = held(city), len(field.events())

            renamed = {name: replace(one, name=f"{one.name} 新") for name, one in here.city.stations.items()}
            other = replace(here, city=replace(here.city, stations=renamed), config_hash="a" * 64)
            await reloaded(city, other)
            await city.until(lambda: len(moved(field, since)) > 0, 1200.0, every_s=10.0)
            assert moved(field, since) == [(PLANNED, "P2", True)], "the plan went on with its second unit, nobody else"
            await clock.sleep(90.0)
            assert held(city) == before | {PLANNED: before[PLANNED].replace("count 1", "count 2")}
            assert desks.plans.run(run).phase == Phase.RUNNING
            assert desks.dispatch_orders.order(number).state == "verified"
            assert watch.steers[STEERED].count == 2
            orders = [line.actor for line in read(tmp_path) if line.kind == "order"]
            assert sorted(orders) == sorted(["optimiser", "wei", f"plan/{run}", f"plan/{run}"])

            waters = waters_of(other.network, frozenset({CANAL, RAIN}))
            rest = replace(part_of(other, CANAL, RAIN), network=waters, plans={}, config_hash="b" * 64)
            worker.silent = True
            await reloaded(city, rest)
            await clock.sleep(180.0)
            told = {alarm.source: alarm.text for alarm in city.controller.alarms() if alarm.condition == "left_site"}
            assert told.keys() == set(STATIONS)
            assert "count 1 (wei, district_manual)" in told[ORDERED]
            assert moved(field, since) == [(PLANNED, "P2", True)], "nothing stops for a line that left a file"
            assert (watch.steers, watch.standing, tuple(watch.acceptances.all())) == ({}, {}, ())
            assert city.alarms("handed_back") == []
            assert city.alarms("rules_failed") == []
            (waits,) = city.alarms("plan_held")
            assert "left the configuration" in waits.text
            assert not (await desks.plans.resume(run, CHEN, "try")).accepted
            assert (await desks.plans.abort(run, CHEN, "it left")).accepted
            await city.until(lambda: desks.plans.run(run).phase == Phase.ABORTED, 60.0)
            assert city.alarms("plan_held") == []
        await clock.sleep(120.0)  # the stations forget the sessions that ended
    replays_the_same(tmp_path, {site.config_hash: site for site in (here, other, rest)})
    ended = {line.target for line in read(tmp_path) if line.kind == "optimiser_acceptance_ended"}
    assert ended == {STEERED}
