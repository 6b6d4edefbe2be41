"""A supply that is lost and comes back, and units that share a feeder: one start at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from controller.domain.stations import PowerReturn, Station
from controller.logic.contract import LastWrite, StationMemory, UnitMemory
from controller.logic.feeders import feeder_uses, feeders_of
from controller.logic.power_guards import drawn_s, return_delay_s
from controller.logic.station_scene import scene_of
from controller.logic.water_around import FeederUse, WaterAround
from tests.unit.logic.water_rig import PS, Rig, equipped, station, unit

P1, P2, P3 = (f"{PS}/P{number}" for number in (1, 2, 3))


def supplied(count: int = 2, **changes: object) -> Rig:
    units = tuple(unit(n, min_off_s=0.0, backspin_s=0.0, max_starts_per_hour=9) for n in range(1, count + 1))
    rig = Rig(station(count, units=units, automatic=False, gravity=False, supply="supply_ok", boots="boots", **changes))
    return rig.run(3)


def test_units_that_fell_out_with_the_supply_have_their_commands_taken_back_and_wait() -> None:
    rig = supplied()
    rig.order("", "count 2")
    rig.until_running(2).run(20)
    rig.plant.supply = False
    rig.run(60)
    assert not any(rig.plant.running.values())
    assert [rig.plant.commands[f"P{n}.run_command"] for n in (1, 2)] == [False, False]
    assert f"{PS}:supply" in [condition for condition, _ in rig.step.alarms]
    assert {rig.step.verdicts[one].interlock for one in (P1, P2)} == {"supply"}


@pytest.mark.parametrize("returns", ["supply", "boots"])
def test_after_its_return_units_start_again_within_10_to_60_s_one_by_one(returns: str) -> None:
    rig = supplied()
    rig.order("", "count 2")
    rig.until_running(2).run(20)
    rig.plant.supply = False
    rig.run(5)
    if returns == "boots":
        rig.plant.lies["supply_ok"] = True
        rig.run(5)
        rig.plant.boots += 1
    rig.plant.supply = True
    back_s = rig.now_s
    rig.until_running(2)
    again = sorted(starts[-1] for starts in rig.plant.starts.values())
    assert again[0] - back_s >= 10.0
    assert again[1] - again[0] >= 30.0, "its stagger"
    rig.run(120)
    assert rig.plant.running == {"P1": True, "P2": True}


def at_return(stopped: Mapping[str, float], number_of_units: int = 4, **rule: float) -> tuple[Station, list[float]]:
    units = tuple(unit(n) for n in range(1, number_of_units + 1))
    site = station(number_of_units, units=units, power_return=PowerReturn(**rule))
    rig = Rig(site)
    memory = StationMemory(
        units={f"{PS}/{output}": UnitMemory(stopped_since_s=at_s) for output, at_s in stopped.items()},
        since_power_s=rig.now_s,
    )
    scene = scene_of(site, rig.look(), memory, {}, rig.moment)
    return site, [return_delay_s(scene, one) for one in units]


def test_the_longest_stopped_has_the_shortest_delay_and_all_lie_within_the_rule() -> None:
    _, delays = at_return({"P1": 900.0, "P2": 100.0, "P3": 500.0, "P4": 700.0})
    assert sorted(range(4), key=delays.__getitem__) == [1, 2, 3, 0]
    assert all(10.0 <= delay_s <= 60.0 for delay_s in delays)
    assert len(set(delays)) == 4


def test_draws_are_always_the_same_and_differ_from_station_to_station() -> None:
    site, delays = at_return({}, 3, least_s=10.0, most_s=60.0)
    assert sorted(delays) == sorted(drawn_s(PowerReturn(), one) for one in site.units)
    elsewhere = replace(site.units[0], id="330102-PS-0004/P1")
    assert drawn_s(PowerReturn(), elsewhere) != drawn_s(PowerReturn(), site.units[0])


def test_a_supply_that_cannot_be_read_stops_and_blocks_nothing() -> None:
    rig = supplied()
    rig.plant.blind.add("supply_ok")
    rig.order("", "count 1")
    rig.until_running(1).run(60)
    assert sum(rig.plant.running.values()) == 1


def used(starting: bool, at_s: float) -> WaterAround:
    return WaterAround(feeders={"10kV-I": (FeederUse("330102-PS-0009/P1", "other", at_s, starting),)})


@pytest.mark.parametrize(
    ("feeder", "starting", "ago_s", "held"),
    [
        ("10kV-I", True, 5.0, True),
        ("10kV-I", False, 20.0, True),
        ("10kV-I", False, 31.0, False),
        ("", True, 5.0, False),
    ],
)
def test_a_unit_waits_for_another_station_s_start_on_its_feeder(
    feeder: str, starting: bool, ago_s: float, held: bool
) -> None:
    rig = Rig(station(automatic=False, units=(unit(1, feeder=feeder, discharge_gate=None),))).run(3)
    rig.around = used(starting, rig.now_s + 1.0 - ago_s)
    rig.order("", "count 1")
    rig.run(5)
    assert (rig.writes("run_command") == []) is held
    if held:
        assert rig.step.verdicts[P1].interlock == "feeder"


def test_feeders_know_the_starts_of_every_station_on_them_at_this_moment() -> None:
    one = equipped()
    other = station(1, id="330102-PS-0009", units=(unit(1, id="330102-PS-0009/P1", feeder="10kV-I"),))
    alone = station(1, id="330102-PS-0010", units=(unit(1, id="330102-PS-0010/P1", feeder="10kV-II"),))
    feeders = feeders_of((one, other, alone))
    assert feeders.keys() == {"10kV-I"}
    memories = {other.id: StationMemory(units={"330102-PS-0009/P1": UnitMemory(asked_s=99.0)})}
    assert feeder_uses(one, feeders, memories, {}, 100.0)["10kV-I"][0].starting
    sent = {"330102-PS-0009/P1": LastWrite("P1.run_command", True, 100.0, settled=False, confirmed=False)}
    assert feeder_uses(one, feeders, {}, sent, 110.0)["10kV-I"][0].unit == "330102-PS-0009/P1"
    assert feeder_uses(one, feeders, {}, sent, 400.0)["10kV-I"] == (), "a start nobody heard of again ends"
    proven = {other.id: StationMemory(units={"330102-PS-0009/P1": UnitMemory(starts_s=(90.0,), proven_s=101.0)})}
    (seen,) = feeder_uses(one, feeders, proven, {}, 102.0)["10kV-I"]
    assert (seen.starting, seen.started_s) == (False, 90.0)
    assert feeder_uses(alone, feeders, memories, sent, 110.0) == {}
