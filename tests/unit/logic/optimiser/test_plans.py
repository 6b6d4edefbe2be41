"""What the optimiser plans for two joined reaches, a low one and a tidal river: within the rules, and worth it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.logic.hydraulics.network import StorageCurve
from controller.logic.hydraulics.outlook import Outlook, Schedule
from controller.logic.hydraulics.simulation import simulate
from controller.logic.optimiser.choosing import considered, earlier_of_rules
from controller.logic.optimiser.model import end_weight
from controller.logic.optimiser.optimise import model_of, optimise, start_of
from controller.logic.optimiser.problem import Problem
from controller.logic.optimiser.programme import Programme, Solved
from controller.logic.optimiser.settings import OptimiserSettings
from controller.logic.optimiser.stepping import restepped, steps_within
from controller.logic.optimiser.weighed import Weighed
from controller.logic.water_rules.scene import NetworkNow, StationNow
from controller.runtime.optimiser.highs import Highs
from tests.unit.logic.water_rules.rig import LOW, NETWORK, SETTINGS, START, STEPS_S, A, B, advised, now, outlook, storm

TIDE = tuple(0.6 if 8 <= step < 20 or 30 <= step < 36 else 2.6 for step in range(len(STEPS_S)))
OPTIMISER = OptimiserSettings(enabled=True, limit_s=4.0, prove_s=2.0, rules=SETTINGS)


def problem(scene: NetworkNow, ahead: Outlook) -> Problem:
    return Problem(NETWORK, scene, ahead, OPTIMISER, START)


class Nobody:
    """A solver that finds nothing."""

    def solve(self, programme: Programme, start: Mapping[int, float], limit_s: float, gap: float) -> Solved | None:
        del programme, start, limit_s, gap
        return None


class Spendthrift:
    """A solver that runs everything always."""

    def solve(self, programme: Programme, start: Mapping[int, float], limit_s: float, gap: float) -> Solved | None:
        del start, limit_s, gap
        everything = [high if high < 1e6 else 0.0 for high in programme.highs]
        return Solved(everything, 0.0, 0.1, () if programme.whole else [-1e6] * len(programme.row_lows))


@pytest.fixture(scope="module")
def planned() -> Weighed:
    return considered(problem(now(), outlook(storm(14.0), TIDE)), Highs())


@settings(max_examples=8)
@given(
    level=st.floats(0.45, 1.8),
    peak=st.floats(0.0, 25.0),
    running=st.integers(0, 3),
    ready=st.integers(0, 3),
)
def test_counts_are_whole_and_within_what_the_station_has(level: float, peak: float, running: int, ready: int) -> None:
    running = min(running, ready)
    station = StationNow(running, min(1, ready - running), min(1, running), ready)
    scene = replace(now(a=level), stations={**now().stations, A: station})
    answer = optimise(problem(scene, outlook(storm(peak), TIDE)), Highs())
    assert answer is not None
    for name, most in ((A, ready), (B, 2), (LOW, 2)):
        series = answer.counts[name]
        assert all(0 <= count <= most for count in series)
        assert all(count == round(count) for count in series)
    assert station.must_run <= answer.counts[A][0] <= running + station.may_start


def test_a_gate_and_the_pumps_beside_it_never_have_the_same_step(planned: Weighed) -> None:
    assert planned.answer is not None
    (gate,) = planned.answer.by_gate.values()
    assert 1.0 in gate
    for share, count in zip(gate, planned.answer.counts[A], strict=True):
        assert not (share > 0.0 and count > 0.0)


def test_no_gate_lets_water_in_when_the_plan_is_checked(planned: Weighed) -> None:
    answer = planned.answer
    assert answer is not None
    ahead = restepped(outlook(storm(14.0), TIDE), OPTIMISER.short_s, OPTIMISER.long_s)
    counts = {(station, "drain"): tuple(round(one) for one in series) for station, series in answer.counts.items()}
    openings = {gate: tuple(float(share > 0.5) for share in shares) for gate, shares in answer.by_gate.items()}
    course = simulate(NETWORK, now().levels_m, ahead, Schedule(counts, openings), substep_s=300.0)
    for flows in course.gravity_m3s.values():
        assert all(flow >= 0.0 for flow in flows)
        against = [flow for flow, outer in zip(flows, ahead.outer_m["river"], strict=True) if outer > 2.0]
        assert set(against) == {0.0}


def test_units_that_start_run_their_minimum_on(planned: Weighed) -> None:
    assert planned.answer is not None
    for station in (A, B):
        series = planned.answer.counts[station]
        for step in range(1, 7):  # quarters: the minimum run of 30 min is two of them
            started = max(0.0, series[step] - series[step - 1])
            assert series[step + 1] >= started


def test_a_storm_is_met_under_the_warning_level_and_cheaper_than_by_the_rules(planned: Weighed) -> None:
    assert planned.ours is not None
    assert planned.rules is not None
    assert planned.ours.guarantee_mh == 0.0
    assert planned.ours.warning_mh <= planned.rules.warning_mh + 0.01
    assert planned.ours.yuan < planned.rules.yuan


def test_the_model_finds_the_levels_the_programme_expected(planned: Weighed) -> None:
    assert planned.answer is not None
    assert planned.ours is not None
    for name, levels in planned.answer.levels_m.items():
        assert abs(levels[-1] - planned.ours.levels_m[name][-1]) < 0.08


def test_without_a_solution_the_rules_go_on() -> None:
    found = considered(problem(now(), outlook(storm(14.0))), Nobody())
    assert found.answer is None
    assert found.reason == "no_solution"
    assert found.rules is not None


def test_a_plan_dearer_than_the_rules_is_not_followed() -> None:
    found = considered(problem(now(), outlook(0.2)), Spendthrift())
    assert found.answer is None
    assert found.reason == "worse_than_rules"
    assert found.ours is not None
    assert found.rules is not None
    assert found.ours.yuan > found.rules.yuan


def test_gates_are_reckoned_with_where_the_plan_before_had_the_levels() -> None:
    asked = problem(now(), outlook(storm(14.0), TIDE))
    rules = advised(now(), outlook(storm(14.0), TIDE)).plan
    assert rules is not None
    earlier = earlier_of_rules(asked, rules)
    low = replace(earlier, levels_m={name: (0.5,) * len(levels) for name, levels in earlier.levels_m.items()})
    (gate,) = NETWORK.gates
    usable = [
        sum(flow is not None for flow in model_of(replace(asked, earlier=one), whole=False).columns.gates[gate.gate])
        for one in (low, earlier)
    ]
    assert usable == [0, sum(level < 1.0 for level in TIDE)]


def test_the_programme_of_whole_numbers_begins_from_the_plan_and_never_makes_it_worse() -> None:
    asked = replace(problem(now(), outlook(storm(14.0), TIDE)), settings=replace(OPTIMISER, prove_s=0.0))
    plan = optimise(asked, Highs())
    assert plan is not None
    assert plan.gap is None
    model = model_of(replace(asked, earlier=plan.earlier), whole=True)
    start = start_of(model, plan)
    assert set(start) == set(model.programme.whole)
    assert all(model.programme.lows[one] <= value <= model.programme.highs[one] for one, value in start.items())
    fixed = model_of(replace(asked, earlier=plan.earlier), whole=True).programme
    for column, value in start.items():
        fixed.lows[column] = fixed.highs[column] = value
    begun = Highs().solve(fixed, {}, 5.0, 1e-4)
    bettered = Highs().solve(model.programme, start, 5.0, 1e-4)
    assert begun is not None
    assert bettered is not None
    assert _cost(model.programme, bettered) <= _cost(fixed, begun) * 1.0001


def _cost(programme: Programme, solved: Solved) -> float:
    return sum(cost * value for cost, value in zip(programme.costs, solved.values, strict=True))


def test_a_plan_is_no_further_from_the_best_than_it_says(planned: Weighed) -> None:
    assert planned.answer is not None
    assert planned.answer.gap is not None
    assert planned.answer.gap < 0.05


def test_a_reach_nobody_knows_is_not_planned_for() -> None:
    scene = replace(now(), levels_m={"b": 1.0, "low": 1.0})
    answer = optimise(problem(scene, outlook(storm(14.0))), Highs())
    assert answer is not None
    assert A not in answer.counts


def test_steps_are_gathered_without_losing_water() -> None:
    ahead = outlook(storm(14.0), TIDE)
    coarse = restepped(ahead, 7200.0, 3600.0)
    assert coarse.steps_s[:9] == (900.0,) * 8 + (3600.0,)
    assert sum(coarse.steps_s) == sum(ahead.steps_s)
    for name, series in ahead.inflow_m3s.items():
        fine = sum(flow * length for flow, length in zip(series, ahead.steps_s, strict=True))
        assert sum(f * s for f, s in zip(coarse.inflow_m3s[name], coarse.steps_s, strict=True)) == pytest.approx(fine)


def test_a_shifted_plan_is_looked_up_by_the_clock() -> None:
    assert steps_within((900.0, 900.0, 3600.0), 900.0, (900.0, 900.0, 3600.0)) == [1, 2, 2]


@pytest.mark.parametrize(("ratio", "weight"), [(0.0, 0.5), (1.0, 0.582), (50.0, 0.98)])
def test_a_narrow_step_weighs_both_ends_and_a_long_one_its_end(ratio: float, weight: float) -> None:
    assert end_weight(ratio) == pytest.approx(weight, abs=0.001)


def test_calm_water_is_not_pumped_for_its_own_sake() -> None:
    widening = StorageCurve(((0.0, 2e5), (4.0, 8e5)))
    reaches = {name: replace(reach, storage=widening) for name, reach in NETWORK.reaches.items()}
    asked = replace(problem(now(), outlook(0.0)), network=replace(NETWORK, reaches=reaches))
    answer = optimise(replace(asked, settings=replace(OPTIMISER, left_share=1.0)), Highs())
    assert answer is not None
    assert all(count == 0.0 for series in answer.counts.values() for count in series)
