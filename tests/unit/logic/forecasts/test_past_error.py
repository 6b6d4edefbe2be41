"""Forecasts are compared with what fell: by lead, by source, only where both are known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.forecasts.past_error import (
    MOST_PAIRS,
    NO_SCORES,
    Pair,
    figure,
    scored,
    scores_body,
    scores_of,
)
from controller.logic.forecasts.rain_record import RainRecord
from tests.unit.logic.forecasts.series_rig import NOW, fell, foreseen, hours

DAY = tuple([0.0] * 6 + [10.0] * 3 + [0.0] * 3)


def test_bias_mean_error_and_ratio_come_from_the_wet_cases() -> None:
    told = figure("meteo", "g", 3, [Pair(12.0, 10.0), Pair(4.0, 10.0), Pair(8.0, 4.0), Pair(0.0, 0.1)])
    assert told is not None
    assert (told.cases, told.dry, told.usable) == (3, 1, True)
    assert told.bias_mm == pytest.approx(0.0)
    assert told.mae_mm == pytest.approx(4.0)
    assert told.ratio == pytest.approx(1.0)
    assert figure("meteo", "g", 3, []) is None
    dry = figure("meteo", "g", 3, [Pair(0.0, 0.0)] * 9)
    assert dry is not None
    assert (dry.ratio, dry.usable) == (None, False)


@given(st.floats(0.0, 200.0), st.lists(st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0)), min_size=1, max_size=9))
def test_the_usual_band_holds_what_was_foreseen_and_never_falls_below_nothing(
    mm: float, pairs: list[tuple[float, float]]
) -> None:
    told = figure("meteo", "g", 6, [Pair(*pair) for pair in pairs])
    assert told is not None
    low, high = told.band(mm)
    assert 0.0 <= low <= mm <= high


def test_a_forecast_is_compared_once_its_hours_are_over_and_only_once() -> None:
    issue, record = foreseen(*DAY, issued=NOW - hours(12)), fell(*DAY)
    early = scored(NO_SCORES, [issue], record, NOW - hours(9))
    assert {lead: len(pairs) for lead, pairs in early.pairs.items()} == {1: 1, 3: 1}
    late = scored(early, [issue], record, NOW)
    assert {lead: len(pairs) for lead, pairs in late.pairs.items()} == {1: 1, 3: 1, 6: 1, 12: 1}
    assert late.pairs[12][0].measured_mm == pytest.approx(30.0, abs=1.0)
    assert scored(late, [issue], record, NOW + hours(1)) is late


def test_where_too_little_was_measured_nothing_is_compared() -> None:
    issue = foreseen(*DAY, issued=NOW - hours(12))
    assert scored(NO_SCORES, [issue], RainRecord(), NOW).pairs == {}
    half = fell(*DAY[:6], until=NOW - hours(6))
    assert set(scored(NO_SCORES, [issue], half, NOW).pairs) == {1, 3, 6}


def test_a_forecast_with_a_hole_is_not_compared_over_it() -> None:
    whole = foreseen(*[5.0] * 6, issued=NOW - hours(6))
    holed = type(whole)(whole.kind, whole.of, whole.issued, whole.source, (*whole.steps[:2], *whole.steps[4:]))
    assert set(scored(NO_SCORES, [holed], fell(*[5.0] * 6), NOW).pairs) == {1}


def test_scores_are_kept_and_their_history_is_bounded() -> None:
    scores = NO_SCORES
    for number in range(MOST_PAIRS + 20):
        now = NOW + hours(number)
        scores = scored(scores, [foreseen(2.0, issued=now - hours(1))], fell(3.0, until=now), now)
    assert len(scores.pairs[1]) == MOST_PAIRS
    again = scores_of(scores_body(scores))
    assert again.until == scores.until
    assert again.pairs[1][0].measured_mm == pytest.approx(scores.pairs[1][0].measured_mm, abs=0.01)


def test_a_late_older_issue_is_passed_over() -> None:
    newer = foreseen(2.0, issued=NOW - hours(1))
    scores = scored(NO_SCORES, [newer], fell(2.0, 2.0), NOW)
    older = foreseen(9.0, issued=NOW - timedelta(minutes=90))
    assert scored(scores, [older, newer], fell(2.0, 2.0), NOW) is scores
