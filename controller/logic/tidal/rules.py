"""What a site says of a tidal water outside: its gauges, how far table and gauges may lie apart, its bore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.domain.points import DeviceId
from controller.logic.forecasts.series import TideTable


@dataclass(frozen=True, slots=True)
class GaugePoint:
    """A level point of some device: ``330102-TG-0001/level_m``."""

    device: DeviceId
    point: str

    def __str__(self) -> str:
        return f"{self.device}/{self.point}"


@dataclass(frozen=True, slots=True)
class BoreRule:
    """The bore 涌潮 of a water (seconds).

    River gates are proven closed by arrival − travel time − ``margin_s`` (DESIGN section 4: 30 min). ``late_s``: how
    much later than its table it may come; then ``hold_s`` passes before gates may open again. A bore nobody saw pass
    (no fast rise) is waited for until ``unseen_s`` after its time, and ``hold_s`` passes after it was seen at last.
    ``named_every_s``: a table that names no bore within this time, before or after now, is not believed to know of
    bores.
    """

    margin_s: float = 1800.0
    late_s: float = 1800.0
    hold_s: float = 3600.0
    named_every_s: float = 20 * 86_400.0
    unseen_s: float = 3 * 3600.0

    @property
    def longest_s(self) -> float:
        """So long after its time a bore may still keep gates shut."""
        return max(self.late_s, self.unseen_s) + self.hold_s


@dataclass(frozen=True, slots=True)
class TidalWater:
    """One tidal water. Every number is the site's own; the defaults are illustrative but for the bore's margin.

    Table and voted gauges agree when the level lies within ``tolerance_m`` of what the table says of some moment
    within ``shift_s`` of now; agreement counts once it lasted ``agree_for_s``, disagreement after ``differ_for_s``.
    ``spread_m``: gauges further apart are not believed together. A rise of ``fast_m_per_min`` over ``fast_window_s``
    is a fast one, and is over ``calm_s`` after it was last seen. ``frozen_s``: a gauge that has not moved for so long
    while the table moved ``frozen_m`` does not vote. A table is old after ``table_age_s``, its end is alarmed
    ``warn_before_s`` ahead, and it says nothing between two extremes more than ``apart_s`` apart.
    """

    id: str
    title_zh: str
    title_en: str
    gauges: tuple[GaugePoint, ...]
    bore: BoreRule | None = None
    tolerance_m: float = 0.30
    shift_s: float = 1800.0
    agree_for_s: float = 600.0
    differ_for_s: float = 300.0
    spread_m: float = 0.20
    fast_m_per_min: float = 0.05
    fast_window_s: float = 120.0
    calm_s: float = 1800.0
    frozen_s: float = 1200.0
    frozen_m: float = 0.15
    table_age_s: float = 400 * 86_400.0
    warn_before_s: float = 3 * 86_400.0
    apart_s: float = 9 * 3600.0


@dataclass(frozen=True, slots=True)
class TidalRules:
    """Every tidal water of a site by name, and the tables its own files hold (newest last, per water)."""

    waters: Mapping[str, TidalWater] = field(default_factory=dict)
    tables: tuple[TideTable, ...] = ()
