"""Rain as a series of rates, straight lines between them: a recorded or made-up storm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise


class Hyetograph:
    """Rates (mm/h) at ``start_s`` (Unix seconds) and every ``every_s`` after it; nothing before and after.

    ``factors`` scale it per rain gauge (1 where nothing is said).
    """

    __slots__ = ("_every_s", "_rates", "_sums_mm", "factors", "start_s")

    def __init__(self, start_s: float, every_s: float, mm_h: Sequence[float], factors: Mapping[str, float]) -> None:
        self.start_s = start_s
        self.factors = factors
        self._every_s = every_s
        self._rates = tuple(mm_h)
        steps = ((a + b) / 2.0 * every_s / 3600.0 for a, b in pairwise(self._rates))
        self._sums_mm = tuple(accumulate(steps, initial=0.0))

    def intensity_mm_h(self, t_s: float) -> float:
        """Rain rate at factor 1."""
        into = (t_s - self.start_s) / self._every_s
        if not 0.0 <= into <= len(self._rates) - 1:
            return 0.0
        index = min(int(into), len(self._rates) - 2)
        return self._between(index, into - index)

    def fallen_mm(self, t_s: float) -> float:
        """Rain since its beginning at factor 1."""
        into = (t_s - self.start_s) / self._every_s
        if into <= 0.0 or len(self._rates) < 2:
            return 0.0
        if into >= len(self._rates) - 1:
            return self._sums_mm[-1]
        index = int(into)
        share = into - index
        mean = (self._rates[index] + self._between(index, share)) / 2.0
        return self._sums_mm[index] + mean * share * self._every_s / 3600.0

    def misjudged(self, scale: float, late_s: float) -> Hyetograph:
        """The same storm as somebody foresees it: so many times as much, so much later."""
        return Hyetograph(self.start_s + late_s, self._every_s, [rate * scale for rate in self._rates], self.factors)

    def _between(self, index: int, share: float) -> float:
        low, high = self._rates[index], self._rates[min(index + 1, len(self._rates) - 1)]
        return low + (high - low) * share
