"""Turns are given so that no feeder gets more than its kW in any second, and every light gets its turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.lights import LightClass
from controller.domain.slots import Slot
from controller.logic.scopes import LightEntry
from controller.logic.staging import LAPSES_S, NO_STAGING, STEP_S, Rehearsal, Staging, StagingRules, steps_of

RULES = StagingRules(least_kw_per_s=5.0)
TIGHT = StagingRules(road_percent=10.0, least_kw_per_s=0.001)
TURN_S = 0.1


def light(
    device: str, output: str, watts: float, feeder: str = "F1", of: LightClass = LightClass.ROAD, division: str = "d"
) -> LightEntry:
    return LightEntry(f"{device}/{output}", device, division, "", "", "second", feeder, of, 8, watts)


def cabinet(number: int, watts: Sequence[float], feeder: str = "F1") -> list[LightEntry]:
    return [light(f"C{number:03d}", f"K{k}", one, feeder) for k, one in enumerate(watts, 1)]


def go(staging: Staging, lights: Sequence[LightEntry], start_s: float = 0.0, **said: bool) -> dict[str, float]:
    """Ask every turn of a cycle, as the lighting discipline does, and dispatch with its cabinet's pause."""
    told: dict[str, float] = {}
    free: dict[str, float] = {}
    now_s = start_s
    while len(told) < len(lights):
        for one in lights:
            if (
                one.target not in told
                and staging.turn_s(one.target, Slot.CITY_MANUAL, now_s, protective=False, **said) <= now_s
            ):
                told[one.target] = max(now_s, free.get(one.device, now_s))
                free[one.device] = told[one.target] + STEP_S
        now_s += TURN_S
        assert now_s < start_s + 10_000, "somebody never gets a turn"
    return told


def fullest(told: dict[str, float], kw: dict[str, float]) -> tuple[float, int]:
    """The most any second gets, and how many lights share it."""
    moments = sorted(told.items(), key=lambda one: one[1])
    worst, sharing = 0.0, 0
    for begin, (_, start_s) in enumerate(moments):
        within = [name for name, at_s in moments[begin:] if at_s < start_s + 1.0 - 1e-6]
        load = sum(kw[name] for name in within)
        if load > worst:
            worst, sharing = load, len(within)
    return worst, sharing


_CITY = st.lists(st.lists(st.floats(50.0, 4_000.0), min_size=1, max_size=6), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(_CITY, st.floats(2.0, 12.0), st.floats(0.0, 3.0))
def test_no_second_gets_more_than_the_ceiling_unless_one_light_alone_does_and_all_get_their_turn(
    city: list[list[float]], ceiling: float, start_s: float
) -> None:
    lights = [one for number, watts in enumerate(city) for one in cabinet(number, watts)]
    staging = Staging(replace(RULES, feeders={"F1": ceiling}), lights)
    told = go(staging, lights, start_s)
    kw = {one.target: one.rated_w / 1000.0 for one in lights}
    load, sharing = fullest(told, kw)
    assert load <= ceiling + 1e-6 or sharing == 1, (load, ceiling)


@settings(max_examples=30, deadline=None)
@given(_CITY)
def test_contactors_of_one_cabinet_stand_half_a_second_apart(city: list[list[float]]) -> None:
    lights = [one for number, watts in enumerate(city) for one in cabinet(number, watts)]
    told = go(Staging(replace(RULES, feeders={"F1": 6.0}), lights), lights)
    for device in {one.device for one in lights}:
        moments = sorted(told[one.target] for one in lights if one.device == device)
        assert all(later - before >= STEP_S - 1e-6 for before, later in pairwise(moments))


def test_a_small_act_is_not_delayed_at_all() -> None:
    lights = cabinet(1, [1_000.0, 900.0, 200.0])
    staging = Staging(RULES, lights)
    assert all(staging.turn_s(one.target, Slot.SCHEDULE, 7.3, protective=False) == 7.3 for one in lights)


def test_what_protects_in_an_emergency_waits_for_nothing_and_makes_others_wait() -> None:
    lights = [one for number in range(20) for one in cabinet(number, [2_000.0])]
    staging = Staging(replace(RULES, feeders={"F1": 4.0}), lights)
    for one in lights[:10]:
        assert staging.turn_s(one.target, Slot.EMERGENCY_ORDER, 1.0, protective=True) == 1.0
    for one in lights[10:15]:
        assert staging.turn_s(one.target, Slot.LIFE_SAFETY, 1.0, protective=False) == 1.0
    assert staging.turn_s(lights[15].target, Slot.CITY_MANUAL, 1.0, protective=True) > 1.0


def test_urgent_commands_get_more_and_the_rehearsal_says_what_it_costs() -> None:
    lights = [one for number in range(40) for one in cabinet(number, [1_000.0])]
    staging = Staging(replace(RULES, feeders={"F1": 4.0}, urgent_times=4.0), lights)
    usual, hurried = Rehearsal(staging, urgent=False), Rehearsal(staging, urgent=True)
    for one in (usual, hurried):
        one.add(light.target for light in lights)
    slow, fast = usual.plan(), hurried.plan()
    assert slow.lights == fast.lights == 40
    assert slow.strains[0].kw_per_s <= 4.0
    assert fast.seconds < slow.seconds / 3.0
    assert 4.0 < fast.strains[0].kw_per_s <= 16.0
    told = go(staging, lights)
    assert abs(max(told.values()) - slow.seconds) <= 2 * TURN_S, "the rehearsal is what then happens"


def test_a_turn_that_was_not_taken_lapses_and_one_asked_early_stays() -> None:
    lights = [one for number in range(6) for one in cabinet(number, [4_000.0])]
    staging = Staging(replace(RULES, feeders={"F1": 4.0}), lights)
    last = lights[-1].target
    turns = [staging.turn_s(one.target, Slot.PLAN, 0.0, protective=False) for one in lights]
    assert staging.turn_s(last, Slot.PLAN, 1.0, protective=False) == turns[-1] > 1.0
    late_s = turns[-1] + LAPSES_S + 10.0
    assert staging.turn_s(last, Slot.PLAN, late_s, protective=False) == late_s


def test_feeders_do_not_wait_for_each_other_nor_road_for_landscape() -> None:
    roads = [light(f"C{n}", "K1", 4_000.0, "F1") for n in range(9)]
    trees = light("C1", "K5", 100.0, "F1", LightClass.LANDSCAPE)
    other = light("X1", "K1", 4_000.0, "F2")
    staging = Staging(RULES, [*roads, trees, other])
    for one in roads:
        staging.turn_s(one.target, Slot.PLAN, 0.0, protective=False)
    assert staging.turn_s(other.target, Slot.PLAN, 0.0, protective=False) == 0.0
    quiet = light("C77", "K5", 100.0, "F1", LightClass.LANDSCAPE)
    staging.adopt(RULES, [*roads, trees, other, quiet])
    assert staging.turn_s(quiet.target, Slot.PLAN, 0.0, protective=False) == 0.0


def test_the_ceiling_is_a_share_of_all_lighting_of_the_feeder_or_of_the_division_where_none_is_known() -> None:
    lights = [light(f"C{n}", "K1", 100_000.0, "", division="330106") for n in range(9)]
    lights.append(light("C9", "K5", 100_000.0, "", LightClass.LANDSCAPE, "330106"))
    steps = steps_of(lights, RULES)
    assert steps["C0/K1"].area.ceiling_kw_per_s == 100.0
    assert steps["C9/K5"].area.ceiling_kw_per_s == 50.0
    assert steps["C9/K5"].area.name == "330106 landscape"


def test_without_staging_everything_goes_at_once() -> None:
    lights = [one for number in range(50) for one in cabinet(number, [4_000.0])]
    staging = Staging(NO_STAGING, lights)
    assert {staging.turn_s(one.target, Slot.PLAN, 3.0, protective=False) for one in lights} == {3.0}


def test_what_is_long_past_leaves_the_ledger() -> None:
    lights = [one for number in range(30) for one in cabinet(number, [2_000.0])]
    staging = Staging(replace(RULES, feeders={"F1": 4.0}), lights)
    go(staging, lights)
    before = sum(map(len, staging._ledger.values()))
    staging.turn_s(lights[0].target, Slot.PLAN, 5_000.0, protective=False)
    assert sum(map(len, staging._ledger.values())) == 1 < before
