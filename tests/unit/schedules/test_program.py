from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.errors import InvalidValue
from schedules.program import (
    Anchor,
    Edge,
    Program,
    TimePoint,
    Title,
    parse_level,
    parse_time_point,
)

TITLE = Title("试", "test")


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("sunset", TimePoint(Anchor.SUNSET)),
        ("sunset-5m", TimePoint(Anchor.SUNSET, -5)),
        ("Sunrise+10m", TimePoint(Anchor.SUNRISE, 10)),
        (" dusk + 15 min ", TimePoint(Anchor.DUSK, 15)),
        ("dawn-0m", TimePoint(Anchor.DAWN)),
        ("00:30", TimePoint(Anchor.CLOCK, 30)),
        ("6:05", TimePoint(Anchor.CLOCK, 365)),
        ("23:59", TimePoint(Anchor.CLOCK, 1439)),
    ],
)
def test_time_points_are_read_as_people_write_them(text: str, point: TimePoint) -> None:
    assert parse_time_point(text) == point


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "sunset-5", "sun-5m", "sunset-241m", "5m", "noon", "１2:00x"])
def test_a_wrong_time_point_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_time_point(text)


def test_the_refusal_says_what_would_be_right() -> None:
    with pytest.raises(InvalidValue, match=r"'sunset-5' is not a time point; write HH:MM, sunset, sunset-5m"):
        parse_time_point("sunset-5")


points = st.one_of(
    st.builds(TimePoint, st.just(Anchor.CLOCK), st.integers(0, 1439)),
    st.builds(
        TimePoint, st.sampled_from([Anchor.SUNSET, Anchor.DUSK, Anchor.DAWN, Anchor.SUNRISE]), st.integers(-240, 240)
    ),
)


@given(points)
def test_a_time_point_reads_back_from_its_own_text(point: TimePoint) -> None:
    assert parse_time_point(str(point)) == point


@pytest.mark.parametrize(("text", "percent"), [("on", 100.0), ("OFF", 0.0), ("60%", 60.0), ("12.5 %", 12.5)])
def test_levels_are_on_off_or_percent(text: str, percent: float) -> None:
    assert parse_level(text) == percent


@pytest.mark.parametrize("text", ["60", "101%", "-5%", "yes", "nan%"])
def test_a_wrong_level_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(InvalidValue, match="write on, off or 0% to 100%"):
        parse_level(text)


def test_a_program_without_edges_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no edges"):
        Program("p", TITLE, ())


def test_a_level_outside_its_range_is_refused() -> None:
    with pytest.raises(InvalidValue, match="between 0 and 100"):
        Edge(TimePoint(Anchor.SUNSET), 120.0)
