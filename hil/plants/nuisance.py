"""What is no fault and looks like one: mains that swing and step, lamps that feel them, meters that are not exact.

Everything is a function of a seed and the moment: the same night is the same night however often it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, pi, sin

_MASK = (1 << 64) - 1
_TAP_S = 4.0 * 3600.0
_DRIFT_S = 900.0


@dataclass(frozen=True, slots=True)
class Nuisance:
    """Shares of nominal: 0.03 is 3 %.

    ``swing``: slow daily movement of the mains; ``wander``: movement over quarters of an hour; ``tap``: steps of the
    transformer, one every few hours; ``noise``: each power reading's own error (one standard deviation); ``heat``:
    how far a lamp's power follows the night's temperature.
    """

    seed: int
    swing: float = 0.025
    wander: float = 0.010
    tap: float = 0.015
    noise: float = 0.006
    heat: float = 0.008

    def mains(self, phase: str, t_s: float) -> float:
        """Phase voltage as a share of nominal, before any sag; within about ±5 %."""
        at = ord(phase)
        daily = self.swing * sin(2.0 * pi * (t_s / 86_400.0 + even(self.seed, 1, 0) / 2.0)) * (1.0 + at % 3 * 0.1)
        tap = self.tap * even(self.seed, 2, floor(t_s / _TAP_S + 0.37 * even(self.seed, 3, 0)))
        return 1.0 + daily + tap + self.wander * self._slow(at, t_s)

    def load(self, exponent: float, mains: float, t_s: float) -> float:
        """What a lamp draws at this voltage and temperature, as a share of its rating; LED drivers: exponent 0."""
        warmth = sin(2.0 * pi * (t_s / 86_400.0 - 0.1)) + 0.5 * even(self.seed, 4, floor(t_s / 86_400.0))
        felt = mains**exponent if exponent else 1.0
        return felt * (1.0 + self.heat * warmth)

    def metered(self, channel: int, watts: float, t_s: float) -> float:
        """What a meter makes of it, before its register rounds it."""
        if not watts:
            return 0.0
        moment = floor(t_s * 10.0)
        error = sum(even(self.seed, channel * 4 + one, moment) for one in range(3))  # nearly normal, σ = 1
        return max(0.0, watts * (1.0 + self.noise * error))

    def _slow(self, channel: int, t_s: float) -> float:
        step, into = divmod(t_s / _DRIFT_S, 1.0)
        before, after = (even(self.seed, 100 + channel, int(step) + one) for one in (0, 1))
        return before + (after - before) * into


def even(seed: int, channel: int, index: int) -> float:
    """An evenly spread number in −1 … 1, the same whenever it is asked for."""
    mixed = (seed * 0x9E3779B97F4A7C15 + channel * 0xBF58476D1CE4E5B9 + index * 0x94D049BB133111EB) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) / (1 << 63) - 1.0
