"""Readings that lie in range: jumps, and values that should live and do not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.points import Reading, bad, good
from controller.domain.quality import Detail, Quality
from drivers.plausible import AGREEING, watch
from drivers.profile import PointSpec, PointType

LEVEL = PointSpec("level", PointType.F32, max_rate=0.01, low=-10, high=20)
FLOW = PointSpec("flow", PointType.F32, frozen_after_s=100.0, still_at=(0.0,), frozen_band=0.005)


def story(spec: PointSpec, values: Sequence[float], every_s: float = 5.0) -> list[str]:
    """What each of these readings, one after the other, is said to be."""
    watched = watch([spec])
    assert watched is not None
    said = []
    for i, value in enumerate(values):
        readings = {spec.name: good(value, i * every_s)}
        judged = watched.judge(readings).get(spec.name, readings[spec.name])
        assert judged.value == value, "a doubt never changes a value"
        said.append(judged.detail.value if judged.quality is not Quality.GOOD else "good")
    return said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param([2.0, 2.04, 2.08], "good good good", id="a level that rises as fast as it may"),
        pytest.param([2.0, 5.0, 2.0], "good inconsistent good", id="one jump is doubted, and what returns is not"),
        pytest.param([2.0, 5.0, 5.01, 5.0, 5.0], "good inconsistent inconsistent good good", id="a real step"),
        pytest.param([2.0, 5.0, -3.0, 5.0, -3.0], "good " + "inconsistent " * 4, id="noise never agrees with itself"),
    ],
)
def test_a_jump_is_doubted_until_what_follows_agrees(values: list[float], said: str) -> None:
    assert story(LEVEL, values) == said.split()


def test_a_value_that_should_live_and_does_not_is_frozen_until_it_moves() -> None:
    said = story(FLOW, [1.5] * 25 + [1.52, 1.52])
    assert said[:21] == ["good"] * 21
    assert set(said[21:25]) == {"frozen"}
    assert said[25:] == ["good", "good"]


def test_a_value_may_rest_for_ever_where_its_profile_says_so() -> None:
    assert set(story(FLOW, [0.0] * 60)) == {"good"}


def test_a_change_within_the_band_is_none() -> None:
    assert story(FLOW, [1.5, 1.503] * 20)[-1] == "frozen"


def test_one_step_of_an_integer_is_no_jump_however_slow_the_point() -> None:
    spec = PointSpec("level", PointType.I32, scale=0.001, max_rate=0.0001)
    assert story(spec, [2.000, 2.001, 2.002], every_s=1.0) == ["good"] * 3


def test_a_long_silence_allows_a_large_change() -> None:
    assert story(LEVEL, [2.0, 5.0], every_s=600.0) == ["good", "good"]


def test_after_an_absence_the_first_reading_stands_for_itself() -> None:
    watched = watch([LEVEL])
    assert watched is not None
    assert watched.judge({"level": good(2.0, 0.0)}) == {}
    watched.forget()
    assert watched.judge({"level": good(9.0, 5.0)}) == {}


def test_what_cannot_be_read_is_neither_judged_nor_remembered() -> None:
    watched = watch([LEVEL])
    assert watched is not None
    watched.judge({"level": good(2.0, 0.0)})
    assert watched.judge({"level": bad(Detail.OUT_OF_RANGE, 5.0, 99.0)}) == {}
    assert watched.judge({"level": good(2.01, 10.0)}) == {}


def test_a_reported_value_freezes_between_reports() -> None:
    watched = watch([FLOW])
    assert watched is not None
    readings = {"flow": good(1.5, 0.0)}
    watched.judge(readings)
    assert watched.stalled(readings, 100.0) == {}
    assert watched.stalled(readings, 101.0)["flow"].detail is Detail.FROZEN


def test_only_numbers_that_ask_are_watched() -> None:
    assert watch([PointSpec("x", PointType.F32), PointSpec("door", PointType.BOOL, frozen_after_s=5.0)]) is None


@given(st.lists(st.floats(-10, 20), min_size=1, max_size=40))
def test_no_doubt_ever_raises_trust_or_touches_a_value(values: list[float]) -> None:
    watched = watch([PointSpec("level", PointType.F32, max_rate=0.01, frozen_after_s=20.0)])
    assert watched is not None
    for i, value in enumerate(values):
        reading: Reading = good(value, 5.0 * i)
        for doubted in watched.judge({"level": reading}).values():
            assert doubted.value == value
            assert doubted.received_s == reading.received_s
            assert doubted.quality is Quality.UNCERTAIN


@given(st.floats(-10, 20), st.floats(-10, 20))
def test_what_stays_is_believed_in_the_end(before: float, after: float) -> None:
    assert story(LEVEL, [before] + [after] * AGREEING)[-1] == "good"
