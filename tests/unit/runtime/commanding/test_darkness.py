"""When a lease reaches into a night. 21 June 2026, Hangzhou: the sun sets at 11:03 UTC and rises at 20:59 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.domain.places import Place
from controller.runtime.commanding.darkness import reaches_into_the_night

HANGZHOU = Place(30.25, 120.13)
TZ = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("begins", "hours", "dark"),
    [
        ((4, 0), 2.0, False),
        ((4, 0), 6.9, False),
        ((4, 0), 7.2, True),
        ((10, 30), 0.25, False),
        ((10, 30), 1.0, True),
        ((11, 30), 0.01, True),
        ((15, 0), 0.01, True),
        ((20, 50), 0.01, True),
        ((21, 5), 1.0, False),
        ((21, 5), 13.0, False),
        ((21, 5), 14.5, True),
        ((21, 5), 24.0, True),
        ((3, 0), 20.0, True),
    ],
)
def test_any_moment_between_sunset_and_sunrise_counts(begins: tuple[int, int], hours: float, dark: bool) -> None:
    begin = datetime(2026, 6, 21, *begins, tzinfo=UTC)
    assert reaches_into_the_night(HANGZHOU, begin, begin + timedelta(hours=hours), TZ) is dark


def test_where_the_sun_cannot_be_told_it_counts_as_night() -> None:
    noon = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
    assert reaches_into_the_night(Place(78.0, 15.6), noon, noon + timedelta(minutes=1), TZ)
