"""What a circuit draws when it is sound: learned from its own nights, by hour and dimming level, at nominal voltage.

Robust throughout: medians of short windows, medians over nights, the slope of power over voltage as the median of
pairwise slopes (Theil-Sen), the scatter as a median absolute deviation. A window that looks like a fault teaches
nothing, and what is learned later can never move further than a bound from what was learned first.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import ceil, log
from statistics import median
from typing import NamedTuple

from controller.logic.faults.rules import FaultRules

TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation."""
MOST_EXPONENT = 2.2
"""No lamp's power follows the voltage more steeply (HID on a ballast: about 2)."""
LEAST_SPREAD = 0.004
"""Two windows whose voltages differ by less than this share tell nothing about the exponent."""
LEAST_PAIRS = 12
MOST_PAIRS = 400
LEAST_SCATTER = 0.0008
SCATTER_STEP = 1.05
TRUST_SHARE = 0.004
"""A circuit that has never shown its exponent (the voltage hardly moved) is trusted this far round what it saw."""


class Lesson(NamedTuple):
    """One window: which night and hour of the day, the mean voltage, the median power, and the scatter around it."""

    night: int
    hour: int
    volts: float
    watts: float


HOURS = 24
_NO_HOURS = array("f", bytes(4 * HOURS))
_NO_LESSONS = array("f")


@dataclass(frozen=True, slots=True)
class Baseline:
    """One circuit at one level. Until ``trained`` it only gathers lessons.

    ``watts`` by hour of the day at nominal voltage (0: not learned), ``anchors`` as they were first learned;
    ``whole_w``: over all hours. ``exponent``: power ∝ voltage^exponent. ``scatter``: median absolute deviation of a
    window's median, as a share. ``low_v`` … ``high_v``: the voltages it was learned at. ``packed``: the lessons so far,
    four numbers each. Packed arrays, never changed once made: a city has sixty thousand of these.
    """

    watts: array[float] = field(default_factory=lambda: _NO_HOURS)
    anchors: array[float] = field(default_factory=lambda: _NO_HOURS)
    whole_w: float = 0.0
    exponent: float = 0.0
    scatter: float = 0.0
    low_v: float = 0.0
    high_v: float = 0.0
    packed: array[float] = field(default_factory=lambda: _NO_LESSONS)

    @property
    def trained(self) -> bool:
        """Whether it can be compared with."""
        return self.whole_w > 0.0

    @property
    def lessons(self) -> list[Lesson]:
        """What was gathered while it learns."""
        flat = iter(self.packed)
        return [
            Lesson(int(night), int(hour), volts, watts) for night, hour, volts, watts in zip(*[flat] * 4, strict=True)
        ]

    @property
    def nights(self) -> int:
        """Nights it was learned from, while it learns."""
        return len(set(self.packed[::4]))


UNTAUGHT = Baseline()


def expected_w(baseline: Baseline, hour: int, volts: float, nominal_v: float) -> float:
    """What the circuit draws at this hour and voltage while it is sound. Only of a trained one."""
    watts = baseline.watts[hour] or baseline.whole_w
    return watts if baseline.exponent == 0.0 else watts * (volts / nominal_v) ** baseline.exponent


def limit_of(baseline: Baseline, lamps: int, volts: float, rules: FaultRules) -> float:
    """How far below its baseline (as a share) a window must be to mean something.

    Beyond the voltages it was learned at, the limit widens by what the voltage alone might do.
    """
    wanted = min(rules.loss_share, rules.lamp_part / lamps if lamps else rules.loss_share)
    noise = rules.noise_times * TO_SIGMA * baseline.scatter
    strange = max(0.0, baseline.low_v - volts, volts - baseline.high_v) / rules.nominal_v - TRUST_SHARE
    return max(rules.least_share, wanted, noise) + MOST_EXPONENT * max(0.0, strange)


def seen_lamps(baseline: Baseline, lamps: int, rules: FaultRules) -> int:
    """The fewest lost lamps that pass the limit."""
    share = rules.loss_share
    if baseline.trained:
        share = limit_of(baseline, lamps, (baseline.low_v + baseline.high_v) / 2.0, rules)
    return max(1, ceil(share * lamps)) if lamps else 0


def taught(baseline: Baseline, lesson: Lesson, lamps: int, rules: FaultRules) -> Baseline:
    """The baseline after one more window."""
    if lesson.watts <= 0.0 or lesson.volts <= 0.0:
        return baseline
    if baseline.trained:
        return _followed(baseline, lesson, lamps, rules)
    return _gathered(baseline, lesson, rules)


# -- the first nights ------------------------------------------------------------------------------------------------


def _gathered(baseline: Baseline, lesson: Lesson, rules: FaultRules) -> Baseline:
    known = baseline.packed
    if any(one == lesson.night and known[4 * at + 1] == lesson.hour for at, one in enumerate(known[::4])):
        return baseline
    if lesson.night not in known[::4] and baseline.nights >= rules.learn_nights:
        return trained(baseline.lessons, rules)
    return replace(baseline, packed=array("f", [*known, *lesson]))


def trained(lessons: Sequence[Lesson], rules: FaultRules) -> Baseline:
    """A baseline from whole nights: the median of each hour at nominal voltage."""
    exponent = _exponent(lessons)
    levelled: dict[int, list[float]] = {}
    for one in lessons:
        levelled.setdefault(one.hour, []).append(one.watts / (one.volts / rules.nominal_v) ** exponent)
    middles = {hour: median(watts) for hour, watts in levelled.items()}
    off = [abs(watts / middles[hour] - 1.0) for hour, of_hour in levelled.items() for watts in of_hour]
    few = len(lessons) / len(middles)  # the median of few nights lies close to them by its nature
    volts = [one.volts for one in lessons]
    by_hour = array("f", [middles.get(hour, 0.0) for hour in range(HOURS)])
    return Baseline(
        watts=by_hour,
        anchors=by_hour,
        whole_w=median(watts for of_hour in levelled.values() for watts in of_hour),
        exponent=exponent,
        scatter=max(LEAST_SCATTER, median(off) * (1.0 + 1.0 / few)),
        low_v=min(volts),
        high_v=max(volts),
    )


def _exponent(lessons: Sequence[Lesson]) -> float:
    """How steeply power follows voltage: the median of the slopes between windows whose voltages differ."""
    points = [(log(one.volts), log(one.watts)) for one in lessons]
    pairs = list(combinations(points, 2))
    stride = max(1, len(pairs) // MOST_PAIRS)
    slopes = [
        (ours[1] - other[1]) / (ours[0] - other[0])
        for ours, other in pairs[::stride]
        if abs(ours[0] - other[0]) >= LEAST_SPREAD
    ]
    if len(slopes) < LEAST_PAIRS:
        return 0.0
    slope = median(slopes)
    return 0.0 if slope < 0.15 else min(MOST_EXPONENT, slope)


# -- afterwards ------------------------------------------------------------------------------------------------------


def _followed(baseline: Baseline, lesson: Lesson, lamps: int, rules: FaultRules) -> Baseline:
    expected = expected_w(baseline, lesson.hour, lesson.volts, rules.nominal_v)
    off = lesson.watts / expected - 1.0
    if abs(off) > 0.5 * limit_of(baseline, lamps, lesson.volts, rules):
        return baseline  # it may be a fault: nothing is learned from it
    anchor = baseline.anchors[lesson.hour] or baseline.whole_w
    step = min(rules.adapt_share, max(-rules.adapt_share, off))
    bound = rules.drift_share * anchor
    moved = (baseline.watts[lesson.hour] or baseline.whole_w) * (1.0 + step)
    grew = SCATTER_STEP if abs(off) > baseline.scatter else 1.0 / SCATTER_STEP
    return replace(
        baseline,
        watts=_with(baseline.watts, lesson.hour, min(anchor + bound, max(anchor - bound, moved))),
        anchors=_with(baseline.anchors, lesson.hour, anchor),
        scatter=min(0.5 * rules.loss_share, max(LEAST_SCATTER, baseline.scatter * grew)),
        low_v=min(baseline.low_v, lesson.volts),
        high_v=max(baseline.high_v, lesson.volts),
    )


def _with(hours: array[float], hour: int, value: float) -> array[float]:
    if hours[hour] == value:
        return hours
    changed = array("f", hours)
    changed[hour] = value
    return changed
