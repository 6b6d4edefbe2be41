"""The water outside the city: a tide of two constituents, with the bore of the Qiantang as a steep front."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, pi

M2_S = 44_714.16
"""Period of the principal lunar tide, 12.4206 h."""
S2_S = 43_200.0
"""Period of the principal solar tide, 12 h."""


@dataclass(frozen=True, slots=True)
class Tide:
    """Level outside. ``bore_m`` > 0 adds a front once per lunar tide, ``bore_after_s`` after its high water.

    A constant level is a tide without amplitudes. Metres above the site's datum; phases are Unix seconds of a
    high water of each constituent.
    """

    mean_m: float
    m2_m: float = 0.0
    m2_high_s: float = 0.0
    s2_m: float = 0.0
    s2_high_s: float = 0.0
    bore_m: float = 0.0
    bore_after_s: float = 27_000.0
    bore_rise_s: float = 300.0
    bore_fade_s: float = 5_400.0

    def level_m(self, t_s: float) -> float:
        """The level at a Unix second."""
        lunar = self.m2_m * cos(2.0 * pi * (t_s - self.m2_high_s) / M2_S)
        solar = self.s2_m * cos(2.0 * pi * (t_s - self.s2_high_s) / S2_S)
        return self.mean_m + lunar + solar + self._bore(t_s)

    def _bore(self, t_s: float) -> float:
        if self.bore_m == 0.0:
            return 0.0
        since_s = (t_s - self.m2_high_s - self.bore_after_s) % M2_S
        if since_s <= self.bore_rise_s:
            return self.bore_m * since_s / self.bore_rise_s
        return self.bore_m * exp(-(since_s - self.bore_rise_s) / self.bore_fade_s)
