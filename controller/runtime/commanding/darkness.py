"""Whether any moment of an order lies between sunset and sunrise at a place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from schedules.astro import Crossings, night_of, sun_crossings

LONGEST_LOOKED_AT = timedelta(hours=24)
"""Any span this long has a night in it."""


def reaches_into_the_night(place: Place, begins: datetime, ends: datetime, tz: ZoneInfo) -> bool:
    """Whether ``begins``..``ends`` (aware) meets the time between sunset and sunrise at ``place``.

    Where the sun's times cannot be told, it counts as night: when in doubt, a second person looks.
    """
    if ends - begins >= LONGEST_LOOKED_AT:
        return True
    night = night_of(begins, tz)
    try:
        tonight, next_night = _two_nights(place, night, tz)
    except InvalidValue:
        return True
    begins_s, ends_s = begins.timestamp(), ends.timestamp()
    if begins_s < tonight.morning_s and ends_s > tonight.evening_s:
        return True
    return begins_s < next_night.morning_s and ends_s > next_night.evening_s


@lru_cache(maxsize=70_000)  # a city's cabinets: asked at select, at operate, by who proposes and who confirms
def _two_nights(place: Place, night: date, tz: ZoneInfo) -> tuple[Crossings, Crossings]:
    return sun_crossings(place, night, tz), sun_crossings(place, night + timedelta(days=1), tz)
