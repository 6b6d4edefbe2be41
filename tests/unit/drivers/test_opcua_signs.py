"""Measurements as signs of a station's life: any of them moving is enough, none of them for long is a doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import Reading
from controller.domain.quality import Quality
from drivers.opcua.alive import Life
from drivers.opcua.signs import Signs, signs_of
from drivers.profile import Access, PointSpec, PointType, Poll

AFTER_S = 300.0
T0 = datetime(2026, 6, 22, tzinfo=UTC)


def shown(value: float | None, stamp_s: float = 0.0) -> Reading:
    quality = Quality.BAD if value is None else Quality.GOOD
    return Reading(value, quality, 0.0, source_time=T0 + timedelta(seconds=stamp_s))


def signs(told: Life = Life.MOVING) -> Signs:
    one = Signs(frozenset({"a", "b"}), AFTER_S, told=told)
    one.connected(0.0)
    one.saw({"a": shown(1.0), "b": shown(2.0), "c": shown(3.0)}, 0.0, whole=True)
    return one


def test_any_value_or_time_that_moves_is_life_and_other_points_are_none() -> None:
    one = signs()
    one.saw({"b": shown(2.1)}, 250.0)
    assert one.life(549.9) is Life.MOVING
    one.saw({"b": shown(2.1, 5.0)}, 500.0)
    assert one.life(799.9) is Life.MOVING
    one.saw({"a": shown(None, 9.0), "c": shown(4.0, 9.0)}, 790.0)
    assert one.life(800.0) is Life.FROZEN


def test_it_is_never_given_up_for_standing_still() -> None:
    assert signs().life(1e9) is Life.FROZEN


def test_a_new_connection_gives_a_moving_station_its_time_anew_and_a_frozen_one_none() -> None:
    moving, frozen = signs(), signs(Life.FROZEN)
    moving.connected(1000.0)
    frozen.connected(1000.0)
    assert (moving.life(1299.0), frozen.life(1000.0)) == (Life.MOVING, Life.FROZEN)


def test_while_nothing_is_reported_it_is_read_three_times_in_its_time() -> None:
    one, looks = signs(), 0
    for second in range(1, 300):
        if one.worth_a_look(float(second)):
            looks += 1
            one.saw({"a": shown(1.0), "b": shown(2.0)}, float(second), whole=True)
    assert looks == 2
    assert one.worth_a_look(300.0)


def test_what_the_centre_writes_or_reads_slowly_is_no_sign() -> None:
    fast = PointSpec("level_m", PointType.F64, poll=Poll.FAST)
    others = (
        PointSpec("slow", PointType.F64),
        PointSpec("on", PointType.BOOL, poll=Poll.FAST),
        PointSpec("goal", PointType.F64, Access.READ_WRITE, poll=Poll.FAST),
    )
    made = signs_of((fast, *others), AFTER_S)
    assert made is not None
    assert made.points == {"level_m"}
    assert signs_of((fast, *others), None) is None
    assert signs_of(others, AFTER_S) is None


@given(st.lists(st.tuples(st.floats(1.0, 200.0), st.sampled_from([1.0, 2.0])), max_size=30))
def test_it_is_frozen_exactly_when_nothing_moved_for_its_time(steps: list[tuple[float, float]]) -> None:
    one, now_s, value, moved_s = signs(), 0.0, 1.0, 0.0
    for pause_s, new in steps:
        now_s += pause_s
        if new != value:
            value, moved_s = new, now_s
        one.saw({"a": shown(new)}, now_s)
        assert (one.life(now_s) is Life.FROZEN) == (now_s - moved_s >= AFTER_S)
