"""What a site says of its diversion (引配水): the stations that bring water in, what bars them, and their programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId, TargetId
from controller.logic.tidal.rules import GaugePoint

SIGNALS = ("blue", "yellow", "orange", "red")
"""Rain signals, mildest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a program may run, local time: days (0 Monday … 6), months, and minutes of the day.

    One whose end lies before its beginning goes on past midnight and belongs to the day it began.
    """

    days: frozenset[int] = frozenset(range(7))
    months: frozenset[int] = frozenset(range(1, 13))
    begins_min: int = 0
    ends_min: int = 24 * 60


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """Fill: begin at or below ``below_m``, end at ``fill_to_m`` (m). ``gauge``: where; None: its own level."""

    below_m: float
    fill_to_m: float
    gauge: GaugePoint | None = None


@dataclass(frozen=True, slots=True)
class QualityTarget:
    """Freshen: begin while the value is worse than ``worse_than``, end once it is ``good_at`` or better.

    ``rising_is_worse``: ammonia and turbidity; False: oxygen.
    """

    gauge: GaugePoint
    worse_than: float
    good_at: float
    rising_is_worse: bool = True

    def is_worse(self, value: float) -> bool:
        """Whether there is something to freshen."""
        return value > self.worse_than if self.rising_is_worse else value < self.worse_than

    def is_good(self, value: float) -> bool:
        """Whether the target is reached."""
        return value <= self.good_at if self.rising_is_worse else value >= self.good_at


@dataclass(frozen=True, slots=True)
class FlushTarget:
    """Exchange: bring water in while an outfall lets it out in the falling tide, down to ``floor_m`` inside (m)."""

    outfall: DeviceId
    floor_m: float
    water: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """One diversion program: ``units`` of a station and its intake gates (% by target), when and until what.

    ``least_run_s`` and ``least_rest_s`` keep it from coming and going (what bars it ends it at once all the same);
    it runs ``at_most_s`` at a time. Programs of one station are listed by rank: the first that wants to run does.
    """

    id: str
    title_zh: str
    title_en: str
    station: DeviceId
    units: int
    gates: Mapping[TargetId, float] = field(default_factory=dict)
    windows: tuple[Window, ...] = (Window(),)
    level: LevelTarget | None = None
    quality: QualityTarget | None = None
    flush: FlushTarget | None = None
    least_run_s: float = 1800.0
    least_rest_s: float = 1800.0
    at_most_s: float = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class MountainFlood:
    """When an intake is shut for a mountain flood (山洪): any limit passed; free again with all of them gone a while.

    ``rain_mm`` fallen within ``rain_s`` at the gauge; level and turbidity at theirs. None: not looked at.
    """

    level: GaugePoint | None = None
    level_m: float = 0.0
    turbidity: GaugePoint | None = None
    turbidity_ntu: float = 0.0
    rain: GaugePoint | None = None
    rain_mm: float = 0.0
    rain_s: float = 3600.0
    hold_s: float = 7200.0


@dataclass(frozen=True, slots=True)
class Bringer:
    """A station that brings water in, and what goes before that.

    Drainage goes first: at a declared response of ``response`` or graver (4 = Ⅳ … 1), a rain signal from ``signal``
    on, a reach less than ``below_warning_m`` under its warning level, an inner level from ``full_m`` on, or while one
    of ``drains`` pumps (FACTS). It returns once all of that has been gone for ``hold_s``. ``sources``: the quality
    gauges of the water it draws.
    """

    station: DeviceId
    response: int = 4
    signal: str = "blue"
    below_warning_m: float = 0.30
    full_m: float | None = None
    drains: tuple[DeviceId, ...] = ()
    hold_s: float = 1800.0
    sources: tuple[DeviceId, ...] = ()
    flood: MountainFlood | None = None


@dataclass(frozen=True, slots=True)
class DiversionRules:
    """Everything a site says of diversion."""

    bringers: Mapping[DeviceId, Bringer] = field(default_factory=dict)
    programs: tuple[Program, ...] = ()
