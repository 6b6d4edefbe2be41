"""Fit to draw from or not: limits with hysteresis and times, sensors that fail, values that get worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.water_quality.rules import Limits, Parameter, QualityGauge, Trend
from controller.logic.water_quality.trends import TrendMemory, follow_trend, worse_by
from controller.logic.water_quality.verdict import QualityMemory, follow_quality

T, A, OXYGEN = Parameter.TURBIDITY, Parameter.AMMONIA, Parameter.OXYGEN
RULES = QualityGauge(
    "330106-WQ-0001", {T: Limits(60.0, 45.0), A: Limits(1.0, 0.8), OXYGEN: Limits(5.0, 5.5)}, 120.0, 1800.0, 900.0
)
CLEAN = {T: 9.0, A: 0.2, OXYGEN: 8.0}


def after(values: list[dict], step_s: float = 60.0, memory: QualityMemory | None = None) -> QualityMemory:
    memory = QualityMemory() if memory is None else memory
    for number, one in enumerate(values):
        memory = follow_quality(RULES, {**CLEAN, **one}, memory, number * step_s)
    return memory


@pytest.mark.parametrize(
    ("values", "fit"),
    [
        ({}, True),
        ({T: 50.0}, None),
        ({T: 60.0}, False),
        ({OXYGEN: 5.0}, False),
        ({OXYGEN: 5.2}, None),
        ({A: None}, None),
    ],
)
def test_the_first_look(values: dict, fit: bool | None) -> None:
    assert after([values]).fit is fit


def test_a_spike_shorter_than_its_time_changes_nothing_and_a_longer_one_does() -> None:
    assert after([{}, {A: 2.0}, {}, {A: 2.0}]).fit is True
    memory = after([{}, {A: 2.0}, {A: 2.0}, {A: 2.0}])
    assert memory.fit is False
    assert "ammonia" in memory.reason
    assert "氨氮" in memory.reason


def test_it_is_fit_again_only_after_half_an_hour_well_within_every_limit() -> None:
    spoilt = [{A: 2.0}]
    assert after([*spoilt, *[{A: 0.9}] * 60]).fit is False
    assert after([*spoilt, *[{}] * 29]).fit is False
    assert after([*spoilt, *[{}] * 32]).fit is True
    assert after([*spoilt, *[{}] * 20, {A: 0.9}, *[{}] * 20]).fit is False


def test_a_dead_sensor_makes_it_unknown_and_after_its_time_unfit() -> None:
    assert after([{}, {T: None}]).fit is None
    assert after([{}, *[{T: None}] * 14]).fit is None
    assert after([{}, *[{T: None}] * 17]).fit is False


def test_a_dead_sensor_never_makes_bad_water_good() -> None:
    assert after([{A: 2.0}, *[{A: None}] * 40]).fit is False


@given(st.lists(st.fixed_dictionaries({T: st.none() | st.floats(0, 200), A: st.none() | st.floats(0, 5)}), max_size=40))
def test_what_is_called_fit_has_lately_been_within_every_limit(values: list[dict]) -> None:
    memory = QualityMemory()
    for number, one in enumerate(values):
        memory = follow_quality(RULES, {**CLEAN, **one}, memory, number * 121.0)
        past = any(one[name] is not None and one[name] >= RULES.limits[name].unfit for name in (T, A))
        held = number > 0 and any(
            values[number - 1][name] is not None and values[number - 1][name] >= RULES.limits[name].unfit
            for name in (T, A)
        )
        assert not (memory.fit is True and past and held)
        assert not (memory.fit is True and any(one[name] is None for name in (T, A)))


@pytest.mark.parametrize(("parameter", "values", "worse"), [(A, (0.2, 0.3, 0.7), 0.5), (OXYGEN, (8.0, 8.2, 6.0), 2.2)])
def test_getting_worse_is_counted_from_the_best_of_the_window(
    parameter: Parameter, values: tuple[float, ...], worse: float
) -> None:
    trend, memory = Trend(0.4, 7200.0), TrendMemory()
    for number, value in enumerate(values):
        memory = follow_trend(trend, value, memory, number * 600.0)
    assert worse_by(parameter, memory) == pytest.approx(worse)
    assert worse_by(parameter, follow_trend(trend, None, memory, 9000.0)) is None
