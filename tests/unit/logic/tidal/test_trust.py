"""Only a table and gauges that agree for a while let an outfall open: votes, lies, frozen gauges, fast rises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import good
from controller.logic.tidal.rules import GaugePoint
from controller.logic.tidal.trust import WaterMemory, follow, taken_up
from controller.logic.tidal.voting import outer_vote
from controller.logic.water_around import OuterTrust
from tests.unit.logic.tidal.tide_rig import CALM, GAUGES, River, table_of

A, B, C = GAUGES


@pytest.mark.parametrize(
    ("values", "level_m"),
    [
        ((1.00, 1.02, 1.04), 1.02),
        ((1.00, 1.02, 3.00), 1.01),
        ((1.00, 2.00, 3.00), None),
        ((1.00, 1.10, None), 1.05),
        ((1.00, 1.50, None), None),
        ((1.00, None, None), None),
        ((None, None, None), None),
        ((1.00,), 1.00),
        ((None,), None),
    ],
)
def test_the_vote_over_outer_gauges(values: tuple[float | None, ...], level_m: float | None) -> None:
    vote = outer_vote(dict(zip(GAUGES, values, strict=False)), 0.20)
    assert vote.level_m == (None if level_m is None else pytest.approx(level_m))


def test_trust_is_earned_over_ten_minutes_of_agreement() -> None:
    river = River(at_h=1.0)
    assert river.run(5).trust is OuterTrust.DISTRUSTED
    assert river.run(6).trust is OuterTrust.AGREED


def restarted(river: River, after_min: float) -> River:
    """The river as a controller finds it that was away for so long."""
    assert river.state is not None
    agreed_at, rose_at = river.moment.wall, river.state.rose_at
    river.at_h += after_min / 60.0
    river.memory = taken_up(river.water, agreed_at, rose_at, river.moment)
    return river


def test_after_a_short_restart_one_look_at_which_they_agree_is_enough() -> None:
    river = River(at_h=1.0)
    river.run(15)
    river = restarted(river, 2.0)
    river.dead = set(GAUGES)
    assert river.run(1).trust is OuterTrust.DISTRUSTED, "nothing is believed before it is read"
    river.dead = set()
    assert river.run(0.1).trust is OuterTrust.AGREED


@pytest.mark.parametrize(("after_min", "lie_m"), [(11.0, 0.0), (2.0, 0.9)])
def test_trust_from_before_a_restart_is_not_kept_blindly(after_min: float, lie_m: float) -> None:
    river = River(at_h=1.0)
    river.run(15)
    river = restarted(river, after_min)
    river.offsets = dict.fromkeys(GAUGES, lie_m)
    assert river.run(0.1).trust is OuterTrust.DISTRUSTED
    river.offsets = {}
    assert river.run(5).trust is not OuterTrust.AGREED


def test_a_fast_rise_from_before_a_restart_keeps_gates_shut() -> None:
    river = River(at_h=1.0)
    river.run(15)
    river.surge_m = 0.6
    assert river.run(1).trust is OuterTrust.RISING_FAST
    river = restarted(river, 5.0)
    assert river.run(1).trust is OuterTrust.RISING_FAST


def test_what_was_seen_in_a_future_that_a_clock_set_back_made_says_nothing() -> None:
    river = River(at_h=1.0)
    ahead = river.moment.wall + timedelta(hours=1)
    assert taken_up(river.water, ahead, ahead, river.moment) == WaterMemory()


@pytest.mark.parametrize("lie_m", [-0.9, 0.9])
def test_gauges_that_all_lie_against_the_table_are_distrusted_within_minutes(lie_m: float) -> None:
    river = River(at_h=1.5)
    river.run(15)
    river.offsets = dict.fromkeys(GAUGES, lie_m)
    river.memory = replace(river.memory, samples=())
    assert river.run(8).trust in (OuterTrust.DISTRUSTED, OuterTrust.RISING_FAST)
    assert not river.memory.agreed


def test_one_lying_gauge_of_three_is_outvoted_and_named() -> None:
    river = River(at_h=1.0)
    river.offsets = {B: -1.5}
    state = river.run(15)
    assert state.trust is OuterTrust.AGREED
    assert str(B) in state.vote.note


def test_a_frozen_gauge_loses_its_vote_and_two_frozen_ones_the_trust() -> None:
    river = River(at_h=2.0)
    river.run(15)
    for gauge in (A, B):
        reading = river.reading(gauge)
        assert isinstance(reading.value, float)
        river.frozen[gauge] = reading.value
    state = river.run(45)
    assert set(state.frozen) == {A, B}
    assert state.trust is OuterTrust.DISTRUSTED


def test_dead_gauges_end_the_trust_at_once() -> None:
    river = River(at_h=1.0)
    river.run(15)
    river.dead = {A, B}
    assert river.run(0.1).trust is OuterTrust.DISTRUSTED
    assert river.run(12).trust is OuterTrust.DISTRUSTED
    river.dead = set()
    assert river.run(5).trust is OuterTrust.DISTRUSTED
    assert river.run(6).trust is OuterTrust.AGREED


def test_without_a_table_nothing_is_agreed_however_well_the_gauges_do() -> None:
    river = River(at_h=1.0, table=None)
    assert river.run(30).trust is OuterTrust.NO_TABLE
    ended = River(at_h=1.0, table=table_of(halves=1))
    ended.run(30)
    ended.at_h = 6.3
    assert ended.run(1).trust is OuterTrust.NO_TABLE


def test_a_fast_rise_is_seen_within_two_minutes_and_remembered_for_half_an_hour() -> None:
    river = River(CALM, at_h=7.0)
    river.run(15)
    for _ in range(12):
        river.surge_m += 0.5 / 30.0
        river.run(10 / 60)
    assert river.state is not None
    assert river.state.trust is OuterTrust.RISING_FAST
    assert river.run(25).trust is OuterTrust.RISING_FAST
    assert river.run(10).trust is not OuterTrust.RISING_FAST


def test_an_ordinary_tide_never_looks_like_a_fast_rise() -> None:
    river = River(CALM, at_h=0.5)
    seen = {river.run(10).trust for _ in range(70)}
    assert OuterTrust.RISING_FAST not in seen


@given(
    lies=st.dictionaries(st.sampled_from(GAUGES), st.floats(-3.0, 3.0), max_size=3),
    dead=st.sets(st.sampled_from(GAUGES)),
    at_h=st.floats(0.5, 40.0),
    tabled=st.booleans(),
)
def test_agreed_always_means_that_voted_level_and_table_agree(lies: dict, dead: set, at_h: float, tabled: bool) -> None:
    river = River(CALM, at_h=at_h, offsets=lies, dead=dead)
    river.table = river.table if tabled else None
    state = river.run(12, step_s=60.0)
    if state.trust is OuterTrust.AGREED:
        assert state.off_m is not None
        assert state.off_m <= river.water.tolerance_m
        assert state.vote.level_m is not None
        assert sum(1 for gauge in GAUGES if gauge not in dead) >= 2


def test_an_excluded_gauge_has_no_voice_and_makes_no_other_one_believed_alone() -> None:
    river = River(at_h=1.0)
    readings = {gauge: good(level, river.moment.s) for gauge, level in zip(GAUGES, (1.0, 1.02, 9.0), strict=True)}

    def voted(*excluded: GaugePoint) -> float | None:
        return follow(river.water, None, readings, WaterMemory(), river.moment, "", excluded)[1].vote.level_m

    assert voted() == pytest.approx(1.01)
    assert voted(A) is None, "the liar and the last honest one contradict each other"
    assert voted(C) == pytest.approx(1.01)
    assert voted(A, C) is None, "one alone is believed only where there is no other"


@pytest.mark.parametrize(("offset_m", "counts"), [(0.15, True), (0.9, False)])
def test_the_highest_gauge_the_table_bears_out_is_what_a_head_is_reckoned_with(offset_m: float, counts: bool) -> None:
    river = River(CALM, at_h=3.0)
    river.offsets = {C: offset_m}
    river.run(15.0)
    assert river.state is not None
    assert river.state.high_m is not None
    assert (river.state.high_m > river.state.vote.level_m + 0.1) is counts
