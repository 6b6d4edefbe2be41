"""The network's waters as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GaugeView:
    """A level gauge: what it says (m, None: nothing GOOD), and what is held against it since when."""

    point: str
    level_m: float | None
    fault: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReachView:
    """A reach now. ``trust``: measured, doubted, substituted (the model fills it in), unknown.

    ``sure_m``: the level is believed to within this (two standard deviations). ``residual_m3s`` is the part of the
    inflow that the model does not explain. Times by the model, as the stations go on by themselves; None: not within
    ``AHEAD_H`` hours.
    """

    reach: str
    title_zh: str
    title_en: str
    level_m: float | None
    sure_m: float | None
    trust: str
    rise_m_h: float
    inflow_m3s: float
    residual_m3s: float
    floor_m: float
    warning_m: float
    guarantee_m: float
    to_warning_s: float | None
    to_guarantee_s: float | None
    gauges: tuple[GaugeView, ...]
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A water outside, now."""

    name: str
    title_zh: str
    title_en: str
    level_m: float


@dataclass(frozen=True, slots=True)
class NetworkView:
    """All waters; levels are metres above ``datum``. ``at`` None: nothing was looked at yet."""

    at: datetime | None
    datum: str
    reaches: tuple[ReachView, ...]
    outside: tuple[OutsideView, ...]
    rain_en: str
    rain_zh: str
    ahead_h: float


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level in the hours ahead (m): the likely one and the band around it."""

    likely_m: float
    low_m: float
    high_m: float


@dataclass(frozen=True, slots=True)
class CourseView:
    """A reach's hours ahead, one way: levels at ``moments`` of the answer, peak, minutes above, times until.

    ``soonest``: by the upper edge of the band.
    """

    levels: tuple[LevelView, ...]
    peak_m: float
    peak_s: float
    above_warning_min: float
    above_guarantee_min: float
    to_warning_s: float | None
    to_guarantee_s: float | None
    soonest_warning_s: float | None
    soonest_guarantee_s: float | None


@dataclass(frozen=True, slots=True)
class ReachAheadView:
    """A reach with and without the act. ``felt``: the act changes it by 2 cm or more."""

    reach: str
    title_zh: str
    title_en: str
    warning_m: float
    guarantee_m: float
    floor_m: float
    felt: bool
    without: CourseView
    with_it: CourseView


@dataclass(frozen=True, slots=True)
class EffortView:
    """What it takes: energy, starts, water pumped and let out by gravity."""

    kwh: float
    starts: int
    pumped_m3: float
    let_out_m3: float


@dataclass(frozen=True, slots=True)
class WindowView:
    """When the water outside lets a gate work by gravity."""

    gate: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What an act would do to the waters. Nothing is done by asking."""

    at: datetime
    hours: float
    datum: str
    orders: tuple[str, ...]
    moments: tuple[datetime, ...]
    reaches: tuple[ReachAheadView, ...]
    without: EffortView
    with_it: EffortView
    windows: tuple[WindowView, ...]
    blocked_min: dict[str, float]
    rain_en: str
    rain_zh: str
    text_en: str
    text_zh: str
