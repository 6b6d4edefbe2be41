"""What a site says of water quality: limits by parameter with grades and hysteresis, trends, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.points import DeviceId
from controller.logic.water_grades import Grade


class Parameter(StrEnum):
    """What quality gauges measure, by its point's name."""

    TURBIDITY = "turbidity_ntu"
    AMMONIA = "ammonia_mg_l"
    OXYGEN = "oxygen_mg_l"

    @property
    def rising_is_worse(self) -> bool:
        """Of oxygen too little is bad, of everything else too much."""
        return self is not Parameter.OXYGEN

    @property
    def zh(self) -> str:
        """Its Chinese name."""
        return _ZH[self]

    @property
    def en(self) -> str:
        """Its English name."""
        return _EN[self]

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return "NTU" if self is Parameter.TURBIDITY else "mg/L"


_ZH = {Parameter.TURBIDITY: "浊度", Parameter.AMMONIA: "氨氮", Parameter.OXYGEN: "溶解氧"}
_EN = {Parameter.TURBIDITY: "turbidity", Parameter.AMMONIA: "ammonia", Parameter.OXYGEN: "dissolved oxygen"}


@dataclass(frozen=True, slots=True)
class Trend:
    """Worse by ``by`` within ``within_s`` is worth an alarm before any limit is met."""

    by: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """One parameter's limits: a source is unfit from ``unfit`` on, and fit again only at ``fit`` (hysteresis)."""

    unfit: float
    fit: float
    grades: Mapping[Grade, float] = field(default_factory=dict)
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class QualityGauge:
    """One gauge. Unfit once past a limit for ``unfit_after_s``, fit again after ``fit_after_s`` well within all.

    A gauge that cannot be read begins nothing; what draws on it goes on and is stopped after ``blind_s``.
    """

    gauge: DeviceId
    limits: Mapping[Parameter, Limits]
    unfit_after_s: float = 120.0
    fit_after_s: float = 1800.0
    blind_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class QualityRules:
    """Every gauge that is judged."""

    gauges: Mapping[DeviceId, QualityGauge] = field(default_factory=dict)
