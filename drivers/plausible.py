"""Readings that lie in range and are still not believed: too fast a change, or none where there should be one. Pure.

Only points that ask for it in their profile are watched (``max_rate``, ``frozen_after_s``); a device without such
points has no watch at all. A doubt never changes a value: the reading becomes UNCERTAIN and keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.domain.points import Reading
from controller.domain.quality import Detail, Quality
from drivers.check import FLOATS, NUMBERS
from drivers.profile import PointSpec

AGREEING = 3
"""A jump that this many readings in a row agree on was real (a step of the gauge board, a repaired sensor)."""
SHORTEST_S = 1.0
"""Two readings closer than this are compared as if this far apart: the jitter of a poll is no rate of change."""


@dataclass(slots=True)
class _Past:
    """What is remembered of one point. ``value``/``at_s``: the last believed; ``new``: what a jump led to."""

    value: float
    at_s: float
    still: float
    moved_s: float
    new: float = 0.0
    new_s: float = 0.0
    agreeing: int = 0


class Watch:
    """One device's watched points. Made by :func:`watch`; ``forget`` when the device is read anew (RESYNC)."""

    __slots__ = ("_past", "_specs")

    def __init__(self, specs: Mapping[str, PointSpec]) -> None:
        self._specs = specs
        self._past: dict[str, _Past] = {}

    def forget(self) -> None:
        """What was learnt before an absence says nothing of what is read after it."""
        self._past.clear()

    def judge(self, readings: Mapping[str, Reading]) -> dict[str, Reading]:
        """The readings that are believed less than they say of themselves; the others stand as they are."""
        doubted: dict[str, Reading] = {}
        for name, spec in self._specs.items():
            reading = readings.get(name)
            if reading is not None and reading.quality is Quality.GOOD and isinstance(reading.value, (int, float)):
                detail = self._detail(spec, float(reading.value), reading.received_s)
                if detail is not Detail.NONE:
                    doubted[name] = reading.worse(Quality.UNCERTAIN, detail)
        return doubted

    def stalled(self, readings: Mapping[str, Reading], now_s: float) -> dict[str, Reading]:
        """Readings that have become frozen since they were received: for a device that reports only changes."""
        found: dict[str, Reading] = {}
        for name, past in self._past.items():
            reading = readings.get(name)
            if reading is not None and reading.quality is Quality.GOOD and _frozen(self._specs[name], past, now_s):
                found[name] = reading.worse(Quality.UNCERTAIN, Detail.FROZEN)
        return found

    def _detail(self, spec: PointSpec, value: float, at_s: float) -> Detail:
        past = self._past.get(spec.name)
        if past is None:
            self._past[spec.name] = _Past(value, at_s, value, at_s)
            return Detail.NONE
        if abs(value - past.still) > spec.frozen_band:
            past.still, past.moved_s = value, at_s
        if spec.max_rate is not None and not _believed(spec, spec.max_rate, past, value, at_s):
            return Detail.INCONSISTENT
        return Detail.FROZEN if _frozen(spec, past, at_s) else Detail.NONE


def watch(points: Iterable[PointSpec]) -> Watch | None:
    """The watch over a device's points; None when none of them asks for it."""
    asked = {spec.name: spec for spec in points if spec.max_rate is not None or spec.frozen_after_s is not None}
    asked = {name: spec for name, spec in asked.items() if spec.type in NUMBERS}
    return Watch(asked) if asked else None


def _frozen(spec: PointSpec, past: _Past, now_s: float) -> bool:
    if spec.frozen_after_s is None or now_s - past.moved_s <= spec.frozen_after_s:
        return False
    return not any(abs(past.still - rest) <= spec.frozen_band + _step(spec) / 2 for rest in spec.still_at)


def _believed(spec: PointSpec, rate: float, past: _Past, value: float, at_s: float) -> bool:
    """Whether the value can have been reached since the last believed one, or is where several now agree it is."""
    if _reachable(spec, rate, past.value, past.at_s, value, at_s):
        past.value, past.at_s, past.agreeing = value, at_s, 0
        return True
    agrees = past.agreeing > 0 and _reachable(spec, rate, past.new, past.new_s, value, at_s)
    past.agreeing = past.agreeing + 1 if agrees else 1
    past.new, past.new_s = value, at_s
    if past.agreeing < AGREEING:
        return False
    past.value, past.at_s, past.agreeing = value, at_s, 0
    return True


def _reachable(spec: PointSpec, rate: float, before: float, before_s: float, value: float, at_s: float) -> bool:
    return abs(value - before) <= rate * max(SHORTEST_S, at_s - before_s) + _step(spec)


def _step(spec: PointSpec) -> float:
    """The smallest change the wire can carry: rounding is no movement."""
    return 0.0 if spec.type in FLOATS else abs(spec.scale)
