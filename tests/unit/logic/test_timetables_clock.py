"""A cabinet's clock: read, compared, its drift told, and never set across a switching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.timetables import ClockForm, ClockLayout, TimeBase
from controller.logic.timetables_clock import clock_time, clock_words, drift, may_set, offset_s, standard_time

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 6, 21, 11, 0, tzinfo=UTC)
LAYOUTS = [
    ClockLayout(40, ClockForm.UNIX, TimeBase.UTC),
    ClockLayout(40, ClockForm.UNIX),
    ClockLayout(40, ClockForm.FIELDS),
    ClockLayout(40, ClockForm.FIELDS, TimeBase.UTC, year_offset=2000),
]


@given(st.sampled_from(LAYOUTS), st.integers(978_307_200, 4_102_358_400).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_a_moment_comes_back_from_the_registers_to_the_second(layout: ClockLayout, moment: datetime) -> None:
    words = clock_words(layout, moment, CHINA)
    assert len(words) == layout.registers
    assert all(0 <= word <= 0xFFFF for word in words)
    assert clock_time(layout, words, CHINA) == moment.replace(microsecond=0)


def test_fields_show_local_standard_time() -> None:
    assert clock_words(LAYOUTS[2], NOW, CHINA) == (2026, 6, 21, 19, 0, 0)


@pytest.mark.parametrize("words", [(0, 0, 0, 0, 0, 0), (2026, 2, 30, 1, 1, 1), (2026, 6, 21, 24, 0, 0)])
def test_what_is_no_time_is_not_guessed(words: tuple[int, ...]) -> None:
    assert clock_time(LAYOUTS[2], words, CHINA) is None


def test_standard_time_leaves_summer_out() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    summer = datetime(2026, 7, 1, tzinfo=berlin)
    assert standard_time(summer) == timezone(timedelta(hours=1))


def test_an_offset_is_against_the_middle_of_the_question_and_half_a_second_for_its_whole_seconds() -> None:
    shown = NOW + timedelta(seconds=7)
    assert offset_s(shown, NOW, NOW + timedelta(seconds=1)) == pytest.approx(7.0)


def test_a_drift_is_told_after_half_a_day_with_how_wrong_it_can_be() -> None:
    assert drift(0.0, 0.0, 11 * 3600.0, 5.0) is None
    told = drift(0.0, 0.5, 2 * 86_400.0, 6.5)
    assert told is not None
    assert (told.s_per_day, told.uncertain_s) == (pytest.approx(3.0), pytest.approx(0.5))


EDGE = NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("offset", "at", "allowed"),
    [
        (5.0, NOW, True),
        (5.0, EDGE - timedelta(seconds=119), False),
        (5.0, EDGE + timedelta(seconds=119), False),
        (900.0, NOW, False),
        (-900.0, EDGE + timedelta(minutes=5), False),
        (-900.0, EDGE + timedelta(minutes=20), True),
        (10 * 365 * 86_400.0, NOW, True),
        (10 * 365 * 86_400.0, EDGE, False),
    ],
    ids=[
        "far",
        "just-before",
        "just-after",
        "would-repeat-it",
        "would-skip-it",
        "behind-it",
        "lost",
        "lost-at-an-edge",
    ],
)
def test_a_clock_is_never_set_across_or_near_a_switching(offset: float, at: datetime, allowed: bool) -> None:
    assert may_set(offset, at, [EDGE], 120.0) is allowed
