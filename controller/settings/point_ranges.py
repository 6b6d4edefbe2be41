"""What each point of a device can read at all, by its profile: a GOOD reading never lies outside."""

from __future__ import annotations

from collections.abc import Mapping

from controller.domain.stations import Station
from controller.logic.station_interlocks import INNER_LEVEL
from controller.logic.value_ranges import Flag, Numbers, Range, Texts
from drivers.profile import PointSpec, PointType

_WHOLE = {
    PointType.U16: (0, 2**16 - 1),
    PointType.I16: (-(2**15), 2**15 - 1),
    PointType.U32: (0, 2**32 - 1),
    PointType.I32: (-(2**31), 2**31 - 1),
}


def ranges_of(points: Mapping[str, PointSpec], station: Station | None) -> Mapping[str, Range]:
    """The range of each of a device's points, and of a station's voted inner level."""
    ranges = {name: range_of(spec) for name, spec in points.items()}
    if station is not None:
        levels = [ranges[name] for name in station.inner_levels if name in ranges]
        numbers = [level for level in levels if isinstance(level, Numbers)]
        if numbers:
            ranges[INNER_LEVEL] = _hull(numbers)
    return ranges


def range_of(spec: PointSpec) -> Range:
    """What this point can read."""
    if spec.type in (PointType.BOOL, PointType.BIT):
        return Flag()
    if spec.type is PointType.ENUM:
        return Texts(frozenset(spec.labels.values()))
    if spec.type is PointType.STRING:
        return Texts()
    low, high = _by_type(spec)
    return Numbers(low if spec.low is None else spec.low, high if spec.high is None else spec.high)


def _by_type(spec: PointSpec) -> tuple[float | None, float | None]:
    if spec.type not in _WHOLE:
        return None, None
    ends = [raw * spec.scale + spec.offset for raw in _WHOLE[spec.type]]
    return min(ends), max(ends)


def _hull(levels: list[Numbers]) -> Numbers:
    lows = [level.low for level in levels if level.low is not None]
    highs = [level.high for level in levels if level.high is not None]
    return Numbers(min(lows) if len(lows) == len(levels) else None, max(highs) if len(highs) == len(levels) else None)
