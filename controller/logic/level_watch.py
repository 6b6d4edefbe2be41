"""Gauges watched against each other: one that stands still while two others move, or leaps away from them, has no vote.

Two of three decide: only where two others are GOOD and agree can it be told which one lies. A gauge that merely drifts
away proves nothing; it widens the spread, and that stops automatic escalation (``levels.vote``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean

from controller.domain.image import View
from controller.logic.contract import GaugeWatch
from controller.logic.gauge_exclusion import LOOKED_S, MAX_RATE_M_S, NOISE_M, STILL_M

FROZEN_M = 0.05
"""So far both others moved while it did not (m): it is frozen."""
AGREE_M = 0.10
"""The two others agree within this (FACTS: gauges further apart are not believed)."""
BACK_M = 0.05
"""A gauge that was put out comes back once it lies this near the others again (m)."""


def follow_gauges(past: Mapping[str, GaugeWatch], points: tuple[str, ...], view: View) -> Mapping[str, GaugeWatch]:
    """The watches after one look; the same object where nothing changed. Fewer than three gauges are not watched."""
    if len(points) < 3:
        return past
    values = {point: value for point in points if (value := view.number(point)) is not None}
    now = {point: _followed(past.get(point), point, values, view.now_s) for point in values}
    kept = {point: watch for point, watch in past.items() if point in points and point not in now}
    found = {**kept, **now}
    return past if found == past else found


def _followed(past: GaugeWatch | None, point: str, values: Mapping[str, float], now_s: float) -> GaugeWatch:
    value_m, others = values[point], _others(point, values)
    if past is None:
        return GaugeWatch(value_m, value_m, others, now_s)
    if past.out:
        moved = abs(value_m - past.anchor_m) > STILL_M
        back = moved and others is not None and abs(value_m - fmean(others)) <= BACK_M
        return GaugeWatch(value_m, value_m, others, now_s) if back else past
    if abs(value_m - past.value_m) > STILL_M:
        leapt = others is not None and _leapt(past, value_m, fmean(others), now_s)
        out = f"{point} leapt to {value_m:.2f} m, the others say {fmean(others):.2f} m" if leapt and others else ""
        return GaugeWatch(value_m, past.anchor_m if out else value_m, others, now_s, out)
    if others is None or past.others is None:
        return past if others is None else replace(past, others=others)
    if not _moved_together(past.others, others):
        return past
    text = f"{point} stands still at {value_m:.2f} m while both others moved to {fmean(others):.2f} m"
    return replace(past, out=text)


def _moved_together(before: tuple[float, ...], now: tuple[float, ...]) -> bool:
    """Whether both others moved the same way: one that drifts alone says nothing of who stands still."""
    moves = [after - then for then, after in zip(before, now, strict=True)]
    return all(move >= FROZEN_M for move in moves) or all(move <= -FROZEN_M for move in moves)


def _others(point: str, values: Mapping[str, float]) -> tuple[float, ...] | None:
    """The two others, in their order, where both are there and agree."""
    others = tuple(value for name, value in values.items() if name != point)
    if len(others) < 2 or max(others) - min(others) > AGREE_M:
        return None
    return others


def _leapt(past: GaugeWatch, value_m: float, others_m: float, now_s: float) -> bool:
    if abs(value_m - others_m) <= AGREE_M:
        return False
    age_s = min(max(0.0, now_s - past.since_s), LOOKED_S)
    return abs(value_m - past.value_m) > NOISE_M + MAX_RATE_M_S * age_s
