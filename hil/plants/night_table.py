"""A downloaded table of nights, followed by a cabinet: rows from noon to noon, in the device's own time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from controller.logic.timetables import Night
from hil.plants.timetable import Timetable

DAY_S = 86_400.0
_EPOCH = date(1970, 1, 1)


class NightTable:
    """``night(date)`` is what the table holds for the night that begins at that date's noon; None: nothing readable,
    and ``otherwise`` (the built-in table) is followed. Times are Unix seconds as the device's clock shows them."""

    def __init__(self, night: Callable[[date], Night | None], otherwise: Timetable, utc_offset_s: float) -> None:
        self._night = night
        self._otherwise = otherwise
        self._utc_offset_s = utc_offset_s

    def on_at(self, t_s: float) -> bool:
        """Inside one of the night's windows."""
        noon_s, night = self._tonight(t_s)
        if night is None:
            return self._otherwise.on_at(t_s)
        return any(noon_s + on * 60.0 <= t_s < noon_s + off * 60.0 for on, off in night)

    def next_edge_s(self, t_s: float) -> float:
        """The next edge of this night, or its end: there the next row begins."""
        noon_s, night = self._tonight(t_s)
        end_s = noon_s + DAY_S
        if night is None:
            return min(end_s, self._otherwise.next_edge_s(t_s))
        edges = (noon_s + minute * 60.0 for window in night for minute in window)
        return min((edge_s for edge_s in edges if edge_s > t_s), default=end_s)

    def _tonight(self, t_s: float) -> tuple[float, Night | None]:
        day = int((t_s + self._utc_offset_s - DAY_S / 2) // DAY_S)
        noon_s = day * DAY_S + DAY_S / 2 - self._utc_offset_s
        return noon_s, self._night(_EPOCH + timedelta(days=day))
