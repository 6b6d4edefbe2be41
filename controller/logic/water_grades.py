"""Water levels in four grades (蓝黄橙红), how fast they rise, and when they reach the next limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

HOUR_S = 3600.0
FEWEST_SAMPLES = 4
"""A trend out of fewer values is a guess."""


class Grade(StrEnum):
    """The four grades, mildest first."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def priority(self) -> int:
        """4 (blue) … 1 (red)."""
        return 4 - list(Grade).index(self)

    @property
    def zh(self) -> str:
        """The grade's Chinese name."""
        return _ZH[self]

    @property
    def condition(self) -> str:
        """The alarm condition of this grade: ``level_red``."""
        return f"level_{self.value}"


_ZH = {Grade.BLUE: "蓝色", Grade.YELLOW: "黄色", Grade.ORANGE: "橙色", Grade.RED: "红色"}


@dataclass(frozen=True, slots=True)
class GradeLimit:
    """Where a grade begins, in metres above ``datum``; ``of`` says what the number is: ``guarantee level −0.20 m``."""

    grade: Grade
    level_m: float
    datum: str
    of: str


@dataclass(frozen=True, slots=True)
class RiseRule:
    """How a rise is judged: over the last ``window_s``, fast from ``fast_m_per_h``; ``soon_s``: a red level that
    would be reached within this time is announced. None switches the one or the other off."""

    window_s: float = 1800.0
    fast_m_per_h: float | None = 0.30
    soon_s: float | None = 7200.0


@dataclass(frozen=True, slots=True)
class GaugeRules:
    """One gauge's grades, mildest first, and its rise. No rise rule: neither rate nor forecast is alarmed."""

    limits: tuple[GradeLimit, ...] = ()
    rise: RiseRule | None = None

    def limit(self, grade: Grade) -> GradeLimit | None:
        """Where that grade begins."""
        return next((limit for limit in self.limits if limit.grade is grade), None)

    def above(self, level_m: float) -> GradeLimit | None:
        """The next limit a rising level meets; None past the last."""
        return next((limit for limit in self.limits if limit.level_m > level_m), None)


@dataclass(frozen=True, slots=True)
class Sample:
    """A GOOD level (m) and the monotonic second it was read at."""

    s: float
    level_m: float


def within(samples: Iterable[Sample], now_s: float, window_s: float) -> tuple[Sample, ...]:
    """The samples young enough to speak of the trend."""
    return tuple(sample for sample in samples if now_s - sample.s <= window_s)


def rise_m_per_h(samples: Sequence[Sample], window_s: float) -> float | None:
    """The slope of the least-squares line through the samples (m/h; negative: it falls).

    None while there are too few, or they cover less than half the window: a wave is no trend.
    """
    if len(samples) < FEWEST_SAMPLES or samples[-1].s - samples[0].s < window_s / 2:
        return None
    mean_s, mean_m = fmean(one.s for one in samples), fmean(one.level_m for one in samples)
    spread = sum((one.s - mean_s) ** 2 for one in samples)
    return HOUR_S * sum((one.s - mean_s) * (one.level_m - mean_m) for one in samples) / spread


def time_to_s(level_m: float, limit_m: float, rate_m_per_h: float | None) -> float | None:
    """Seconds until a level that goes on rising like this meets the limit; None when it does not, 0 when it has."""
    if level_m >= limit_m:
        return 0.0
    if rate_m_per_h is None or rate_m_per_h <= 0.0:
        return None
    return HOUR_S * (limit_m - level_m) / rate_m_per_h
