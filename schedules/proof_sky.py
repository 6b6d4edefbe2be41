"""Sun and clock of many nights at many places, as arrays: ``schedules.astro`` for a whole city and year.

The same grid and the same arithmetic as ``astro``, in the same order, so that a time worked out here is the time the
controller will work out that night (within 1 µs; the grid's own error against astral is said there). Every asset has
its own place; no place is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from controller.domain.errors import InvalidValue
from controller.domain.places import Place
from schedules.astro import ROW_DEG, noon_s, sun_crossings, twilight_crossings
from schedules.program import Anchor, TimePoint
from schedules.spans import Sky

Floats = NDArray[np.float64]
UTC_ZONE = ZoneInfo("UTC")


class YearSky:
    """``nights`` nights from ``first`` on, at ``places``: every time in seconds of the POSIX epoch.

    Raises:
        InvalidValue: a place without ordinary sun times, or one that does not belong into the time zone.
    """

    def __init__(self, places: Sequence[Place], first: date, nights: int, tz: ZoneInfo) -> None:
        self.first, self.nights, self._tz = first, nights, tz
        self.places = tuple(places)
        ordinals = range(first.toordinal(), first.toordinal() + nights + 1)
        noons = np.array([noon_s(ordinal, tz) for ordinal in ordinals])
        self.noon_s, self.next_noon_s = noons[:-1], noons[1:]
        self._lat = np.array([place.lat for place in self.places])
        self._lon = np.array([place.lon for place in self.places])
        rows, within = np.divmod(self._lat, ROW_DEG)
        self._part = within / ROW_DEG
        self._turn = self._lon / 360.0
        self._low = int(rows.min()) if len(self.places) else 0
        self._row = rows.astype(np.intp) - self._low
        self._depth = int(self._row.max()) + 2 if len(self.places) else 0
        self._sun: tuple[Floats, Floats] | None = None
        self._twilight: tuple[Floats, Floats] | None = None
        self._clocks: dict[int, Floats] = {}

    def night(self, position: int) -> date:
        """The date of the night at a position."""
        return self.first + timedelta(days=int(position))

    def sun(self, chosen: slice) -> tuple[Floats, Floats]:
        """Sunset and the next sunrise of some places, each (places, nights)."""
        if self._sun is None:
            self._sun = self._grid(twilight=False)
        evening, morning = (self._at(chosen, grid) for grid in self._sun)
        self._check(chosen, evening, morning)
        return evening, morning

    def twilight(self, chosen: slice) -> tuple[Floats, Floats]:
        """Civil dusk and the next civil dawn of some places, each (places, nights)."""
        if self._twilight is None:
            self._twilight = self._grid(twilight=True)
        evening, morning = (self._at(chosen, grid) for grid in self._twilight)
        self._check(chosen, evening, morning)
        return evening, morning

    def clock(self, minute: int) -> Floats:
        """That local minute of the day in each night: (nights,)."""
        if minute not in self._clocks:
            point, anywhere = TimePoint(Anchor.CLOCK, minute), self.places[0]
            nights = (self.night(position) for position in range(self.nights))
            self._clocks[minute] = np.array([Sky(night, anywhere, self._tz).second(point) for night in nights])
        return self._clocks[minute]

    def _grid(self, *, twilight: bool) -> tuple[Floats, Floats]:
        """Crossings on the Greenwich meridian, (rows, nights + 2): from the night before the first on."""
        asked = twilight_crossings if twilight else sun_crossings
        found = np.empty((2, self._depth, self.nights + 2))
        for row in range(self._depth):
            place = Place((self._low + row) * ROW_DEG, 0.0)
            for position in range(self.nights + 2):
                found[:, row, position] = asked(place, self.night(position - 1), UTC_ZONE)
        return found[0], found[1]

    def _at(self, chosen: slice, grid: Floats) -> Floats:
        row, part = self._row[chosen], self._part[chosen, None]
        on_latitude = grid[row] + (grid[row + 1] - grid[row]) * part
        here, turn = on_latitude[:, 1:-1], self._turn[chosen, None]
        came_from = np.where(turn > 0, on_latitude[:, :-2], on_latitude[:, 2:])
        return here + (came_from - here) * np.abs(turn)

    def _check(self, chosen: slice, evening: Floats, morning: Floats) -> None:
        good = (self.noon_s <= evening) & (evening < morning) & (morning <= self.next_noon_s)
        if not good.all():
            at, night = np.argwhere(~good)[0]
            place = self.places[chosen][int(at)]
            sun_crossings(place, self.night(int(night)), self._tz)  # says it in its own words
            raise InvalidValue(f"no ordinary night of {self.night(int(night))} at {place.lat:g}° N, {place.lon:g}° E")
