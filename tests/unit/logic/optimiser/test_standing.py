"""Whether the optimiser may set a station's target: only while everything it rests on is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from controller.domain.points import DeviceId, TargetId
from controller.logic.optimiser.checking import Judged
from controller.logic.optimiser.problem import Answer
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.standing import Aim, Considered, Halt, aim_of, upcoming
from controller.logic.optimiser.weighed import Weighed
from controller.logic.water_rules.scene import NetworkNow
from tests.unit.logic.water_rules.rig import NETWORK, START, A, now

NET = replace(NETWORK, inner={A: "a"})
STEPS = (900.0, 900.0, 3600.0)
ANSWER = Answer(START, STEPS, {A: (0.0, 2.0, 1.4)}, {TargetId("A/G1"): (1.0, 0.0, 0.0)}, {"a": (1.0,) * 4})
JUDGED = Judged({"a": (1.0, 1.0, 1.0, 0.8)}, {}, {}, 2.0, 100.0, 50.0)
WEIGHED = Weighed(ANSWER, JUDGED, JUDGED, replace(ANSWER.earlier, steps_s=STEPS))
PLAN = Considered(START, 1000.0, NET, frozenset({"a"}), WEIGHED)
ON = OptimiserSettings(enabled=True)


def aim(at_s: float, level: float = 1.0, plan: Considered | None = PLAN, scene: NetworkNow | None = None) -> Aim | Halt:
    return aim_of(A, plan, scene or now(a=level), at_s, ON)


@pytest.mark.parametrize(
    ("at_s", "level", "wanted"),
    [
        (1000.0, 1.0, Aim(0, False, True)),
        (1899.0, 1.0, Aim(0, False, True)),
        (1901.0, 1.0, Aim(2, False, False)),
        (1901.0, 1.48, Halt.APART),
        (1000.0, 1.14, Aim(0, False, True)),
        (1000.0, 1.16, Halt.APART),
        (2201.0, 1.0, Halt.LATE),
        (999.0, 1.0, Halt.LATE),
    ],
)
def test_the_target_is_the_plans_of_this_moment(at_s: float, level: float, wanted: Aim | Halt) -> None:
    assert aim(at_s, level) == wanted


def test_near_the_ceiling_a_stations_own_levels_may_add() -> None:
    high = replace(WEIGHED, ours=replace(JUDGED, levels_m={"a": (1.49,) * 4}))
    assert aim(1000.0, 1.49, replace(PLAN, weighed=high)) == Aim(0, True, True)


@pytest.mark.parametrize(
    ("plan", "halt"),
    [
        (None, Halt.NOT_YET),
        (replace(PLAN, weighed=None), Halt.NO_SOLUTION),
        (replace(PLAN, weighed=replace(WEIGHED, answer=None, reason="no_solution")), Halt.NO_SOLUTION),
        (replace(PLAN, weighed=replace(WEIGHED, answer=None, reason="worse_than_rules")), Halt.WORSE),
        (replace(PLAN, foretold=frozenset({"b"})), Halt.BLIND),
        (replace(PLAN, network=NETWORK), Halt.NOT_THERE),
    ],
)
def test_without_a_good_plan_the_rules_go_on(plan: Considered | None, halt: Halt) -> None:
    assert aim(1000.0, plan=plan) is halt


def test_a_level_that_is_lost_or_filled_in_ends_it() -> None:
    assert aim(1000.0, scene=replace(now(), levels_m={"b": 1.0})) is Halt.UNSURE
    assert aim(1000.0, scene=replace(now(), unsure=frozenset({"a"}))) is Halt.UNSURE


def test_a_station_that_also_brings_water_in_is_left_to_its_programs_while_nothing_is_to_be_drained() -> None:
    both = replace(NET, pumps=(*NET.pumps, replace(NET.pumps[0], direction="divert")))
    assert aim(1000.0, plan=replace(PLAN, network=both)) is Halt.DIVERTS
    assert aim(1901.0, plan=replace(PLAN, network=both)) == Aim(2, False, False)


def test_switched_off_it_says_nothing() -> None:
    assert aim_of(A, PLAN, now(), 1000.0, OptimiserSettings()) is Halt.OFF


def test_what_comes_is_told_where_it_changes() -> None:
    assert list(upcoming(WEIGHED, DeviceId("A"), START, 12.0).items()) == [
        (START, 0),
        (START + timedelta(seconds=900), 2),
        (START + timedelta(seconds=1800), 1),
    ]
