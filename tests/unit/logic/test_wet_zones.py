"""Two of three: which readings prove water over a live part, which prove it dry, and which prove nothing."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import NEVER_READ, Reading, bad, good, uncertain
from controller.domain.quality import Detail
from controller.logic.wet_zones import Vote, Water, vote

PART_M, MARGIN_M = 4.30, 0.10
OVER, AT, NEAR, CLEAR = good(4.50), good(4.30), good(4.25), good(3.00)
BAD, STALE, TEXT = bad(Detail.FAILURE, value=9.9), uncertain(9.9, Detail.OLD_DATA), good("4.50")


@pytest.mark.parametrize(
    ("readings", "water"),
    [
        ((OVER, OVER, OVER), Water.OVER),
        ((OVER, OVER, CLEAR), Water.OVER),
        ((OVER, AT, BAD), Water.OVER),
        ((OVER, OVER, STALE), Water.OVER),
        ((OVER, CLEAR, CLEAR), Water.CLEAR),
        ((OVER, NEAR, CLEAR), Water.NEAR),
        ((NEAR, NEAR, NEAR), Water.NEAR),
        ((NEAR, CLEAR, BAD), Water.NEAR),
        ((CLEAR, CLEAR, BAD), Water.CLEAR),
        ((CLEAR, CLEAR, CLEAR), Water.CLEAR),
        ((OVER, CLEAR, BAD), Water.UNKNOWN),
        ((OVER, BAD, BAD), Water.UNKNOWN),
        ((OVER, STALE, STALE), Water.UNKNOWN),
        ((CLEAR, BAD, STALE), Water.UNKNOWN),
        ((BAD, BAD, BAD), Water.UNKNOWN),
        ((OVER, TEXT, TEXT), Water.UNKNOWN),
        ((NEVER_READ, NEVER_READ, NEVER_READ), Water.UNKNOWN),
    ],
)
def test_two_of_three_good_gauges_decide_in_whatever_order(readings: tuple[Reading, ...], water: Water) -> None:
    for order in permutations(readings):
        assert vote(order, PART_M, MARGIN_M).water is water


def test_a_vote_says_how_many_stand_over_below_and_are_silent() -> None:
    assert vote((OVER, CLEAR, BAD), PART_M, MARGIN_M) == Vote(Water.UNKNOWN, over=1, below=1, silent=1)


any_reading = st.builds(
    lambda level_m, kind: {
        "good": good(level_m),
        "uncertain": uncertain(level_m, Detail.OLD_DATA),
        "bad": bad(Detail.FAILURE, value=level_m),
    }[kind],
    st.floats(-5, 20, allow_nan=False),
    st.sampled_from(["good", "uncertain", "bad"]),
)


@given(st.tuples(any_reading, any_reading, any_reading), st.floats(0, 10))
def test_one_gauge_alone_never_proves_water_and_never_proves_dryness(
    readings: tuple[Reading, Reading, Reading], part_m: float
) -> None:
    said = vote(readings, part_m, MARGIN_M)
    levels = [reading.value for reading in readings if reading.good]
    over = [level for level in levels if isinstance(level, float) and level >= part_m]
    clear = [level for level in levels if isinstance(level, float) and level < part_m - MARGIN_M]
    assert (said.water is Water.OVER) == (len(over) >= 2)
    assert (said.water is Water.CLEAR) == (len(clear) >= 2)
    assert said.over + said.below + said.silent == 3
