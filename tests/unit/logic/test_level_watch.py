"""Three gauges watched against each other: a frozen or leaping one is put out, and two of three go on deciding."""

from __future__ import annotations

from tests.unit.logic.water_rig import PS, Rig, station

P2 = "inner_level_2_m"


def rising(rig: Rig, to_m: float, frozen: bool = True, step_m: float = 0.002) -> None:
    """The water rises; the second gauge stays where it is."""
    at_m = rig.plant.inner_m
    while rig.plant.inner_m < to_m:
        rig.plant.inner_m += step_m
        if frozen:
            rig.plant.sensors[1] = at_m - rig.plant.inner_m
        rig.cycle()


def test_a_frozen_gauge_in_the_rising_limb_is_put_out_before_it_stops_anything() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.90
    rig.run(3)
    rising(rig, 3.2)
    assert rig.memory.gauges[P2].out
    assert "stands still at 2.90 m while both others moved" in dict(rig.step.alarms)[f"{PS}:level"]
    rig.until_running(2)


def test_it_comes_back_once_it_moves_and_agrees_again() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.50
    rig.run(3)
    rising(rig, 2.6)
    rig.plant.sensors[1] = -0.08
    rig.run(3)
    assert rig.memory.gauges[P2].out
    rig.plant.sensors[1] = 0.0
    rig.run(3)
    assert not rig.memory.gauges[P2].out
    assert f"{PS}:level" not in dict(rig.step.alarms)


def test_a_gauge_that_leaps_away_from_two_that_agree_is_put_out() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.50
    rig.run(3)
    rig.plant.sensors[1] = 1.0
    rig.run(3)
    assert "leapt to 3.50 m" in rig.memory.gauges[P2].out
    assert rig.memory.wanted_count == 0
    rig.plant.inner_m = 3.05
    rig.plant.sensors[1] = 0.45
    rig.until_running(1)


def test_a_gauge_that_drifts_away_slowly_proves_nothing_and_stops_escalation() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.50
    rig.run(3)
    for step in range(60):
        rig.plant.sensors[1] = step * 0.005
        rig.cycle()
    rising(rig, 3.2, frozen=False, step_m=0.01)
    rig.run(60)
    assert not any(rig.plant.running.values())
    assert "apart" in dict(rig.step.alarms)[f"{PS}:level"]


def test_all_three_rising_together_or_standing_still_together_put_nobody_out() -> None:
    rig = Rig(station(2, gravity=False))
    rig.plant.inner_m = 2.0
    rig.run(60)
    rising(rig, 2.3, frozen=False)
    rig.plant.inner_m = 2.31
    rig.run(60)
    assert not [watch for watch in rig.memory.gauges.values() if watch.out]


def test_of_two_gauges_nobody_can_tell_which_one_lies() -> None:
    rig = Rig(station(2, gravity=False, inner_levels=("inner_level_1_m", "inner_level_2_m")))
    rig.plant.inner_m = 2.9
    rig.run(3)
    rising(rig, 3.2)
    assert not rig.memory.gauges
    assert "apart" in dict(rig.step.alarms)[f"{PS}:level"]
