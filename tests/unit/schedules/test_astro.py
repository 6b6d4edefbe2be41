from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ephem
import pytest
from astral import Observer
from astral.sun import dawn, dusk, sunrise, sunset

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from schedules.astro import night_of, sun_times

TZ = ZoneInfo("Asia/Shanghai")
CENTRES = {
    "上城 330102": Place(30.243, 120.197),
    "拱墅 330105": Place(30.320, 120.142),
    "西湖 330106": Place(30.259, 120.130),
    "滨江 330108": Place(30.208, 120.212),
    "萧山 330109": Place(30.185, 120.264),
    "余杭 330110": Place(30.418, 119.978),
    "富阳 330111": Place(30.050, 119.960),
    "临安 330112": Place(30.234, 119.725),
    "临平 330113": Place(30.419, 120.299),
    "钱塘 330114": Place(30.323, 120.494),
    "桐庐 330122": Place(29.794, 119.691),
    "淳安 330127": Place(29.609, 119.042),
    "建德 330182": Place(29.475, 119.281),
}
EXTREMES = {
    "west of 临安": Place(30.15, 118.87),
    "west of 淳安": Place(29.60, 118.35),
    "east of 钱塘": Place(30.30, 120.72),
}
TURNING_NIGHTS = [date(2026, 3, 20), date(2026, 6, 21), date(2026, 9, 23), date(2026, 12, 21), date(2028, 2, 29)]


def by_ephem(place: Place, night: date) -> dict[str, datetime]:
    """The same four times by an independent ephemeris (VSOP87 in C)."""
    observer = ephem.Observer()
    observer.lat, observer.lon = str(place.lat), str(place.lon)
    observer.pressure, observer.elevation = 0, 0
    noon = datetime(night.year, night.month, night.day, 12, tzinfo=TZ).astimezone(UTC)
    observer.date = ephem.Date(noon.replace(tzinfo=None))
    found: dict[str, datetime] = {}
    for horizon, evening, morning in (("-0:50", "sunset", "sunrise"), ("-6", "dusk", "dawn")):
        observer.horizon = horizon
        setting = observer.next_setting(ephem.Sun(), use_center=True)
        rising = observer.next_rising(ephem.Sun(), use_center=True)
        found[evening] = setting.datetime().replace(tzinfo=UTC)
        found[morning] = rising.datetime().replace(tzinfo=UTC)
    return found


THREE_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 1096, 7)]
"""Every seventh night of 2026 to 2028, every weekday and 29 February among them."""


def errors_s(place: Place, night: date, names: tuple[str, str]) -> list[float]:
    ours, theirs = sun_times(place, night, TZ), by_ephem(place, night)
    return [(getattr(ours, name) - theirs[name]).total_seconds() for name in names]


@pytest.mark.parametrize("place", CENTRES.values(), ids=CENTRES.keys())
def test_three_years_in_every_division_stay_within_the_figures_written_down(place: Place) -> None:
    """Sunset and sunrise −16…+15 s, civil twilight −20…+21 s against DE421; the ephemeris here adds up to 2 s."""
    sun = [error for night in THREE_YEARS for error in errors_s(place, night, ("sunset", "sunrise"))]
    twilight = [error for night in THREE_YEARS for error in errors_s(place, night, ("dusk", "dawn"))]
    assert -18.0 <= min(sun) <= max(sun) <= 17.0
    assert -22.0 <= min(twilight) <= max(twilight) <= 23.0


def worst_s(place: Place, night: date) -> float:
    ours, theirs = sun_times(place, night, TZ), by_ephem(place, night)
    return max(abs((getattr(ours, name) - moment).total_seconds()) for name, moment in theirs.items())


@pytest.mark.parametrize("night", TURNING_NIGHTS, ids=str)
@pytest.mark.parametrize("place", CENTRES.values(), ids=CENTRES.keys())
def test_sun_times_agree_with_an_independent_ephemeris_within_30_s(place: Place, night: date) -> None:
    assert worst_s(place, night) <= 30.0


@pytest.mark.parametrize("place", EXTREMES.values(), ids=EXTREMES.keys())
def test_the_city_limits_agree_with_the_ephemeris_on_every_third_night_of_a_year(place: Place) -> None:
    nights = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 366, 3)]
    assert max(worst_s(place, night) for night in nights) <= 30.0


@pytest.mark.parametrize(
    ("place", "within_s"),
    [*((place, 0.25) for place in EXTREMES.values()), (Place(18.2, 109.5), 0.25), (Place(53.5, 122.3), 0.6)],
    ids=str,
)
def test_interpolation_stays_close_to_astral_at_the_place_itself(place: Place, within_s: float) -> None:
    at = Observer(place.lat, place.lon, 0.0)
    for n in range(0, 366, 7):
        night = date(2026, 1, 1) + timedelta(days=n)
        morning = night + timedelta(days=1)
        ours = sun_times(place, night, TZ)
        pairs = (
            (ours.sunset, sunset(at, night, tzinfo=TZ)),
            (ours.dusk, dusk(at, night, tzinfo=TZ)),
            (ours.dawn, dawn(at, morning, tzinfo=TZ)),
            (ours.sunrise, sunrise(at, morning, tzinfo=TZ)),
        )
        assert max(abs((a - b).total_seconds()) for a, b in pairs) <= within_s, night


def test_kashgar_has_a_sunrise_every_morning_though_it_crosses_midnight_utc() -> None:
    kashgar = Place(39.47, 75.99)
    for n in range(0, 366, 5):
        night = date(2026, 1, 1) + timedelta(days=n)
        assert worst_s(kashgar, night) <= 30.0


def test_the_far_west_of_chunan_sees_sunset_about_seven_minutes_after_the_centre() -> None:
    centre, west = (
        sun_times(place, date(2026, 3, 20), TZ).sunset for place in (CENTRES["上城 330102"], EXTREMES["west of 淳安"])
    )
    assert timedelta(minutes=6.5) < west - centre < timedelta(minutes=8)


def test_the_four_times_come_in_order_and_in_utc() -> None:
    times = sun_times(CENTRES["西湖 330106"], date(2026, 12, 31), TZ)
    assert times.sunset < times.dusk < times.dawn < times.sunrise
    assert times.sunset.utcoffset() == timedelta(0)
    assert times.sunset.astimezone(TZ).date() == date(2026, 12, 31)
    assert times.sunrise.astimezone(TZ).date() == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("wall", "night"),
    [
        (datetime(2026, 6, 21, 0, 30, tzinfo=TZ), date(2026, 6, 20)),
        (datetime(2026, 6, 21, 11, 59, 59, tzinfo=TZ), date(2026, 6, 20)),
        (datetime(2026, 6, 21, 12, 0, tzinfo=TZ), date(2026, 6, 21)),
        (datetime(2026, 6, 21, 23, 59, tzinfo=TZ), date(2026, 6, 21)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2028, 3, 1, 5, 0, tzinfo=TZ), date(2028, 2, 29)),
    ],
)
def test_a_night_runs_from_noon_to_noon_and_is_dated_by_its_evening(wall: datetime, night: date) -> None:
    assert night_of(wall, TZ) == night


def test_no_sunset_in_polar_summer_says_to_use_fixed_times() -> None:
    with pytest.raises(InvalidValue, match="fixed times"):
        sun_times(Place(78.2, 20.0), date(2026, 6, 21), ZoneInfo("Arctic/Longyearbyen"))


def test_a_place_outside_the_time_zone_says_to_check_the_coordinates() -> None:
    with pytest.raises(InvalidValue, match="swapped"):
        sun_times(Place(30.0, -100.0), date(2026, 6, 21), TZ)
