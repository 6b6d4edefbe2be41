"""One level out of several gauges: the median of three, and what it is worth when they disagree or fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from types import MappingProxyType

from controller.domain.image import View
from controller.domain.points import Reading, bad, uncertain
from controller.domain.points import good as good_reading
from controller.domain.quality import Detail, Quality
from controller.domain.stations import Station
from controller.logic.contract import GaugeWatch
from controller.logic.gauge_exclusion import AGREE_M, EXCLUDES_NOTHING, Excluded

MAX_SPREAD_M = AGREE_M
"""Gauges further apart than this are not believed for automatic escalation (FACTS, pumps)."""

ROUNDING_M = 1e-9
"""2.10 − 2.00 is a hair more than 0.10 in binary; gauges exactly that far apart agree."""


NO_WATCHES: Mapping[str, GaugeWatch] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LevelVote:
    """What the gauges say together (metres), and what people should know of them; empty when all is well."""

    reading: Reading
    note: str = ""

    @property
    def level_m(self) -> float | None:
        """The level when it is GOOD, else None."""
        return float(self.reading.value) if self.reading.good and isinstance(self.reading.value, (int, float)) else None


def vote(readings: Sequence[Reading], max_spread_m: float = MAX_SPREAD_M) -> LevelVote:
    """Vote over the gauges of one water level.

    Three or more GOOD: their median; two: their mean; both UNCERTAIN ``inconsistent`` when they lie more than
    ``max_spread_m`` apart. One alone is UNCERTAIN, none is BAD. A gauge that is itself UNCERTAIN has no vote.
    """
    found = [reading for reading in readings if reading.good and _is_number(reading.value)]
    values = [float(reading.value) for reading in found if reading.value is not None]
    received_s = max((reading.received_s for reading in found), default=float("-inf"))
    if not values:
        return LevelVote(bad(Detail.FAILURE, received_s), f"none of {len(readings)} level gauges can be trusted")
    if len(values) == 1:
        alone = uncertain(values[0], Detail.INCONSISTENT, received_s)
        return LevelVote(alone, f"only one of {len(readings)} level gauges can be trusted")
    level_m = median(values) if len(values) > 2 else fmean(values)
    spread_m = max(values) - min(values)
    if spread_m > max_spread_m + ROUNDING_M:
        apart = uncertain(level_m, Detail.INCONSISTENT, received_s)
        return LevelVote(apart, f"level gauges lie {spread_m:.2f} m apart (at most {max_spread_m:.2f} m is believed)")
    missing = len(readings) - len(values)
    return LevelVote(good_reading(level_m, received_s), f"{missing} of {len(readings)} gauges out" if missing else "")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def inner_level(
    station: Station,
    view: View,
    watches: Mapping[str, GaugeWatch] = NO_WATCHES,
    excluded: Excluded = EXCLUDES_NOTHING,
) -> LevelVote:
    """The station's inner level (m).

    A gauge that is proven frozen or leaping (``level_watch``) has no vote, nor has one that a person took out; then
    the others have to agree within the exclusion's own tolerance.
    """
    readings = [view.read(point) for point in station.inner_levels]
    out = {point: watch.out for point, watch in watches.items() if watch.out and point in station.inner_levels}
    said = {point: why for point, why in excluded.points.items() if point in station.inner_levels}
    if not out and not said:
        return vote(readings)
    judged = zip(station.inner_levels, readings, strict=True)
    voices = [one.worse(Quality.BAD, Detail.FROZEN) if point in out or point in said else one for point, one in judged]
    voted = vote(voices, min(MAX_SPREAD_M, excluded.agree_m) if said else MAX_SPREAD_M)
    notes = (voted.note, *out.values(), *(f"{point} is excluded: {why}" for point, why in sorted(said.items())))
    return LevelVote(voted.reading, "; ".join(note for note in notes if note))


def outer_level_m(station: Station, view: View, excluded: Excluded = EXCLUDES_NOTHING) -> float | None:
    """The station's own outer level (m); None when it is not GOOD, a person took it out, or there is none."""
    point = station.outer_level
    return view.number(point) if point and point not in excluded.points else None


def head_m(station: Station, view: View, inner: LevelVote, excluded: Excluded = EXCLUDES_NOTHING) -> float | None:
    """Inner minus outer level (m): what would let water out by itself. None when either is not GOOD."""
    outer_m = outer_level_m(station, view, excluded)
    return None if inner.level_m is None or outer_m is None else inner.level_m - outer_m
