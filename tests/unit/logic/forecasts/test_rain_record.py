"""Rain that fell is counted once, in the time it fell in; what nobody saw is unknown, never zero."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.forecasts.rain_record import (
    BIN_S,
    KEPT_S,
    LONGEST_GAP_S,
    RainRecord,
    body_of,
    observe,
    record_of,
)
from tests.unit.logic.forecasts.series_rig import NOW, fell

HOUR_S = 3600.0


def test_rain_is_summed_over_the_last_hours() -> None:
    record = fell(0.0, 10.0, 0.0, 6.0)
    sums = {hours: record.within(hours * HOUR_S, NOW) for hours in (1, 2, 3, 24)}
    assert sums == pytest.approx(
        {1: 6.0, 2: 6.0, 3: 16.0, 24: 16.0}, abs=0.9
    )  # a rate counts from one look to the next
    assert record.known(4 * HOUR_S, NOW) == pytest.approx(1.0, abs=0.01)
    assert record.known(24 * HOUR_S, NOW) == pytest.approx(4 / 24, abs=0.01)


def test_a_gap_is_not_filled_in() -> None:
    record = observe(RainRecord(), 36.0, NOW, 0.0)
    later = NOW + timedelta(hours=10)
    record = observe(record, 36.0, later, 10 * HOUR_S)
    assert record.within(12 * HOUR_S, later) == pytest.approx(36.0 * LONGEST_GAP_S / HOUR_S)
    assert record.known(12 * HOUR_S, later) == pytest.approx(LONGEST_GAP_S / (12 * HOUR_S), rel=0.01)
    blind = observe(record, None, later + timedelta(seconds=60), 10 * HOUR_S + 60)
    seen = observe(blind, 36.0, later + timedelta(hours=1), 11 * HOUR_S)
    assert seen.within(60.0, later + timedelta(hours=1)) == 0.0


def test_a_wall_clock_set_back_never_counts_rain_twice_nor_more_time_than_there_is() -> None:
    record = fell(12.0, 12.0)
    before = record.within(24 * HOUR_S, NOW)
    record = observe(record, 12.0, NOW - timedelta(minutes=30), 2 * HOUR_S + 300)
    assert record.within(24 * HOUR_S, NOW) == pytest.approx(before + 1.0)
    assert all(one.known_s <= BIN_S for one in record.bins)


def test_it_is_kept_and_taken_up_again_and_an_older_version_s_is_empty() -> None:
    record = fell(3.0, 4.0, 5.0)
    again = record_of(body_of(record))
    assert again.within(24 * HOUR_S, NOW) == pytest.approx(record.within(24 * HOUR_S, NOW), abs=0.01)
    assert again.seen_s is None, "what fell while we were stopped is unknown"
    assert record_of({"pieces": [["2026-06-22T00:00:00+00:00", 4.0]]}) == RainRecord()


@given(st.lists(st.tuples(st.floats(1.0, 900.0), st.floats(0.0, 200.0) | st.none()), min_size=1, max_size=60))
def test_what_fell_is_counted_once_and_kept_small(looks: list[tuple[float, float | None]]) -> None:
    record, now_s, fallen, rate = RainRecord(), 0.0, 0.0, None
    for step_s, next_rate in looks:
        now_s += step_s
        fallen += 0.0 if rate is None else rate * step_s / HOUR_S
        record, rate = observe(record, next_rate, NOW + timedelta(seconds=now_s), now_s), next_rate
    now = NOW + timedelta(seconds=now_s)
    assert record.within(KEPT_S, now) == pytest.approx(fallen)
    assert len(record.bins) <= now_s / BIN_S + 2
    assert [one.number for one in record.bins] == sorted({one.number for one in record.bins})
