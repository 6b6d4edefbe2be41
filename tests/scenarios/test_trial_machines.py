"""Trials by the trial polder: machines that fail. A jammed outfall, a trip on start, the power lost and back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.peers.polder_world import ELBOW, MOUTH, polder_world
from tests.peers.waters import steady, storm
from tests.scenarios.trial import controlled, evening, night, watched

OUTFALL = f"{MOUTH}/G4"


@pytest.mark.soak
async def test_an_outfall_jammed_open_is_told_no_pump_starts_beside_it_and_freed_it_closes(tmp_path: Path) -> None:
    world = polder_world(evening(1, 5).replace(day=23), 1.50, 0.70, storm(1200, 12.0, 900, base_m3s=4.0), steady(0.02))
    async with night(world, tmp_path) as trial:
        outfall = world.mouth.gates["G4"]
        await trial.until(lambda: outfall.open, 1200.0, "gravity")
        outfall.closing_jams_at, world.jam_excused = 35.0, True
        await trial.until(lambda: f"{OUTFALL}:locked_out" in trial.alarms(), 5400.0, "the jam is told")
        assert "jam" in trial.why(OUTFALL)
        await trial.passes(600.0)
        assert not world.mouth.running
        outfall.closing_jams_at = None
        await trial.reset(OUTFALL)
        await trial.until(lambda: outfall.closed, 300.0, "freed, it closes")
        world.jam_excused = False
        await trial.until(lambda: bool(world.mouth.running), 900.0, "pumps after it")
    assert world.south.peak_m < 2.5


async def test_an_outfall_that_does_not_open_is_told_and_the_pumps_do_its_work(tmp_path: Path) -> None:
    world = polder_world(evening(22), 1.45, 0.70, storm(600, 9.0, 900), steady(0.02))
    world.mouth.gates["G4"].jammed = True
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: f"{OUTFALL}:locked_out" in trial.alarms(), 1800.0, "the jam is told")
        await trial.until(lambda: bool(world.mouth.running), 1800.0, "pumps instead")
        await trial.passes(600.0)
    assert world.south.peak_m < 2.2


async def test_a_pump_that_trips_on_start_is_passed_over_told_and_started_again_only_by_a_reset(tmp_path: Path) -> None:
    world = polder_world(evening(16), 1.53, 0.70, storm(60, 12.0, 900), steady(0.02))
    world.mouth.pumps["P1"].trips_on_start = 1
    async with night(world, tmp_path) as trial:
        unit = f"{MOUTH}/P1"
        await trial.until(lambda: world.mouth.pumps["P1"].tripped, 900.0, "the trip")
        await trial.until(lambda: f"{unit}:locked_out" in trial.alarms(), 60.0, "told")
        await trial.until(lambda: bool(world.mouth.running), 300.0, "the next one instead")
        assert "fault" in trial.why(unit) or "locked out" in trial.why(unit)
        await trial.passes(900.0)
        assert world.mouth.pumps["P1"].starts == 1
        world.mouth.reset_trip("P1")
        await trial.passes(120.0)
        assert world.mouth.pumps["P1"].starts == 1, "a person has to look at it first"
        await trial.reset(unit)
        assert (await trial.order(MOUTH, "count 3")).accepted
        await trial.until(lambda: len(world.mouth.running) == 3, 600.0, "all three")
    assert world.south.peak_m < 2.3


async def test_after_a_power_cut_at_the_peak_units_come_back_one_by_one_though_their_plc_remembers_all_commands(
    tmp_path: Path,
) -> None:
    world = polder_world(evening(16), 1.60, 0.70, storm(60, 14.0, 900), steady(0.02))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: len(world.mouth.running) >= 2, 1500.0, "two units")
        await trial.passes(200.0)
        before = len(world.mouth.running)
        for station in (world.mouth, world.elbow):
            station.lose_power(world.elapsed_s)
        await trial.until(lambda: {MOUTH, ELBOW} <= trial.sources("supply"), 30.0, "told")
        await trial.until(lambda: "supply" in trial.why(f"{MOUTH}/P1"), 30.0, "who asks about a unit reads why")
        await trial.passes(400.0)
        back_s = world.elapsed_s
        for station in (world.mouth, world.elbow):
            station.return_power()
        await trial.until(lambda: len(world.mouth.running) >= before, 1200.0, "as many as before")
        await trial.passes(300.0)
    starts = [one.at_s for one in world.moves(MOUTH, ELBOW, on=True) if one.at_s > back_s]
    assert starts[0] - back_s >= 9.0
    assert all(later - earlier >= 28.0 for earlier, later in pairwise(sorted(starts))), "one start per feeder"
    assert world.south.peak_m < 2.5


async def test_a_station_over_modbus_starts_is_taken_back_after_a_restart_and_told_of_a_level_that_is_no_number(
    tmp_path: Path,
) -> None:
    """The same plain PLC in another tongue: commands keep what stood before its own level control had the station."""
    world = polder_world(evening(16), 1.73, 0.70, steady(16.0), steady(0.02))
    async with watched(world, tmp_path) as (at, clock):
        async with controlled(world, at, clock, tmp_path, modbus=True) as trial:
            await trial.until(lambda: len(world.elbow.running) == 1, 900.0, "its own levels bring a unit")
            assert (await trial.order(ELBOW, "count 2")).accepted
            await trial.until(lambda: len(world.elbow.running) == 2, 600.0, "the person's count")
            await trial.until(lambda: bool(trial.controller.explain(ELBOW).agrees), 30.0, "proven by its feedback")
            world.elbow.sensors["inner_level_2_m"].nan = True
            await trial.until(lambda: ELBOW in trial.sources("level"), 60.0, "told")
        await clock.sleep(100.0)
        assert world.elbow.mode == "PLC_AUTO", "it misses the centre's heartbeat"
        log = len(world.moves(ELBOW))
        async with controlled(world, at, clock, tmp_path, modbus=True) as trial:
            await trial.until(lambda: world.elbow.mode == "REMOTE", 120.0, "taken back for the person's order")
            await trial.passes(60.0)
    assert [one for one in world.moves(ELBOW)[log:] if not one.on] == [], "nothing stopped by the change of hands"
    assert world.broken == []
