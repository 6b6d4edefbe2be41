from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.logic.water_rules.storage import Store, equal_filling, lift_helps, side_storage_open

depths = st.floats(0.0, 3.0)


@given(st.lists(depths, min_size=1, max_size=5), st.floats(0.0, 20.0))
def test_openings_are_possible_and_let_out_no_more_than_asked(found: list[float], release: float) -> None:
    stores = [Store(depth, 2.0, 1.0) for depth in found]
    openings = equal_filling(stores, release)
    assert all(0.0 <= opening <= 1.0 for opening in openings)
    given_off = sum(opening * store.most_m3s for opening, store in zip(openings, stores, strict=True))
    assert given_off <= release + 1e-6
    possible = sum(store.most_m3s for store in stores)
    assert given_off == pytest.approx(min(release, possible), abs=1e-6)


def test_the_fuller_storage_gives_more() -> None:
    fuller, emptier = Store(1.8, 2.0, 1.0), Store(0.6, 2.0, 1.0)
    first, second = equal_filling([fuller, emptier], 1.0)
    assert first * fuller.most_m3s == pytest.approx(0.75)
    assert second * emptier.most_m3s == pytest.approx(0.25)


def test_an_empty_storage_stays_shut() -> None:
    assert equal_filling([Store(0.0, 2.0, 1.0), Store(1.0, 2.0, 1.0)], 0.5)[0] == 0.0


@pytest.mark.parametrize(
    ("storage", "water", "opens"),
    [
        (0.0, 0.5, False),  # the first rain passes by: the room is for the peak
        (0.0, 2.1, True),  # the peak is taken in
        (2.0, 0.9, True),  # and given back when there is room
        (2.0, 1.9, False),  # not into a water that still stands high
    ],
)
def test_a_storage_beside_a_water_keeps_its_room_for_the_peak(storage: float, water: float, opens: bool) -> None:
    assert side_storage_open(storage, water, fills_above_m=2.0, drains_below_m=1.0) is opens


@pytest.mark.parametrize(
    ("source", "sink", "helps"), [(2.1, 1.0, True), (1.9, 1.0, False), (2.1, 2.0, False), (2.1, 3.0, False)]
)
def test_lifting_into_a_water_that_overflows_helps_nobody(source: float, sink: float, helps: bool) -> None:
    assert lift_helps(source, 2.0, sink, 2.0) is helps
