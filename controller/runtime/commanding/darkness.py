"""Whether any moment of an order lies between sunset and sunrise at a place."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.assets import Place
from controller.domain.errors import InvalidValue
from schedules.astro import night_of, sun_crossings

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
        crossings = [sun_crossings(place, night + timedelta(days=more), tz) for more in (0, 1)]
    except InvalidValue:
        return True
    return any(begins.timestamp() < one.morning_s and ends.timestamp() > one.evening_s for one in crossings)
