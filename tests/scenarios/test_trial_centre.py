"""Trials by the trial polder: the centre itself. A lost link, a restart, old forecasts, two officers, three at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from controller.domain.rights import Caller
from tests.peers.polder_world import LIFT, MOUTH, polder_world
from tests.peers.waters import steady, storm
from tests.scenarios.trial import controlled, evening, night, watched


async def test_a_station_that_went_on_alone_in_the_peak_is_taken_back_without_a_bump(tmp_path: Path) -> None:
    """Its PLC obeys its registers from the moment it is REMOTE again, and they still say what stood before."""
    world = polder_world(evening(16), 1.58, 0.70, storm(60, 19.0, 900), steady(0.02))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: len(world.mouth.running) == 1, 900.0, "the first unit")
        trial.site.wires[MOUTH].cut()
        await trial.until(lambda: world.mouth.mode == "PLC_AUTO", 120.0, "its PLC takes over")
        await trial.until(lambda: MOUTH in trial.sources("offline"), 180.0, "told")
        await trial.until(lambda: len(world.mouth.running) == 2, 1800.0, "its PLC starts one more")
        await trial.passes(120.0)
        joined_s = world.elapsed_s
        trial.site.wires[MOUTH].join()
        await trial.until(lambda: world.mouth.mode == "REMOTE", 240.0, "taken back")
        await trial.passes(300.0)
        assert len(world.mouth.running) >= 2, trial.told()
    stops = [one for one in world.moves(MOUTH, on=False) if one.at_s > joined_s]
    assert stops == [], "nothing stopped by the change of hands"
    assert world.south.peak_m < 2.5


async def test_a_controller_that_dies_at_the_peak_comes_back_to_what_runs(tmp_path: Path) -> None:
    world = polder_world(evening(16), 1.60, 0.93, storm(60, 14.0, 900), storm(60, 2.4, 900))
    async with watched(world, tmp_path) as (at, clock):
        async with controlled(world, at, clock, tmp_path) as trial:
            await trial.until(lambda: len(world.mouth.running) >= 2, 1500.0, "two units")
        before = {name: set(one.running) for name, one in world.stations.items()}
        log = len(world.moves())
        await clock.sleep(20.0)
        async with controlled(world, at, clock, tmp_path) as trial:
            await trial.passes(600.0)
            after = {name: set(one.running) for name, one in world.stations.items()}
    assert all(before[name] <= after[name] for name in before), (before, after)
    assert [one for one in world.moves()[log:] if not one.on] == []
    assert world.broken == []
    assert world.south.peak_m < 2.5


async def test_a_wall_clock_set_five_minutes_on_and_ten_back_moves_nothing_and_ends_nothing(tmp_path: Path) -> None:
    """Between tides and with a person's order standing; the polder's own time knows nothing of it."""
    world = polder_world(evening(16), 1.60, 0.93, steady(9.0), steady(2.0))
    async with watched(world, tmp_path) as (at, clock), controlled(world, at, clock, tmp_path) as trial:
        await trial.until(lambda: bool(world.mouth.running and world.lift.running), 1500.0, "the first units")
        ordered = await trial.order(MOUTH, "count 2", for_s=420.0)
        assert ordered.accepted, ordered
        begun_s = clock.monotonic()
        await trial.until(lambda: len(world.mouth.running) == 2, 300.0, "the person's count")
        log, told = len(world.moves()), set(trial.alarms())
        lease = ordered.lease_id or ""
        for minutes in (5, -10):
            clock.stepped += timedelta(minutes=minutes)
            await trial.passes(70.0)
            assert world.moves()[log:] == [], "nothing moves because a clock was set"
            assert trial.alarms().keys() - told <= {"clock_off"}, trial.told()
            assert trial.assembly.book.lease(lease) is not None
        await trial.passes(420.0 - 5.0 - (clock.monotonic() - begun_s))
        assert trial.assembly.book.lease(lease) is not None, "an order lives as long as was said"
        await trial.passes(15.0)
        assert trial.assembly.book.lease(lease) is None
        await trial.passes(60.0)
        assert [one for one in world.moves()[log:] if not one.on] == [], "its end stops nothing at this level"
    assert world.broken == []


@pytest.mark.soak
async def test_two_officers_who_order_opposite_things_move_nothing_to_and_fro(tmp_path: Path) -> None:
    world = polder_world(evening(16), 2.10, 0.70, steady(14.0), steady(0.02))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: len(world.mouth.running) >= 1, 900.0, "the first unit")
        assert (await trial.order(MOUTH, "count 3", who="shen")).accepted
        refused = await trial.order(MOUTH, "count 0", who="gu")
        assert (refused.accepted, refused.cause) == (False, "LOCKED_BY_OTHER_CLIENT"), refused
        await trial.until(lambda: len(world.mouth.running) == 3, 600.0, "the first officer's count")
        assert (await trial.order(MOUTH, "count 1", slot="city_manual", who="gu")).accepted
        await trial.until(lambda: len(world.mouth.running) == 1, 900.0, "the city stands above the district")
        assert "city_manual by gu" in trial.why(MOUTH)
        assert [one.owner for one in trial.controller.explain(MOUTH).masked][:1] == ["shen"]
        await trial.until(lambda: world.south.level_m > 2.30, 3600.0, "near the guarantee level")
        await trial.until(lambda: len(world.mouth.running) == 3, 600.0, "flood_critical passes the stop")
        assert "flood_critical" in trial.why(MOUTH)
    assert max(pump.starts for pump in world.mouth.pumps.values()) <= 2
    assert world.south.peak_m < 2.5


async def test_three_at_once(tmp_path: Path) -> None:
    """A gauge freezes, the power fails and returns, and the lift's link is lost: all in the rising limb."""
    world = polder_world(evening(16), 1.55, 0.93, storm(60, 13.0, 900), storm(60, 2.4, 900))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: bool(world.mouth.running and world.lift.running), 1500.0, "the first units")
        for name in ("inner_level_1_m", "inner_level_2_m"):
            world.mouth.sensors[name].freeze(world.south.level_m)
        trial.site.wires[LIFT].cut()
        await trial.until(lambda: MOUTH in trial.sources("level_holds"), 900.0, "the level is told")
        world.mouth.lose_power(world.elapsed_s)
        await trial.until(lambda: MOUTH in trial.sources("supply"), 30.0, "the power is told")
        await trial.passes(60.0)
        world.mouth.return_power()
        await trial.passes(20.0)
        assert (await trial.order(MOUTH, "count 3")).accepted
        await trial.until(lambda: len(world.mouth.running) == 3, 1500.0, "the person's count")
        trial.site.wires[LIFT].join()
        await trial.until(lambda: world.lift.mode == "REMOTE", 240.0, "taken back")
        await trial.passes(300.0)
    assert world.south.peak_m < 2.5
    assert world.low.peak_m < 1.85
    assert world.moves(LIFT, by="remote", on=False) == []


DRY = """\
of,issued,source,begins,ends,mm
330114-RG-0001,2026-06-22 03:30,meteo,2026-06-22 04:00,2026-06-22 16:00,0
330114-RG-0001,2026-06-22 03:30,meteo,2026-06-22 16:00,2026-06-23 04:00,0
"""


@pytest.mark.soak
async def test_a_forecast_of_a_dry_day_more_than_12_hours_old_holds_no_pump_back_in_a_storm(tmp_path: Path) -> None:
    world = polder_world(evening(16), 1.50, 0.90, storm(60, 14.0, 900), storm(60, 2.4, 900))
    async with night(world, tmp_path) as trial:
        taken = await trial.controller.desks.forecasts.add_file(DRY, "meteo.csv", Caller("shen", person="shen"))
        assert taken, taken
        await trial.until(lambda: len(world.mouth.running) >= 2, 2400.0, "its own levels bring the units")
        for name in (MOUTH, LIFT):
            assert "can wait" not in trial.why(name)
        await trial.passes(600.0)
    assert world.south.peak_m < 2.2
    assert world.moves(on=False) == []
