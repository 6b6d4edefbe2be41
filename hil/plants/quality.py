"""Water quality at a place: quiet values with a daily breath, clouded by the rain of the last hours."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin

from hil.plants.weather import Weather

WASH_OUT_S = 6.0 * 3600.0
"""Rain of this long a time still clouds the water."""


@dataclass(frozen=True, slots=True)
class QualityEvent:
    """Something that spoils the water for a while: rising in a straight line to its worst half-way, and back.

    Times are Unix seconds; ``oxygen_mg_l`` is what is missing at the worst.
    """

    start_s: float
    lasts_s: float
    turbidity_ntu: float = 0.0
    ammonia_mg_l: float = 0.0
    oxygen_mg_l: float = 0.0

    def share(self, t_s: float) -> float:
        """How much of its worst is there (0–1)."""
        return max(0.0, 1.0 - abs(2.0 * (t_s - self.start_s) / self.lasts_s - 1.0))


class QualityPlant:
    """Quality by closed form. ``extra_ammonia_mg_l`` is a spill somebody injects; ``events`` come and go by time."""

    def __init__(
        self,
        weather: Weather,
        gauge: str,
        start_s: float,
        *,
        turbidity_ntu: float,
        ammonia_mg_l: float,
        oxygen_mg_l: float,
    ) -> None:
        self.now_s = start_s
        self.extra_ammonia_mg_l = 0.0
        self.events: list[QualityEvent] = []
        self._weather = weather
        self._gauge = gauge
        self._turbidity_ntu = turbidity_ntu
        self._ammonia_mg_l = ammonia_mg_l
        self._oxygen_mg_l = oxygen_mg_l

    def advance(self, to_s: float) -> None:
        """Let time pass."""
        self.now_s = max(self.now_s, to_s)

    def turbidity_ntu(self) -> float:
        """Turbidity: 3 NTU more for each millimetre of recent rain."""
        quiet = self._turbidity_ntu * (1.0 + 0.05 * self._breath()) + 3.0 * self._recent_rain_mm()
        return quiet + self._spoilt("turbidity_ntu")

    def ammonia_mg_l(self) -> float:
        """Ammonia nitrogen."""
        quiet = self._ammonia_mg_l * (1.0 + 0.1 * self._breath()) + 0.004 * self._recent_rain_mm()
        return quiet + self.extra_ammonia_mg_l + self._spoilt("ammonia_mg_l")

    def oxygen_mg_l(self) -> float:
        """Dissolved oxygen: highest in the afternoon, lower in clouded water."""
        quiet = self._oxygen_mg_l * (1.0 + 0.08 * self._breath()) - 0.02 * self._recent_rain_mm()
        return max(0.5, quiet - self._spoilt("oxygen_mg_l"))

    def ph(self) -> float:
        """Acidity."""
        return 7.5 + 0.1 * self._breath()

    def _spoilt(self, what: str) -> float:
        return sum(float(getattr(event, what)) * event.share(self.now_s) for event in self.events)

    def _breath(self) -> float:
        return sin(2.0 * pi * self.now_s / 86_400.0)

    def _recent_rain_mm(self) -> float:
        return self._weather.fallen_mm(self._gauge, self.now_s - WASH_OUT_S, self.now_s)
