"""Rain as a series of rates: what falls is what the rates say, however it is cut into pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.plants.hyetograph import Hyetograph

RATES = st.lists(st.floats(0.0, 80.0), min_size=1, max_size=12)


@given(RATES, st.lists(st.floats(-7200.0, 60_000.0), min_size=2, max_size=8))
def test_pieces_add_up_to_the_whole_and_rain_never_falls_upwards(rates: list[float], cuts: list[float]) -> None:
    rain, cuts = Hyetograph(0.0, 3600.0, rates, {}), sorted(cuts)
    fallen = [rain.fallen_mm(cut) for cut in cuts]
    assert fallen == sorted(fallen)
    assert all(0.0 <= rain.intensity_mm_h(cut) <= max(rates) for cut in cuts)
    whole = sum((a + b) / 2.0 for a, b in pairwise(rates))
    assert rain.fallen_mm(1e9) == pytest.approx(whole)


def test_between_two_rates_it_is_a_straight_line() -> None:
    rain = Hyetograph(1000.0, 3600.0, [0.0, 10.0, 0.0], {})
    assert rain.intensity_mm_h(1000.0 + 1800.0) == pytest.approx(5.0)
    assert rain.fallen_mm(1000.0 + 1800.0) == pytest.approx(1.25)
    assert rain.fallen_mm(1000.0 + 7200.0) == pytest.approx(10.0)
    assert (rain.intensity_mm_h(0.0), rain.fallen_mm(0.0)) == (0.0, 0.0)


def test_who_foresees_it_wrong_sees_more_and_later() -> None:
    seen = Hyetograph(0.0, 3600.0, [4.0, 4.0], {}).misjudged(1.5, 600.0)
    assert seen.intensity_mm_h(300.0) == 0.0
    assert seen.intensity_mm_h(700.0) == pytest.approx(6.0)
