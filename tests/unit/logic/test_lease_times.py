from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.request import Lease
from controller.logic.lease_times import renewed, stands_for_s, warned_from_s

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)


def lease(length_s: float) -> Lease:
    return Lease("L", NOW, NOW + timedelta(seconds=length_s), 1000.0 + length_s)


@pytest.mark.parametrize(
    ("length_s", "left_s"), [(7200.0, 600.0), (3600.0, 600.0), (1800.0, 360.0), (60.0, 12.0), (0.0, 0.0)]
)
def test_people_are_warned_ten_minutes_ahead_or_in_the_last_fifth(length_s: float, left_s: float) -> None:
    one = lease(length_s)
    assert one.expires_s - warned_from_s(one, 600.0, 0.2) == left_s


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0, 1e6))
def test_an_extended_lease_is_the_same_lease_and_lasts_exactly_so_long_from_now(
    old_s: float, for_s: float, later_s: float
) -> None:
    wall = NOW + timedelta(seconds=later_s)
    one = renewed(lease(old_s), for_s, wall, 1000.0 + later_s)
    assert (one.id, one.granted, one.expires_s) == ("L", wall, 1000.0 + later_s + for_s)
    assert (one.expires - one.granted) == timedelta(seconds=for_s)


@given(st.floats(0, 1e7), st.floats(3600, 86_400))
def test_a_standing_order_never_stands_by_itself_beyond_two_shifts_nor_its_end(left_s: float, shift_s: float) -> None:
    stands_s = stands_for_s(left_s, shift_s)
    assert stands_s <= 2 * shift_s
    assert stands_s <= left_s
    assert stands_s in (2 * shift_s, left_s)
