"""Sun times of a night at a place.

A night is dated by its sunset; its sunrise is the next morning's. Times come from ``astral`` (NOAA's formulas,
within about 20 s of DE421), which is asked only for every half degree of latitude on the Greenwich meridian. Any
place is interpolated from there: linearly between two latitudes, and for longitude along the sun's own way, since
the sunset that moves east for a whole turn has come from the day before. That is within 0.25 s of asking astral for
a place in Hangzhou (0.6 s at 53.5° N), so a whole city costs five calculations a night instead of one per lamp.
Greenwich also keeps every crossing far from midnight UTC, where astral loses sunrises (those of Kashgar).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import dawn, dusk, sunrise, sunset

from controller.domain.errors import InvalidValue
from controller.domain.places import Place

ROW_DEG = 0.5
CACHED_NIGHTS = 16_384
"""Grid nights kept for each pair of crossings: eight years of one city, about 3 MB."""


@dataclass(frozen=True, slots=True)
class SunTimes:
    """The sun's four times of one night (aware, UTC): ``sunset < dusk < dawn < sunrise``.

    Sunset and sunrise are of the upper limb at the horizon (−0:50 with refraction); dusk and dawn are the ends of
    civil twilight (−6°).
    """

    sunset: datetime
    dusk: datetime
    dawn: datetime
    sunrise: datetime


class Crossings(NamedTuple):
    """An evening and the morning after it, in seconds of the POSIX epoch: sunset and sunrise, or dusk and dawn."""

    evening_s: float
    morning_s: float


def sun_times(place: Place, night: date, tz: ZoneInfo) -> SunTimes:
    """Sunset, dusk, dawn and sunrise of a night (``tz`` says which local noon the night begins at).

    Raises:
        InvalidValue: no ordinary sunset and sunrise there that night (beyond about 60° of latitude), or a place
            that does not belong into the time zone.
    """
    sun, twilight = sun_crossings(place, night, tz), twilight_crossings(place, night, tz)
    return SunTimes(
        sunset=utc(sun.evening_s),
        dusk=utc(twilight.evening_s),
        dawn=utc(twilight.morning_s),
        sunrise=utc(sun.morning_s),
    )


def sun_crossings(place: Place, night: date, tz: ZoneInfo) -> Crossings:
    """Sunset and the next sunrise, as numbers; see ``sun_times``."""
    return _at_place(_sun_at_greenwich, place, night, tz)


def twilight_crossings(place: Place, night: date, tz: ZoneInfo) -> Crossings:
    """Civil dusk and the next civil dawn, as numbers; see ``sun_times``."""
    return _at_place(_twilight_at_greenwich, place, night, tz)


def night_of(wall: datetime, tz: ZoneInfo) -> date:
    """The night a moment belongs to: local noon to local noon, dated by its evening (TALQ ``dayOffset`` 12)."""
    return (wall.astimezone(tz).replace(tzinfo=None) - timedelta(hours=12)).date()


@lru_cache(maxsize=4096)
def noon_s(ordinal: int, tz: ZoneInfo) -> float:
    """Local noon of a day (proleptic ordinal), in seconds of the epoch: where its night begins."""
    return datetime.combine(date.fromordinal(ordinal), time(12), tz).timestamp()


def utc(posix_s: float) -> datetime:
    """That second of the epoch as an aware datetime, UTC."""
    return datetime.fromtimestamp(posix_s, UTC)


_AtGreenwich = Callable[[int, int], Crossings]


def _at_place(at_greenwich: _AtGreenwich, place: Place, night: date, tz: ZoneInfo) -> Crossings:
    row, within = divmod(place.lat, ROW_DEG)
    tonight = night.toordinal()
    turn = place.lon / 360.0
    here = _on_latitude(at_greenwich, int(row), within / ROW_DEG, tonight)
    came_from = _on_latitude(at_greenwich, int(row), within / ROW_DEG, tonight - 1 if turn > 0 else tonight + 1)
    found = _between(here, came_from, abs(turn))
    if not noon_s(tonight, tz) <= found.evening_s < found.morning_s <= noon_s(tonight + 1, tz):
        raise InvalidValue(
            f"at {place.lat:g}° N, {place.lon:g}° E the night of {night} does not lie between two noons of {tz.key}; "
            "check the coordinates (latitude and longitude swapped?) and the site's time zone"
        )
    return found


def _on_latitude(at_greenwich: _AtGreenwich, row: int, part: float, ordinal: int) -> Crossings:
    return _between(at_greenwich(row, ordinal), at_greenwich(row + 1, ordinal), part)


def _between(first: Crossings, second: Crossings, part: float) -> Crossings:
    return Crossings(
        first.evening_s + (second.evening_s - first.evening_s) * part,
        first.morning_s + (second.morning_s - first.morning_s) * part,
    )


@lru_cache(maxsize=CACHED_NIGHTS)
def _sun_at_greenwich(row: int, ordinal: int) -> Crossings:
    return _asked(sunset, sunrise, row, ordinal)


@lru_cache(maxsize=CACHED_NIGHTS)
def _twilight_at_greenwich(row: int, ordinal: int) -> Crossings:
    return _asked(dusk, dawn, row, ordinal)


def _asked(evening: Callable[..., datetime], morning: Callable[..., datetime], row: int, ordinal: int) -> Crossings:
    """Ask astral; always with ``tzinfo``, without which it may answer for a neighbouring day."""
    observer = Observer(row * ROW_DEG, 0.0, 0.0)
    night = date.fromordinal(ordinal)
    try:
        return Crossings(
            evening(observer, night, tzinfo=UTC).timestamp(),
            morning(observer, night + timedelta(days=1), tzinfo=UTC).timestamp(),
        )
    except ValueError as cause:
        raise InvalidValue(
            f"at {observer.latitude:g}° of latitude the night of {night} has no ordinary sunset, sunrise or civil "
            f"twilight ({cause}); give this place fixed times instead of sun times"
        ) from cause
