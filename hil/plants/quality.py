"""Water quality at a place: quiet values with a daily breath, clouded by the rain of the last hours."""

from __future__ import annotations

from math import pi, sin

from hil.plants.weather import Weather

WASH_OUT_S = 6.0 * 3600.0
"""Rain of this long a time still clouds the water."""


class QualityPlant:
    """Quality by closed form. ``extra_ammonia_mg_l`` is a spill somebody injects."""

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
        return self._turbidity_ntu * (1.0 + 0.05 * self._breath()) + 3.0 * self._recent_rain_mm()

    def ammonia_mg_l(self) -> float:
        """Ammonia nitrogen."""
        return (
            self._ammonia_mg_l * (1.0 + 0.1 * self._breath()) + 0.004 * self._recent_rain_mm() + self.extra_ammonia_mg_l
        )

    def oxygen_mg_l(self) -> float:
        """Dissolved oxygen: highest in the afternoon, lower in clouded water."""
        return max(0.5, self._oxygen_mg_l * (1.0 + 0.08 * self._breath()) - 0.02 * self._recent_rain_mm())

    def ph(self) -> float:
        """Acidity."""
        return 7.5 + 0.1 * self._breath()

    def _breath(self) -> float:
        return sin(2.0 * pi * self.now_s / 86_400.0)

    def _recent_rain_mm(self) -> float:
        return self._weather.fallen_mm(self._gauge, self.now_s - WASH_OUT_S, self.now_s)
