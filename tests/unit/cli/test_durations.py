from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.cli.durations import parse_duration, spoken
from controller.domain.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("30min", 1800), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), (" 1H 5m 3s ", 3903)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "30", "30x", "1m2h", "-1m", "0s", "1e3s", "nan", "inf h", "１h"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidValue, match="30m"):
        parse_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (12.4, "12s"), (250, "4m10s"), (3900, "1h05m"), (-3, "0s")])
def test_durations_are_said_as_people_read_them(seconds: float, text: str) -> None:
    assert spoken(seconds) == text


@given(st.text(max_size=20))
def test_any_text_is_a_positive_duration_or_refused(text: str) -> None:
    with suppress(InvalidValue):
        assert parse_duration(text) > 0
