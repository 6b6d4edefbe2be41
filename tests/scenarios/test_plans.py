"""三堡 under a plan, through the real controller and field: its last order ends at the peak, the pumps go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from controller.domain.rights import Caller
from controller.logic.diversion.rules import DiversionRules
from controller.logic.plans.run import Phase
from controller.logic.tidal.rules import TidalRules
from controller.logic.water_quality.rules import QualityRules
from controller.settings.site import Site
from controller.store.journal_read import read
from hil.world import World
from tests.scenarios.city import (
    LOCAL,
    RunningCity,
    controlled,
    hangzhou,
    hangzhou_world,
    running_city,
    running_field,
    with_timing,
)
from tests.scenarios.part import part_of

STATION = "330102-PS-0001"
CANAL = "330105-LG-0001"
NIGHT = datetime(2026, 6, 22, 2, 15, tzinfo=LOCAL)
OFFICER = Caller("duty officer", person="duty officer", session="S-duty")
UNITS = tuple(f"{STATION}/P{number}" for number in range(1, 5))


@lru_cache
def sanbao(longest_h: float = 24.0) -> Site:
    """三堡 and the canal's gauge, at the slow pace that is enough for water; its plan's longest time as said."""
    site = with_timing(
        part_of(hangzhou(), STATION, CANAL), opcua_publish_s=5.0, water_cycle_s=5.0, lighting_cycle_s=600.0
    )
    plan = replace(site.plans["sanbao-stepwise"], longest_s=longest_h * 3600.0)
    nothing_else = {"network": None, "diversion": DiversionRules(), "quality": QualityRules(), "tides": TidalRules()}
    return replace(site, plans={plan.id: plan}, **nothing_else)


def high_canal() -> World:
    """The canal at 2.6 m and staying there: whoever stops a pump now is to blame."""
    world = hangzhou_world()
    reaches = tuple(one.model_copy(update={"level_m": 2.6}) if one.name == "canal" else one for one in world.reaches)
    return replace(world, reaches=reaches, storms=())


async def started(city: RunningCity) -> str:
    """The plan previewed and started; its run."""
    plans = city.controller.desks.plans
    await city.until(lambda: city.controller.health().ready, 60.0)
    preview = await plans.preview("sanbao-stepwise", OFFICER, reason="the canal rises", basis=("拱宸桥 2.60 m",))
    assert preview.refused == ()
    assert (preview.starts, round(preview.power_kw)) == (4, 8960)
    receipt = await plans.start(preview.token, OFFICER)
    assert all(outcome.accepted for outcome in receipt.outcomes), receipt
    return receipt.request_id


def running(city: RunningCity) -> int:
    return sum(city.shown(unit).actual == "running" for unit in UNITS)


def stops(city: RunningCity) -> list[object]:
    return [event for unit in UNITS for event in city.moves(unit) if event.value is False]


async def test_units_come_in_one_after_another_and_an_abort_leaves_them_running(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=sanbao(), world=high_canal(), step_s=10.0) as city:
        plans = city.controller.desks.plans
        run = await started(city)
        await city.until(lambda: running(city) == 2, 3600.0, every_s=10.0)
        assert (await plans.abort(run, OFFICER, "the river is too high")).accepted
        await city.until(lambda: plans.run(run).phase == Phase.ABORTED, 120.0)
        await city.clock.sleep(900.0)
        assert running(city) >= 2, plans.run(run)
        assert stops(city) == []
        assert city.shown(STATION).wanted == "hand-back"
    lines = [line for line in read(tmp_path) if line.kind.startswith("plan")]
    assert {"plan_previewed", "plan_started", "plan_abort"} <= {line.kind for line in lines}
    begun = [said["step"] for line in lines if line.kind == "plan" for said in line.data["said"]]
    assert begun.index("first") < begun.index("settle-1") < begun.index("second")


async def test_the_last_order_ends_at_three_at_the_peak_and_the_pumps_go_on(tmp_path: Path) -> None:
    async with running_city(tmp_path, NIGHT, site=sanbao(0.75), world=high_canal(), step_s=10.0) as city:
        plans = city.controller.desks.plans
        run = await started(city)
        await city.until(lambda: running(city) == 2, 2400.0, every_s=10.0)
        await city.until(lambda: bool(city.alarms("plan_ends_soon")), 2400.0, every_s=10.0)
        assert "nothing stops" in city.alarms("plan_ends_soon")[0].text
        await city.until(lambda: plans.run(run).phase == Phase.LAPSED, 700.0, every_s=5.0)
        ended = plans.run(run).ended
        assert ended is not None
        assert f"{ended.astimezone(LOCAL):%H:%M}" == "03:00"
        await city.until(lambda: city.shown(STATION).actual.startswith("PLC_AUTO"), 60.0)
        await city.clock.sleep(900.0)
        assert running(city) >= 2
        assert stops(city) == []


async def test_a_controller_that_comes_back_goes_on_with_the_step_it_was_at_and_orders_nothing_twice(
    tmp_path: Path,
) -> None:
    site = sanbao()
    async with running_field(site, NIGHT, world=high_canal(), step_s=10.0) as (clock, field, here):
        async with controlled(clock, field, here, tmp_path) as city:
            run = await started(city)
            await city.until(lambda: running(city) == 1, 1200.0, every_s=5.0)
        await clock.sleep(20.0)
        async with controlled(clock, field, here, tmp_path) as city:
            plans = city.controller.desks.plans
            assert plans.run(run).phase == Phase.RUNNING
            await city.until(lambda: running(city) == 2, 2400.0, every_s=10.0)
            assert stops(city) == []
    orders = [
        one["intent"]["value"] for line in read(tmp_path) if line.kind == "order" for one in line.data["accepted"]
    ]
    assert orders == ["count 1", "count 2"]
