"""The clock inside a device: set now and then, and drifting in between."""

from __future__ import annotations

from hil.plants.timetable import Timetable

DAY_S = 86_400.0
EDGE_S = 0.001
"""An edge by a clock that is off is looked at this much later: turned there and back, times are not exact."""


class DeviceClock:
    """What a device takes the time for (Unix seconds), given the true time. It keeps going over a reboot."""

    def __init__(self, *, offset_s: float = 0.0, drift_s_per_day: float = 0.0, since_s: float = 0.0) -> None:
        self._offset_s = offset_s
        self._gain = drift_s_per_day / DAY_S
        self._since_s = since_s

    @property
    def exact(self) -> bool:
        """Whether it shows the true time, always."""
        return self._offset_s == self._gain == 0.0

    def shows(self, t_s: float) -> float:
        """What it shows at the true time ``t_s``."""
        return t_s + self._offset_s + (t_s - self._since_s) * self._gain

    def true(self, shown_s: float) -> float:
        """When it shows that."""
        return (shown_s - self._offset_s + self._since_s * self._gain) / (1.0 + self._gain)

    def set(self, t_s: float, shown_s: float) -> None:
        """At the true time ``t_s`` somebody sets it; its drift stays what it is."""
        self._since_s, self._offset_s = t_s, shown_s - t_s

    def drift(self, t_s: float, s_per_day: float) -> None:
        """From ``t_s`` on it gains so much a day (negative: it loses)."""
        self._offset_s = self.shows(t_s) - t_s
        self._since_s, self._gain = t_s, s_per_day / DAY_S


class ByClock:
    """A timetable followed by a device's own clock. Its times are true ones; those of ``table`` the device's."""

    def __init__(self, table: Timetable, clock: DeviceClock) -> None:
        self.table = table
        self._clock = clock

    def on_at(self, t_s: float) -> bool:
        """What the table says of the time the clock shows then."""
        return self.table.on_at(self._clock.shows(t_s))

    def next_edge_s(self, t_s: float) -> float:
        """When the clock will show the table's next edge."""
        if self._clock.exact:
            return self.table.next_edge_s(t_s)
        edge_s = self._clock.true(self.table.next_edge_s(self._clock.shows(t_s)))
        return max(edge_s, t_s) + EDGE_S
