"""A station's own counter: when it is believed, doubted, given up; when it is the subscription that is deaf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from drivers.opcua.alive import Counter, Life
from drivers.opcua.frozen import worth

KEEPALIVE_S = 10.0


def counter(value: object = 5, moved_s: float = 100.0) -> Counter:
    one = Counter(KEEPALIVE_S)
    one.reported(value, moved_s)
    return one


@pytest.mark.parametrize(
    ("still_s", "life"),
    [(0, Life.MOVING), (29.9, Life.MOVING), (30, Life.FROZEN), (59.9, Life.FROZEN), (60, Life.DEAD), (9e9, Life.DEAD)],
)
def test_what_stands_still_is_doubted_after_three_keep_alives_and_bad_after_six(still_s: float, life: Life) -> None:
    assert counter().life(100.0 + still_s) is life


def test_the_same_value_or_none_is_no_movement() -> None:
    one = counter(5, 100.0)
    for same in (5, None, 5):
        one.reported(same, 125.0)
        one.looked(same, 126.0)
    assert one.life(131.0) is Life.FROZEN
    assert not one.deaf(131.0)


def test_a_counter_that_wraps_or_steps_back_moves() -> None:
    one = counter(65_535, 100.0)
    one.reported(0, 125.0)
    assert one.life(150.0) is Life.MOVING


def test_movement_only_reads_show_is_a_deaf_subscription_after_a_keep_alive() -> None:
    one = counter(5, 100.0)
    one.looked(6, 115.0)
    assert not one.deaf(124.9)
    one.looked(7, 120.0)
    assert one.deaf(125.0)
    one.reported(7, 126.0)
    assert not one.deaf(200.0)


def test_a_new_connection_gives_a_moving_station_its_time_anew_and_a_frozen_one_none() -> None:
    moving, frozen = counter(), counter()
    frozen.told = Life.FROZEN
    moving.connected(1000.0)
    frozen.connected(1000.0)
    assert moving.life(1029.0) is Life.MOVING
    assert frozen.life(1000.0) is Life.DEAD


@given(st.sampled_from(Life), st.sampled_from(Quality), st.sampled_from(list(Detail)))
def test_a_reading_is_never_better_than_its_station_nor_better_than_it_was(
    life: Life, quality: Quality, detail: Detail
) -> None:
    before = Reading(1.0, quality, 3.0, detail)
    after = worth(life, {"x": before})["x"]
    limit = {Life.MOVING: Quality.GOOD, Life.FROZEN: Quality.UNCERTAIN, Life.DEAD: Quality.BAD}[life]
    assert after.quality is min(quality, limit)
    assert after.value == 1.0
    assert after.detail is (detail if quality <= limit else Detail.FROZEN)
