"""Energy, what it was saved against, and its carbon: pure arithmetic on meters, nights and dated factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

KWH_MWH = 1_000_000
"""Energy is added up in thousandths of a watt-hour, so that sums are exact."""


class Step(StrEnum):
    """What happened to a meter between two readings."""

    ADVANCED = "advanced"
    ROLLED_OVER = "rolled_over"
    """It passed its highest number and began again."""
    BEGAN_ANEW = "began_anew"
    """It was reset or replaced: what it counted in between is lost, and estimated."""
    IMPLAUSIBLE = "implausible"
    """It advanced further than the lights can take: replaced by another, or misread; not counted."""


@dataclass(frozen=True, slots=True)
class MeterStep:
    """``kwh`` is what was used; None when the meter cannot tell."""

    step: Step
    kwh: float | None


@dataclass(frozen=True, slots=True)
class MeterRules:
    """What a meter can do. ``rolls_over_kwh``: numbers a meter may begin anew at, besides its profile's own.

    ``margin``: how much more than the cabinet's rated watts it may count before it is not believed; ``slack_kwh``
    covers its resolution.
    """

    rolls_over_kwh: tuple[float, ...] = (10_000.0, 100_000.0, 1_000_000.0, 42_949_672.96, 4_294_967_296.0)
    margin: float = 1.5
    slack_kwh: float = 1.5


def meter_step(before_kwh: float, now_kwh: float, rated_kw: float, hours: float, rules: MeterRules) -> MeterStep:
    """What a cumulative meter says was used between two readings.

    ``rated_kw``: all its lights at 100 %; ``hours`` between the readings. A step back is a roll-over only where the
    number it began anew at makes it plausible; otherwise the meter was reset or replaced.
    """
    most_kwh = rated_kw * max(0.0, hours) * rules.margin + rules.slack_kwh
    used_kwh = now_kwh - before_kwh
    if used_kwh >= 0.0:
        return MeterStep(Step.ADVANCED, used_kwh) if used_kwh <= most_kwh else MeterStep(Step.IMPLAUSIBLE, None)
    for end_kwh in rules.rolls_over_kwh:
        over_kwh = now_kwh + end_kwh - before_kwh
        if before_kwh <= end_kwh and 0.0 <= over_kwh <= most_kwh:
            return MeterStep(Step.ROLLED_OVER, over_kwh)
    return MeterStep(Step.BEGAN_ANEW, None)


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """A total split by weights, exactly: the parts add up to it (the last one with any weight takes the rest).

    Without any weight it is split evenly.
    """
    if not weights:
        return []
    sum_weights = sum(weights)
    used = list(weights) if sum_weights > 0 else [1] * len(weights)
    whole = sum(used)
    parts = [total * weight // whole for weight in used]
    last = max(position for position, weight in enumerate(used) if weight > 0)
    parts[last] += total - sum(parts)
    return parts


@dataclass(frozen=True, slots=True)
class CarbonFactor:
    """kgCO₂ per kWh of the grid from a date on, as issued on a date, and where it stands."""

    since: date
    kg_per_kwh: float
    issued: date
    source: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the lights took before LED: watts per lamp, ballast included, by class and then grade (``*``: any)."""

    source: str = ""
    lamp_w: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def watts(self, light_class: str, grade: str) -> float | None:
        """One lamp of this class and grade; None where the site states none."""
        grades = self.lamp_w.get(light_class, {})
        return grades.get(grade, grades.get("*"))


@dataclass(frozen=True, slots=True)
class EnergyRules:
    """``energy:`` of a site."""

    meter: MeterRules = MeterRules()
    before_led: Baseline = field(default_factory=Baseline)
    undimmed_source: str = "the same hours at 100 % of the rated watts"
    carbon: tuple[CarbonFactor, ...] = ()
    """Oldest first."""

    def factor(self, night: date) -> CarbonFactor | None:
        """The grid factor that held on a night; None before the first."""
        held = [factor for factor in self.carbon if factor.since <= night]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Used:
    """Energy of some lights over some nights, kWh and kg. What a site states no figure for is None.

    ``unseen_kwh``: the part of ``measured_kwh`` that meters counted while nothing was recorded. No lamp-hours stand
    beside it, so that baselines know nothing of it: it is in the energy and its carbon, and in no saving.
    """

    measured_kwh: float = 0.0
    estimated_kwh: float = 0.0
    before_led_kwh: float | None = None
    undimmed_kwh: float = 0.0
    carbon_kg: float | None = None
    unseen_kwh: float = 0.0

    @property
    def kwh(self) -> float:
        """Measured and estimated together."""
        return self.measured_kwh + self.estimated_kwh

    @property
    def saved_led_kwh(self) -> float | None:
        """Against the lamps before LED in the same hours."""
        return None if self.before_led_kwh is None else self.before_led_kwh - self._recorded_kwh

    @property
    def saved_dimming_kwh(self) -> float:
        """Against the same hours at 100 %."""
        return self.undimmed_kwh - self._recorded_kwh

    @property
    def _recorded_kwh(self) -> float:
        return self.kwh - self.unseen_kwh


def used(
    measured_mwh: int,
    estimated_mwh: int,
    full_mwh: int,
    lamp_hours: float,
    watts: float | None,
    kg: float | None,
    unseen_mwh: int = 0,
) -> Used:
    """Energy of lights of one class and grade in one night. ``watts``: before LED, per lamp; ``kg``: per kWh."""
    kwh = (measured_mwh + estimated_mwh) / KWH_MWH
    return Used(
        measured_mwh / KWH_MWH,
        estimated_mwh / KWH_MWH,
        None if watts is None else lamp_hours * watts / 1000.0,
        full_mwh / KWH_MWH,
        None if kg is None else kwh * kg,
        unseen_mwh / KWH_MWH,
    )


def together(parts: Sequence[Used]) -> Used:
    """All of them. One without a stated figure makes the sum of that figure unstated, unless it used nothing."""
    counted = [part for part in parts if part.kwh or part.undimmed_kwh or part.before_led_kwh]
    led = [part.before_led_kwh for part in counted]
    carbon = [part.carbon_kg for part in counted]
    return Used(
        sum(part.measured_kwh for part in parts),
        sum(part.estimated_kwh for part in parts),
        None if not led or None in led else sum(one for one in led if one is not None),
        sum(part.undimmed_kwh for part in parts),
        None if not carbon or None in carbon else sum(one for one in carbon if one is not None),
        sum(part.unseen_kwh for part in parts),
    )
