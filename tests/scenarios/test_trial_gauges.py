"""Trials by the trial polder: instruments that lie. Two of three, one of two, two of three outside, noise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.polder_world import ELBOW, LIFT, MOUTH, polder_world
from tests.peers.waters import steady, storm
from tests.scenarios.trial import controlled, evening, night, watched

OUTFALL = f"{MOUTH}/G4"


async def test_gauges_that_freeze_in_the_rising_limb_stop_no_pump_and_people_start_the_rest_in_time(
    tmp_path: Path,
) -> None:
    """One of three at the mouth, one of two at the lift: there only a person adds a unit, told why within minutes."""
    world = polder_world(evening(16), 1.50, 0.93, storm(120, 13.0, 900), storm(120, 4.4, 700))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: bool(world.lift.running and world.mouth.running), 1500.0, "the first units")
        world.mouth.sensors["inner_level_2_m"].freeze(world.south.level_m)
        world.lift.sensors["inner_level_1_m"].freeze(world.low.level_m)
        kept = set(world.lift.running)
        told_s = await trial.until(lambda: LIFT in trial.sources("level_holds"), 900.0, "the lift's level alarm")
        assert world.low.level_m < 1.60, "told while there is still time"
        assert "apart" in trial.why(LIFT)
        told = trial.alarms()[f"{LIFT}:level_holds"]
        assert "no unit starts or stops by level" in told.text
        assert "zhadao set 330114-PS-0003" in told.text_zh
        assert kept <= world.lift.running
        await trial.passes(240.0)
        assert (await trial.order(LIFT, "count 2")).accepted
        await trial.until(lambda: len(world.lift.running) == 2, 90.0, "the person's count")
        assert LIFT not in trial.sources("level_holds"), "a person has it now"
        await trial.until(lambda: len(world.mouth.running) >= 2, 1200.0, "two good gauges of three carry the mouth on")
        assert MOUTH in trial.sources("level")
        assert "inner_level_2_m" in trial.alarms()[f"{MOUTH}:level"].text
        await trial.passes(900.0)
    assert told_s < 900.0
    assert world.low.peak_m < 1.85
    assert world.south.peak_m < 2.5
    assert world.moves(LIFT, on=False) == []


async def test_levels_that_are_no_number_stop_nothing_over_a_restart_and_are_told_until_they_are_one(
    tmp_path: Path,
) -> None:
    world = polder_world(evening(16), 1.55, 0.93, steady(9.0), storm(60, 3.0, 900))
    async with watched(world, tmp_path) as (at, clock):
        async with controlled(world, at, clock, tmp_path) as trial:
            await trial.until(lambda: bool(world.lift.running and world.mouth.running), 1500.0, "the first units")
            for name in ("inner_level_1_m", "inner_level_2_m"):
                world.lift.sensors[name].nan = True
            world.mouth.sensors["inner_level_3_m"].nan = True
            # A server compares a NaN with its dead-band in vain and reports nothing: the next complete read finds it.
            await trial.until(lambda: MOUTH in trial.sources("level"), 130.0, "one of three is told")
            assert "1 of 3" in trial.alarms()[f"{MOUTH}:level"].text
            before = set(world.lift.running)
        await clock.sleep(20.0)
        async with controlled(world, at, clock, tmp_path) as trial:
            await trial.until(lambda: trial.sources("level_holds") == {LIFT}, 90.0, "told again after the restart")
            assert "holds with 1 running" in trial.alarms()[f"{LIFT}:level_holds"].text
            await trial.passes(240.0)
            assert before <= world.lift.running
            for station in (world.lift, world.mouth):
                for sensor in station.sensors.values():
                    sensor.heal()
            await trial.until(
                lambda: not trial.sources("level_holds"), 130.0, "a number again, and nobody need be told"
            )
    assert world.moves(LIFT, MOUTH, on=False) == []
    assert world.broken == []


async def test_two_of_three_outer_gauges_that_lie_low_open_no_outfall_and_the_truth_opens_it(tmp_path: Path) -> None:
    world = polder_world(evening(21, 10), 1.45, 0.70, steady(0.4), steady(0.02))
    world.mouth.sensors["outer_level_m"].offset = world.gauges["tide"].offset = -0.9
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: world.tide(world.at) < 1.55, 3600.0, "an outer level at which the liars would open")
        assert world.mouth.gates["G4"].closed
        assert "outside the water stands" in trial.why(OUTFALL)
        world.mouth.sensors["outer_level_m"].heal()
        world.gauges["tide"].heal()
        await trial.until(lambda: world.mouth.gates["G4"].open, 2400.0, "gravity on a tide all agree on")
        assert world.tide(world.at) < world.south.level_m - 0.1


@pytest.mark.soak
async def test_outer_gauges_that_freeze_on_the_rising_tide_let_no_water_in(tmp_path: Path) -> None:
    world = polder_world(evening(1, 20).replace(day=23), 1.50, 0.70, steady(4.0), steady(0.02))
    async with night(world, tmp_path) as trial:
        await trial.until(lambda: world.mouth.gates["G4"].open, 1200.0, "gravity")
        await trial.until(lambda: world.tide(world.at) > world.south.level_m - 0.18, 3600.0, "the tide comes near")
        world.mouth.sensors["outer_level_m"].freeze(world.tide(world.at))
        world.gauges["tide"].freeze(world.tide(world.at))
        await trial.until(lambda: world.tide(world.at) > world.south.level_m + 0.3, 3600.0, "the tide stands higher")
        assert world.mouth.gates["G4"].closed


@pytest.mark.soak
async def test_noise_on_levels_and_rack_neither_short_cycles_units_nor_moves_gates_to_and_fro(tmp_path: Path) -> None:
    world = polder_world(evening(16), 1.50, 0.90, storm(60, 12.0, 1000), storm(60, 1.6, 900))
    for number, sensor in enumerate(world.mouth.sensors.values()):
        sensor.noise = [*[0.03, -0.02, 0.04, -0.04, 0.01, -0.03, 0.02][number:], 0.03, -0.04, 0.0]
    world.elbow.sensors["inner_level_1_m"].noise = [0.05, -0.03, 0.0, 0.02]
    world.mouth.rack_m = 0.24
    world.mouth.sensors["rack_head_m"].noise = [0.0, 0.14, -0.05, 0.31, 0.02, 0.08]
    async with night(world, tmp_path) as trial:
        await trial.passes(3600.0)
        trial_text = trial.told()
    assert world.south.peak_m < 2.5
    assert max(pump.starts for pump in world.mouth.pumps.values()) <= 1, world.moves(MOUTH)
    assert max(pump.starts for pump in world.elbow.pumps.values()) <= 1, world.moves(ELBOW)
    assert world.moves(MOUTH, on=False) == [], trial_text
