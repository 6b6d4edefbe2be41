"""Forecasts as they came in: who issued them, when, and what they say of which hours. All times are aware."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice, takewhile

HOUR_S = 3600.0


class ForecastKind(StrEnum):
    """What a forecast is of. RAIN: mm/h by rain gauge or catchment; TIDE: level (m) of an outside water."""

    RAIN = "rain"
    TIDE = "tide"


@dataclass(frozen=True, slots=True)
class ForecastStep:
    """One interval ``[begins, ends)`` and its mean value: mm/h of rain, or metres of tide (network datum)."""

    begins: datetime
    ends: datetime
    value: float


def _ends(step: ForecastStep) -> datetime:
    return step.ends


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast of one place. ``of`` names a rain gauge, a catchment, or an outside water.

    Steps are in order, without overlap; gaps are what nobody foresaw, never zero.
    """

    kind: ForecastKind
    of: str
    issued: datetime
    source: str
    steps: tuple[ForecastStep, ...]

    def at(self, moment: datetime) -> float | None:
        """What it says of a moment; None where it says nothing."""
        return next((step.value for step in self.steps if step.begins <= moment < step.ends), None)

    @property
    def ends(self) -> datetime:
        """The end of its last step: from there on it says nothing."""
        return self.steps[-1].ends if self.steps else self.issued

    def within(self, begins: datetime, ends: datetime) -> tuple[ForecastStep, ...]:
        """Its steps cut to a time; what it does not speak of is missing, never zero."""
        first = bisect_right(self.steps, begins, key=_ends)
        return tuple(
            ForecastStep(max(step.begins, begins), min(step.ends, ends), step.value)
            for step in takewhile(lambda step: step.begins < ends, islice(self.steps, first, None))
        )

    def sum(self, begins: datetime, ends: datetime) -> tuple[float, float]:
        """Value × hours over a time (millimetres, for rain), and the seconds of it that it speaks of at all."""
        steps = self.within(begins, ends)
        if not steps:
            return 0.0, 0.0
        lengths_s = [(step.ends - step.begins).total_seconds() for step in steps]
        total = sum(step.value * length_s for step, length_s in zip(steps, lengths_s, strict=True))
        return total / HOUR_S, sum(lengths_s)

    def mean(self, begins: datetime, ends: datetime) -> tuple[float, float]:
        """Mean value over what it speaks of a time, and the share (0 … 1) of the time it speaks of."""
        total, spoken_s = self.sum(begins, ends)
        length_s = (ends - begins).total_seconds()
        if spoken_s <= 0.0 or length_s <= 0.0:
            return 0.0, 0.0
        return total * HOUR_S / spoken_s, min(1.0, spoken_s / length_s)


@dataclass(frozen=True, slots=True)
class BoreArrival:
    """The bore (涌潮) is expected at an outside water at this time, so high (m above the level before it)."""

    of: str
    at: datetime
    height_m: float | None
    issued: datetime
    source: str


@dataclass(frozen=True, slots=True)
class TideExtreme:
    """A high or low water of a tide table: time and level (m, network datum)."""

    at: datetime
    level_m: float
    high: bool


@dataclass(frozen=True, slots=True)
class TideTable:
    """A tide table of one outside water: its extremes in order, and the bore times it names.

    It says something between its first and its last extreme only.
    """

    of: str
    issued: datetime
    source: str
    extremes: tuple[TideExtreme, ...]
    bores: tuple[BoreArrival, ...] = ()

    def next(self, moment: datetime, *, high: bool) -> TideExtreme | None:
        """The next high (or low) water from a moment on."""
        return next((one for one in self.extremes if one.high is high and one.at >= moment), None)

    def next_bore(self, moment: datetime) -> BoreArrival | None:
        """The next bore from a moment on."""
        return next((one for one in self.bores if one.at >= moment), None)

    def speaks_of(self, moment: datetime) -> bool:
        """Whether the moment lies between its first and its last extreme."""
        return bool(self.extremes) and self.extremes[0].at <= moment <= self.extremes[-1].at
