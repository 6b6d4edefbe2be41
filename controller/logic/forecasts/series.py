"""Forecasts as they came in: who issued them, when, and what they say of which hours. All times are aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
