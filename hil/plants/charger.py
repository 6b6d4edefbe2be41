"""A pole's charger: sessions that begin and end by themselves, a fault, and being switched off."""

from __future__ import annotations

from enum import StrEnum
from zlib import crc32

SESSION_S = 5_400.0
BETWEEN_S = 6.0 * 3600.0
"""A car stands there for an hour and a half, four times a day; which hours differs from pole to pole."""
FULL_W = 7_000.0
TAPER_S = 900.0
"""The last quarter of an hour is charged at half the power."""


class ChargerState(StrEnum):
    """What the charger reports."""

    IDLE = "IDLE"
    CHARGING = "CHARGING"
    FAULT = "FAULT"
    OFFLINE = "OFFLINE"


class ChargerPlant:
    """Truth of one charger, worked out from the time alone. ``broken``: it faults. ``unpowered``: it is off the line.
    ``plugged``: a car that stays whatever the hour (None: cars come and go by themselves)."""

    __slots__ = ("_begins_s", "broken", "plugged", "unpowered")

    def __init__(self, device: str, start_s: float) -> None:
        self._begins_s = start_s - crc32(device.encode()) % int(BETWEEN_S)
        self.broken = False
        self.unpowered = False
        self.plugged: bool | None = None

    def state(self, t_s: float) -> ChargerState:
        """What it reports at ``t_s``."""
        if self.unpowered:
            return ChargerState.OFFLINE
        if self.broken:
            return ChargerState.FAULT
        charging = self._within_s(t_s) < SESSION_S if self.plugged is None else self.plugged
        return ChargerState.CHARGING if charging else ChargerState.IDLE

    def power_w(self, t_s: float) -> float:
        """What it draws at ``t_s``."""
        if self.state(t_s) is not ChargerState.CHARGING:
            return 0.0
        tapers = self.plugged is None and self._within_s(t_s) >= SESSION_S - TAPER_S
        return FULL_W / 2 if tapers else FULL_W

    def _within_s(self, t_s: float) -> float:
        return (t_s - self._begins_s) % BETWEEN_S
