"""The polder plant keeps its water and its units' rules, and its bound is a bound."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from controller.logic.hydraulics.outlook import Outlook
from controller.logic.hydraulics.simulation import Acts, follow
from tests.bench.polder.bound import bound_of
from tests.bench.polder.cases import HELD_OUT, SEEDS, case_of
from tests.bench.polder.city import Case
from tests.bench.polder.forecasts import Forecaster
from tests.bench.polder.plain import Staged, within_rules
from tests.bench.polder.plant import Plant
from tests.bench.polder.ruled import Ruled, network_of
from tests.bench.polder.trial import Seen, try_out


def small(kind: str = "design", seed: int = 1, minutes: int = 2880) -> Case:
    case = case_of(kind, seed, pools=3)
    return dataclasses.replace(
        case,
        inflow_m3s=case.inflow_m3s[:minutes],
        tide_m=case.tide_m[:minutes],
        tariff=case.tariff[:minutes],
    )


class Erratic:
    """Wants anything, whatever the rules."""

    def __init__(self, seed: int, *, tame: bool) -> None:
        self._rng = np.random.default_rng(seed)
        self._tame = tame
        self._wanted = [0, 0, 0]

    def decide(self, seen: Seen, forecast: Outlook) -> tuple[list[int], list[bool]]:
        del forecast
        if seen.minute % 20 == 0:
            self._wanted = [int(count) for count in self._rng.integers(0, 5, 3)]
        gates = [bool(one) for one in self._rng.integers(0, 2, len(seen.open))]
        wanted = self._wanted
        if self._tame:
            wanted = [within_rules(seen, number, count) for number, count in enumerate(wanted)]
        return wanted, gates


@pytest.mark.parametrize("seed", [1, 2])
def test_the_plant_loses_no_water_whatever_is_asked_of_it(seed: int) -> None:
    assert try_out(small(seed=seed, minutes=600), Erratic(seed, tame=False), 0.3).balance_m3 < 1e-3


def test_units_keep_their_rules_and_every_refusal_is_counted() -> None:
    case = small(minutes=1200)
    plant, erratic = Plant(case), Erratic(5, tame=False)
    changed: dict[tuple[int, int], int] = {}
    states: dict[tuple[int, int], bool] = {}
    for minute in range(case.minutes):
        asked, gates = erratic.decide(_nothing(minute, len(case.gates)), Outlook(None, (), {}, {}))  # type: ignore[arg-type]  # it looks at no forecast
        plant.step(asked, gates)
        for station, units in enumerate(plant.units):
            rules = case.stations[station]
            for number, unit in enumerate(units):
                key = station, number
                if key in states and states[key] != unit.running:
                    least = rules.min_off_s if unit.running else rules.min_run_s
                    assert key not in changed or (minute - changed[key]) * 60 >= least
                    changed[key] = minute
                states[key] = unit.running
                recent = [start for start in unit.starts if minute - start < 60]
                assert len(recent) <= rules.per_hour
                assert len(unit.starts) <= rules.per_day
    assert plant.broken.stop_within_run > 0
    assert plant.broken.start_within_rest + plant.broken.start_too_often > 0
    assert plant.broken.gate_beside_pump + plant.broken.gate_against_head > 0


def _nothing(minute: int, gates: int) -> Seen:
    return Seen(minute, (), 0.0, (), (), (), (False,) * gates)


@pytest.mark.parametrize("kind", ["design", "extreme"])
def test_no_run_costs_less_than_its_bound(kind: str) -> None:
    case = small(kind, minutes=1440)
    for controller in (Staged(case), Erratic(3, tame=True), Ruled(case)):
        run = try_out(case, controller, 0.3)
        bound = bound_of(case, run.end_m)
        assert run.cost.total >= bound.cost


def test_rules_break_no_unit_rule_and_cost_less_than_hysteresis() -> None:
    case = small(minutes=1800)
    ruled, staged = try_out(case, Ruled(case), 0.3), try_out(case, Staged(case), 0.3)
    assert ruled.broken.total == 0
    assert ruled.cost.total < staged.cost.total


def test_what_a_trial_says_is_the_same_every_time() -> None:
    first, second = (try_out(small(minutes=300), Erratic(1, tame=True), 0.6) for _ in range(2))
    assert first.cost == second.cost


def test_a_forecast_without_error_is_the_truth_and_one_with_it_is_not() -> None:
    case = small()
    right, wrong = (Forecaster(case, error).outlook(600) for error in (0.0, 0.6))
    name = case.pools[0].name
    truth = case.inflow_m3s[600:615, 0].mean()
    assert right.inflow_m3s[name][0] == pytest.approx(truth)
    assert wrong.inflow_m3s[name] != right.inflow_m3s[name]
    assert not Forecaster(case, None).outlook(600).inflow_m3s


def test_the_model_the_rules_look_ahead_with_agrees_with_the_plant() -> None:
    """Two codes, one city: an hour of rain and no pumps ends at the same levels."""
    case = small()
    plant = Plant(case)
    minute = 900
    plant.now = minute
    ahead = Forecaster(case, 0.0).outlook(minute)
    names = [pool.name for pool in case.pools]
    begun = dict(zip(names, (float(level) for level in plant.levels), strict=True))
    for _ in range(60):
        plant.step([0] * len(case.stations), [False] * len(case.gates))
    course = follow(network_of(case), begun, ahead, lambda _s, _levels: Acts())
    foreseen = [course.levels_m[name][4] for name in names]
    assert foreseen == pytest.approx([float(level) for level in plant.levels], abs=0.005)


def test_held_out_storms_are_others() -> None:
    assert not set(SEEDS) & set(HELD_OUT)
