from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.water_grades import (
    GaugeRules,
    Grade,
    GradeLimit,
    Sample,
    rise_m_per_h,
    time_to_s,
    within,
)

WINDOW_S = 1800.0
RULES = GaugeRules(
    tuple(GradeLimit(grade, level_m, "吴淞", "") for grade, level_m in zip(Grade, (2.4, 2.7, 3.0, 3.2), strict=True))
)


def line(rate: float, count: int = 31, every_s: float = 60.0, from_m: float = 2.0) -> tuple[Sample, ...]:
    return tuple(Sample(i * every_s, from_m + rate * i * every_s / 3600) for i in range(count))


@given(st.floats(-3.0, 3.0), st.floats(-2.0, 10.0))
def test_the_rise_of_a_straight_line_is_its_slope(rate: float, from_m: float) -> None:
    assert rise_m_per_h(line(rate, from_m=from_m), WINDOW_S) == pytest.approx(rate, abs=1e-6)


def test_waves_on_a_still_water_are_no_rise() -> None:
    waves = tuple(Sample(i * 60.0, 2.0 + (0.02 if i % 2 else -0.02)) for i in range(31))
    assert abs(rise_m_per_h(waves, WINDOW_S) or 0.0) < 0.02


def test_too_few_values_or_too_short_a_time_make_no_trend() -> None:
    assert rise_m_per_h((), WINDOW_S) is None
    assert rise_m_per_h(line(1.0, count=3, every_s=600.0), WINDOW_S) is None
    assert rise_m_per_h(line(1.0, count=15), WINDOW_S) is None
    assert rise_m_per_h(line(1.0, count=16), WINDOW_S) == pytest.approx(1.0)


def test_old_values_speak_no_more() -> None:
    assert [sample.s for sample in within(line(1.0), 3000.0, WINDOW_S)] == [1200.0 + 60 * i for i in range(11)]


@pytest.mark.parametrize(
    ("level_m", "rate", "seconds"),
    [(3.0, 0.1, 7200.0), (3.2, 0.1, 0.0), (3.4, -1.0, 0.0), (3.0, 0.0, None), (3.0, -0.1, None), (3.0, None, None)],
)
def test_the_time_left_until_a_limit(level_m: float, rate: float | None, seconds: float | None) -> None:
    left_s = time_to_s(level_m, 3.2, rate)
    assert left_s == (None if seconds is None else pytest.approx(seconds))


def test_the_next_limit_a_rising_level_meets() -> None:
    met = [RULES.above(level_m) for level_m in (2.0, 2.4, 2.99, 3.2)]
    assert [None if limit is None else limit.grade for limit in met] == [Grade.BLUE, Grade.YELLOW, Grade.ORANGE, None]


def test_red_is_the_most_urgent_grade() -> None:
    assert [grade.priority for grade in Grade] == [4, 3, 2, 1]
