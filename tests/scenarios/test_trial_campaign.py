"""Random short nights at the trial polder: three to five things fail as they come. One in every run, many in a soak."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.peers.plc import StartOrStop
from tests.peers.polder_world import ELBOW, LIFT, MOUTH, PolderWorld, polder_world
from tests.peers.waters import storm
from tests.scenarios.trial import Night, evening, night

STATIONS = (MOUTH, ELBOW, LIFT)
HIGH_M = {MOUTH: 2.25, ELBOW: 2.25, LIFT: 1.70}
"""From here on nobody may stand still without anybody being told."""
SLACK_M = 0.07
"""A gauge's dead-band, noise, and what the water rises between a decision and the contactor."""

Fault = Callable[[Night, Random, float], None]


def gauge_freezes(trial: Night, dice: Random, at_s: float) -> None:
    station = trial.world.stations[dice.choice(STATIONS)]
    sensor = station.sensors[dice.choice(station.config["inner_levels"])]
    trial.world.later(at_s, lambda: sensor.freeze(station.inner_m))


def gauge_is_bad(trial: Night, dice: Random, at_s: float) -> None:
    station = trial.world.stations[dice.choice(STATIONS)]
    sensor = station.sensors[dice.choice([*station.config["inner_levels"], "outer_level_m"])]
    trial.world.later(at_s, lambda: setattr(sensor, "bad", True))
    trial.world.later(at_s + dice.uniform(60.0, 900.0), sensor.heal)


def link_is_lost(trial: Night, dice: Random, at_s: float) -> None:
    wire = trial.site.wires[dice.choice(STATIONS)]
    trial.world.later(at_s, wire.cut)
    trial.world.later(at_s + dice.choice([5.0, 20.0, 75.0, 240.0]), wire.join)


def power_fails(trial: Night, dice: Random, at_s: float) -> None:
    station = trial.world.stations[dice.choice(STATIONS)]
    trial.world.later(at_s, lambda: station.lose_power(trial.world.elapsed_s))
    trial.world.later(at_s + dice.choice([2.0, 8.0, 40.0, 300.0]), station.return_power)


def motor_trips(trial: Night, dice: Random, at_s: float) -> None:
    pump = dice.choice([*trial.world.stations[dice.choice(STATIONS)].pumps.values()])
    trial.world.later(at_s, lambda: setattr(pump, "trips_on_start", 1))


def gate_jams(trial: Night, dice: Random, at_s: float) -> None:
    gate = dice.choice([trial.world.mouth.gates[f"G{n}"] for n in (1, 2, 3)])
    trial.world.later(at_s, lambda: setattr(gate, "jammed", True))
    trial.world.later(at_s + dice.uniform(60.0, 600.0), lambda: setattr(gate, "jammed", False))


def rack_flaps(trial: Night, dice: Random, at_s: float) -> None:
    sensor = trial.world.stations[dice.choice((MOUTH, ELBOW))].sensors["rack_head_m"]
    noise = [round(dice.uniform(-0.05, 0.6), 2) for _ in range(11)]
    trial.world.later(at_s, lambda: setattr(sensor, "noise", noise))


FAULTS: tuple[Fault, ...] = (
    *(gauge_freezes, gauge_is_bad, link_is_lost, power_fails, motor_trips, gate_jams, rack_flaps),
)


def stops_on_purpose(world: PolderWorld, one: StartOrStop) -> bool:
    """Whether the level asked for this stop; nothing else of these nights may stop a sound, running unit."""
    levels = world.stations[one.station].config["levels"]
    stops_m: float = levels["start_m"] + (one.running - 1) * levels["step_m"] - levels["span_m"]
    return one.level_m <= stops_m + SLACK_M


def all_told(trial: Night) -> list[str]:
    """Stations that stand still above their high level while nobody is told anything of them."""
    told = {alarm.source.partition("/")[0] for alarm in trial.alarms().values()}
    silent = []
    for name, station in trial.world.stations.items():
        gravity = any(gate.role == "gravity" and not gate.closed for gate in station.gates.values())
        if not station.running and not gravity and station.inner_m > HIGH_M[name] and name not in told:
            silent.append(f"{trial.world.at:%H:%M:%S} {name} at {station.inner_m:.2f} m")
    return silent


async def bad_night(seed: int, data: Path, minutes: int) -> None:
    dice = Random(seed)  # noqa: S311 - faults, not secrets
    world = polder_world(
        evening(dice.choice([16, 22])),
        dice.uniform(1.3, 1.7),
        dice.uniform(0.8, 1.0),
        storm(60, dice.uniform(6.0, 16.0), 900),
        storm(60, dice.uniform(1.0, 3.4), 900),
        tracks=dice.random() < 0.3,
        releases=dice.random() < 0.3,
    )
    chosen = [dice.choice(FAULTS) for _ in range(dice.randint(3, 5))]
    print(f"seed {seed}: {[one.__name__ for one in chosen]}")
    async with night(world, data) as trial:
        for one in chosen:
            one(trial, dice, dice.uniform(120.0, minutes * 45.0))
        for _ in range(minutes):
            await trial.passes(60.0)
            assert all_told(trial) == [], trial.told()
        locked = {name.partition(":")[0] for name in trial.alarms() if name.endswith("locked_out")}
    wrong = [
        one
        for one in world.moves(by="remote", on=False)
        if not stops_on_purpose(world, one) and f"{one.station}/{one.unit}" not in locked
    ]
    assert wrong == [], f"seed {seed}"


async def test_a_random_bad_night_breaks_no_rule(tmp_path: Path) -> None:
    await bad_night(3, tmp_path, minutes=25)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
async def test_many_random_bad_nights_break_no_rule(seed: int, tmp_path: Path) -> None:
    await bad_night(seed, tmp_path, minutes=60)
