"""One outer level out of several gauges, none of which may be believed alone where there are more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, median

from controller.logic.tidal.rules import GaugePoint

MOST_SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one gauge lately: its lowest and highest GOOD value (m) since ``since_s``."""

    since_s: float
    low_m: float
    high_m: float
    table_m: float | None = None
    """What the table said when this began."""

    def with_level(self, level_m: float) -> Seen:
        """The same with one more value."""
        return Seen(self.since_s, min(self.low_m, level_m), max(self.high_m, level_m), self.table_m)


@dataclass(frozen=True, slots=True)
class OuterVote:
    """The level (m) the gauges give together; None when it cannot be known, and why (``en / zh``)."""

    level_m: float | None
    note: str = ""


def outer_vote(values: Mapping[GaugePoint, float | None], spread_m: float) -> OuterVote:
    """Vote. ``values``: GOOD levels by gauge, None for one that has no voice now.

    Three or more: the median of those within ``spread_m`` of it, when at least two are. Two: their mean when they
    agree. One is believed only where the site has no other.
    """
    found = {gauge: value for gauge, value in values.items() if value is not None}
    if not found:
        return OuterVote(None, f"none of {len(values)} outer gauges can be trusted / 外江水位计均不可信")
    if len(values) == 1:
        return OuterVote(next(iter(found.values())))
    if len(found) == 1:
        return OuterVote(None, f"only one of {len(values)} outer gauges can be trusted / 外江水位计仅一支可信")
    middle_m = median(found.values())
    near = {gauge: value for gauge, value in found.items() if abs(value - middle_m) <= spread_m + 1e-9}
    if len(found) == 2 and max(found.values()) - min(found.values()) > spread_m + 1e-9:
        return OuterVote(None, "the two outer gauges contradict each other / 两支外江水位计互相矛盾")
    if len(near) < 2:
        return OuterVote(None, "the outer gauges contradict each other / 外江水位计互相矛盾")
    out = sorted(str(gauge) for gauge in values if gauge not in near)
    note = f"without {', '.join(out)} / 不计 {'、'.join(out)}" if out else ""
    return OuterVote(fmean(near.values()) if len(near) == 2 else median(near.values()), note)
