"""How fast a quality gets worse: the change from the best value of a window to the newest."""

from __future__ import annotations

from dataclasses import dataclass

from controller.logic.water_quality.rules import Parameter, Trend

SAMPLES = 60
"""A window is remembered in about so many values."""


@dataclass(frozen=True, slots=True)
class TrendMemory:
    """GOOD values of the window, oldest first: (monotonic s, value)."""

    samples: tuple[tuple[float, float], ...] = ()


def follow_trend(trend: Trend, value: float | None, memory: TrendMemory, now_s: float) -> TrendMemory:
    """One look; a value that is not known adds nothing."""
    kept = tuple(one for one in memory.samples if now_s - one[0] <= trend.within_s)
    if value is None:
        return TrendMemory(kept)
    if kept and now_s - kept[-1][0] < trend.within_s / SAMPLES:
        return TrendMemory(kept)
    return TrendMemory((*kept, (now_s, value)))


def worse_by(parameter: Parameter, memory: TrendMemory) -> float | None:
    """How much worse the newest value is than the best before it; None while there are fewer than two."""
    if len(memory.samples) < 2:
        return None
    values = [value for _, value in memory.samples]
    newest = values[-1]
    best = min(values[:-1]) if parameter.rising_is_worse else max(values[:-1])
    return newest - best if parameter.rising_is_worse else best - newest
