"""Sun, timetables and storms, against an independent ephemeris and against plain sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import ephem
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.plants.sun import altitude_deg, illuminance_lx, night_of_day, solar_day
from hil.plants.timetable import AstronomicalTable, DownloadedTable
from hil.plants.weather import Storm, Weather

LAT, LON = 30.27, 120.15
NOON = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)


def observer(moment: datetime) -> ephem.Observer:
    place = ephem.Observer()
    place.lat, place.lon, place.elevation = str(LAT), str(LON), 0
    place.pressure, place.horizon = 0, "-0:50"
    place.date = moment.replace(tzinfo=None)
    return place


@pytest.mark.parametrize("month", range(1, 13))
def test_sunset_and_sunrise_agree_with_an_ephemeris_within_20_seconds(month: int) -> None:
    noon = datetime(2026, month, 15, 4, 0, tzinfo=UTC)
    night = night_of_day(LAT, LON, solar_day(LON, noon.timestamp()))
    place = observer(noon)
    for ours, theirs in (
        (night.sunset_s, place.next_setting(ephem.Sun(), use_center=True)),
        (night.sunrise_s, place.next_rising(ephem.Sun(), use_center=True)),
    ):
        assert ours == pytest.approx(theirs.datetime().replace(tzinfo=UTC).timestamp(), abs=20)


def test_light_falls_without_a_step_from_noon_to_night() -> None:
    lux = [illuminance_lx(degrees / 10) for degrees in range(900, -300, -1)]
    assert lux == sorted(lux, reverse=True)
    assert max(high / low for high, low in pairwise(lux)) < 1.6
    assert 3 < illuminance_lx(-6) < 5


def test_the_sun_stands_highest_at_solar_noon() -> None:
    assert altitude_deg(LAT, LON, NOON.timestamp()) > 82
    assert altitude_deg(LAT, LON, (NOON + timedelta(hours=12)).timestamp()) < -35


@given(st.floats(0, 400 * 86_400.0))
def test_a_table_changes_exactly_at_its_edges(offset_s: float) -> None:
    table = AstronomicalTable(LAT, LON, utc_offset_s=28_800.0, until_h=None)
    t_s = NOON.timestamp() + offset_s
    edge_s = table.next_edge_s(t_s)
    assert t_s < edge_s < t_s + 20 * 3600
    assert table.on_at(edge_s) is not table.on_at(t_s)
    assert table.on_at((t_s + edge_s) / 2) is table.on_at(t_s)


def test_landscape_light_ends_at_ten_in_the_evening_local_time() -> None:
    table = AstronomicalTable(LAT, LON, utc_offset_s=28_800.0, until_h=22.0)
    on_s = table.next_edge_s(NOON.timestamp())
    off = datetime.fromtimestamp(table.next_edge_s(on_s), UTC)
    assert (off.hour, off.minute, off.second) == (14, 0, 0)


def test_windows_that_overlap_are_no_timetable() -> None:
    with pytest.raises(ValueError, match="do not overlap"):
        DownloadedTable([(0, 10), (5, 20)])


@given(st.floats(-1000, 20_000), st.floats(0, 20_000))
def test_fallen_rain_is_the_sum_of_its_rate(from_s: float, length_s: float) -> None:
    weather = Weather([Storm(1000.0, 9000.0, 30.0, {"g": 1.5})])
    slices = 400
    width_s = length_s / slices
    summed = sum(weather.rain_mm_h("g", from_s + (n + 0.5) * width_s) * width_s / 3600 for n in range(slices))
    assert weather.fallen_mm("g", from_s, from_s + length_s) == pytest.approx(summed, abs=0.05)


def test_rain_makes_it_darker() -> None:
    clear = Weather().lux(LAT, LON, NOON.timestamp())
    wet = Weather([Storm(NOON.timestamp() - 3600, 7200.0, 20.0)]).lux(LAT, LON, NOON.timestamp())
    assert wet == pytest.approx(clear / 4)
