"""The lights' figures as people and machines are told them. Lamps are whole or part lamps, times are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateView:
    """One scope's figures at one moment, or over some nights (then ``lamps_due`` … are lamp-hours).

    ``rate_percent`` leaves out the unknown; ``pessimistic_percent`` takes every unknown lamp as dark; both None when
    nothing was due. ``day_burning_percent``: lamps that burned by day though they should be off, None where nothing
    should be off. ``intact_percent``: circuits and luminaires without an open fault, now. ``limit_percent`` is None
    for a scope of mixed kinds of road or class; ``below``: which figures are under their limit (``rate``, ``intact``;
    of a mixed scope also ``main_roads``, ``other_roads``, ``roads_intact``, ``landscape_intact`` among its lights).
    """

    key: str
    name: str
    lights: int
    lamps: int
    lamps_due: float
    lamps_unknown: float
    lamps_lit: float
    rate_percent: float | None
    pessimistic_percent: float | None
    limit_percent: float | None
    lamps_burning_unwanted: float
    day_burning_percent: float | None
    lights_faulted: int
    intact_percent: float | None
    intact_limit_percent: float | None
    power_kw: float | None
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RatesView:
    """亮灯率 of a scope, now or over some nights, and of its parts.

    ``over``: now, tonight, 7d, month or a month (2026-06). ``nights``: how many have anything recorded.
    ``gap_minutes``: minutes of darkness of these nights (so far) in which nothing was recorded; they are in no figure.
    ``figures``: the whole by the kinds that have a limit: main roads, other roads.
    """

    scope: str
    by: str
    over: str
    at: datetime
    first_night: str
    last_night: str
    nights: int
    gap_minutes: int
    gap_nights: tuple[str, ...]
    total: RateView
    figures: tuple[RateView, ...] = ()
    rows: tuple[RateView, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SampleView:
    """Five minutes from ``at`` on. Rates are None when nothing was due."""

    at: datetime
    lamps_due: float
    lamps_unknown: float
    lamps_lit: float
    rate_percent: float | None
    pessimistic_percent: float | None
    power_kw: float


@dataclass(frozen=True, slots=True)
class EnergyView:
    """Energy of one scope over some nights. What the site states no baseline or factor for is None, never 0.

    ``saved_…`` may be negative: then it took more.
    """

    key: str
    name: str
    measured_kwh: float
    estimated_kwh: float
    before_led_kwh: float | None
    undimmed_kwh: float
    saved_led_kwh: float | None
    saved_dimming_kwh: float
    carbon_kg: float | None
    burn_hours: float
    """Lamp-hours: lamps × hours burned."""
    unseen_kwh: float = 0.0
    """Part of ``measured_kwh`` that meters counted while nothing was recorded: in no saving."""


@dataclass(frozen=True, slots=True)
class EnergiesView:
    """Energy and carbon of a scope over some nights, of its parts, and night by night, with what it is measured by."""

    scope: str
    by: str
    over: str
    first_night: str
    last_night: str
    nights: int
    gap_minutes: int
    gap_nights: tuple[str, ...]
    total: EnergyView
    rows: tuple[EnergyView, ...]
    by_night: tuple[EnergyView, ...]
    factors: tuple[str, ...]
    """The grid factors used: ``0.52 kg/kWh from 2026-01-01, issued 2025-12-31 (source)``."""
    baselines: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault of the period; ``ended`` None while it stands."""

    source: str
    kind: str
    division: str
    road: str
    name: str
    began: datetime
    ended: datetime | None
