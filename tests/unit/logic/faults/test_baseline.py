"""What a circuit usually draws is learned from its own nights, and no fault is learned into it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.logic.faults.baseline import UNTAUGHT, Lesson, expected_w, limit_of, seen_lamps, taught, trained
from tests.unit.logic.faults.night import RULES, lessons


@pytest.mark.parametrize("exponent", [0.0, 1.0, 1.9])
def test_three_nights_give_watts_by_hour_and_how_they_follow_the_voltage(exponent: float) -> None:
    baseline = UNTAUGHT
    for lesson in lessons(3600.0, exponent):
        baseline = taught(baseline, lesson, 24, RULES)
    assert not baseline.trained
    assert baseline.nights == 3
    baseline = taught(baseline, Lesson(3, 20, 230.0, 3600.0), 24, RULES)
    assert baseline.trained
    assert baseline.exponent == pytest.approx(exponent, abs=0.1)
    assert expected_w(baseline, 20, 240.0, 230.0) == pytest.approx(3600.0 * (240.0 / 230.0) ** exponent, rel=0.005)
    assert expected_w(baseline, 3, 230.0, 230.0) == pytest.approx(3600.0, rel=0.005)


@given(st.lists(st.floats(0.3, 0.9), min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_run_of_faulty_windows_is_learned(shares: list[float]) -> None:
    before = after = trained(lessons(3600.0), RULES)
    for night, share in enumerate(shares, 4):
        after = taught(after, Lesson(night, 20, 230.0, 3600.0 * share), 24, RULES)
    assert after == before


def test_it_follows_slowly_and_never_far() -> None:
    baseline = trained(lessons(3600.0), RULES)
    for night in range(4, 400):
        usual_w = expected_w(baseline, 20, 230.0, 230.0)
        baseline = taught(baseline, Lesson(night, 20, 230.0, usual_w * 0.995), 24, RULES)
        assert 0.0 <= usual_w - expected_w(baseline, 20, 230.0, 230.0) <= 0.0011 * usual_w
    assert expected_w(baseline, 20, 230.0, 230.0) == pytest.approx(3600.0 * (1.0 - RULES.drift_share), rel=0.003)


def test_a_lamp_that_failed_in_one_of_the_training_nights_does_not_make_the_baseline() -> None:
    odd = [one._replace(watts=one.watts * 0.8) if one.night == 1 else one for one in lessons(3600.0)]
    assert expected_w(trained(odd, RULES), 20, 230.0, 230.0) == pytest.approx(3600.0, rel=0.01)


@pytest.mark.parametrize(("lamps", "least"), [(8, 1), (24, 1), (45, 1), (120, 2), (0, 0)])
def test_the_limit_looks_for_one_lamp_where_the_circuit_is_quiet_enough(lamps: int, least: int) -> None:
    baseline = trained(lessons(3600.0), RULES)
    assert RULES.least_share <= limit_of(baseline, lamps, 230.0, RULES) <= RULES.loss_share
    assert seen_lamps(baseline, lamps, RULES) == least


def test_beyond_the_voltages_it_was_learned_at_the_limit_widens() -> None:
    baseline = trained(lessons(3600.0), RULES)
    assert limit_of(baseline, 24, 200.0, RULES) > 0.15
