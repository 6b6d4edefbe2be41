"""Rain by stated storms and light by the sun: the same scenario always gives the same weather."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hil.plants.sun import altitude_deg, illuminance_lx

OVERCAST_SHARE = 0.25
"""Part of the clear-sky light left under rain."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm that rises in a straight line to its peak half-way and falls again.

    ``factors`` scale it per rain gauge (1 where nothing is said). Times are Unix seconds.
    """

    start_s: float
    duration_s: float
    peak_mm_h: float
    factors: Mapping[str, float] = field(default_factory=dict)

    def intensity_mm_h(self, t_s: float) -> float:
        """Rain rate at factor 1."""
        into = (t_s - self.start_s) / self.duration_s
        return self.peak_mm_h * max(0.0, 1.0 - abs(2.0 * into - 1.0))

    def fallen_mm(self, t_s: float) -> float:
        """Rain since its beginning at factor 1."""
        into = min(1.0, max(0.0, (t_s - self.start_s) / self.duration_s))
        rising = into if into <= 0.5 else 1.0 - into
        triangle = 2.0 * rising * rising
        share = triangle if into <= 0.5 else 1.0 - triangle
        return share * self.peak_mm_h * self.duration_s / 7200.0


class Rainfall(Protocol):
    """A storm, whatever its shape."""

    @property
    def factors(self) -> Mapping[str, float]:
        """Its scale per rain gauge."""
        ...

    def intensity_mm_h(self, t_s: float) -> float:
        """Rain rate at factor 1."""
        ...

    def fallen_mm(self, t_s: float) -> float:
        """Rain since its beginning at factor 1."""
        ...


class Weather:
    """All storms of a scenario, seen by rain gauge."""

    def __init__(self, storms: Sequence[Rainfall] = ()) -> None:
        self.storms = tuple(storms)

    def rain_mm_h(self, gauge: str, t_s: float) -> float:
        """Rain rate at a gauge."""
        return sum(storm.intensity_mm_h(t_s) * storm.factors.get(gauge, 1.0) for storm in self.storms)

    def fallen_mm(self, gauge: str, from_s: float, to_s: float) -> float:
        """Rain at a gauge between two moments."""
        return sum(
            (storm.fallen_mm(to_s) - storm.fallen_mm(from_s)) * storm.factors.get(gauge, 1.0) for storm in self.storms
        )

    def lux(self, lat: float, lon: float, t_s: float) -> float:
        """Light on a horizontal plane in lux."""
        raining = any(storm.intensity_mm_h(t_s) > 0.5 for storm in self.storms)
        return illuminance_lx(altitude_deg(lat, lon, t_s)) * (OVERCAST_SHARE if raining else 1.0)
