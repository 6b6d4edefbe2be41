"""Where the sun stands, by the low-precision series of the Astronomical Almanac (about 0.01° this century).

On purpose not the formula of ``schedules``: the field's own idea of dusk must not share the controller's mistakes.
Times are Unix seconds (UTC); angles are degrees; longitude east is positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, asin, atan2, cos, degrees, exp, floor, pi, radians, sin

DAY_S = 86_400.0
HORIZON_DEG = -0.833
"""Altitude of the sun's centre at rise and set: refraction 34' plus half its disc 16'."""

_J2000_S = 946_728_000.0
_TURN = 360.0


@dataclass(frozen=True, slots=True)
class Night:
    """Sunset to the following sunrise."""

    sunset_s: float
    sunrise_s: float


def altitude_deg(lat: float, lon: float, t_s: float) -> float:
    """The sun's altitude above the horizon, without refraction."""
    declination, hour_angle = _declination_and_hour_angle(lon, t_s)
    phi = radians(lat)
    return degrees(asin(sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(radians(hour_angle))))


def illuminance_lx(altitude: float) -> float:
    """Clear-sky horizontal illuminance for a solar altitude in degrees (smooth through dusk, 0.01 lx floor)."""
    dusk_lx = 400.0 * exp(0.8 * min(altitude, 0.0))
    day_lx = 105_000.0 * max(0.0, sin(altitude * pi / 180.0)) ** 1.2
    return max(0.01, dusk_lx + float(day_lx))


def solar_day(lon: float, t_s: float) -> int:
    """The number of the local solar day (mean time) ``t_s`` falls in."""
    return floor(t_s / DAY_S + lon / _TURN)


def night_of_day(lat: float, lon: float, day: int) -> Night:
    """The night that begins on solar day ``day``; the same answer whenever it is asked."""
    noon_s = (day + 0.5 - lon / _TURN) * DAY_S
    return Night(_crossing(lat, lon, noon_s, 1.0), _crossing(lat, lon, noon_s + DAY_S, -1.0))


def _declination_and_hour_angle(lon: float, t_s: float) -> tuple[float, float]:
    days = (t_s - _J2000_S) / DAY_S
    anomaly = radians(357.529 + 0.98560028 * days)
    ecliptic = radians(280.459 + 0.98564736 * days + 1.915 * sin(anomaly) + 0.020 * sin(2.0 * anomaly))
    tilt = radians(23.439 - 3.6e-7 * days)
    ascension = degrees(atan2(cos(tilt) * sin(ecliptic), cos(ecliptic)))
    sidereal = 280.46061837 + 360.98564736629 * days
    hour_angle = sidereal + lon - ascension
    return asin(sin(tilt) * sin(ecliptic)), hour_angle - _TURN * floor(hour_angle / _TURN + 0.5)


def _crossing(lat: float, lon: float, noon_s: float, side: float) -> float:
    """When the sun crosses the horizon before (−1) or after (+1) this noon; polar days do not occur in China."""
    phi = radians(lat)
    t_s = noon_s + side * DAY_S / 4.0
    for _ in range(3):
        declination, hour_angle = _declination_and_hour_angle(lon, t_s)
        ratio = (sin(radians(HORIZON_DEG)) - sin(phi) * sin(declination)) / (cos(phi) * cos(declination))
        wanted = side * degrees(acos(max(-1.0, min(1.0, ratio))))
        t_s += (wanted - hour_angle) / _TURN * DAY_S
    return t_s
