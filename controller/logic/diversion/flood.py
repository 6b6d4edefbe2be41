"""Mountain flood (山洪): an intake is shut when its level, turbidity or rain says so, and for a while after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from controller.logic.diversion.programs import Look
from controller.logic.diversion.rules import MountainFlood

HOUR_S = 3600.0
LONGEST_GAP_S = 900.0
"""A rain rate holds at most this long without news."""


@dataclass(frozen=True, slots=True)
class FloodMemory:
    """Why the intake is shut, since when all is well again, and the rain: (ended s, mm), its last rate (mm/h)."""

    reason: str = ""
    well_s: float | None = None
    fallen: tuple[tuple[float, float], ...] = ()
    rate_mm_h: float = 0.0
    seen_s: float | None = None


def follow_flood(rule: MountainFlood, number: Look, memory: FloodMemory, now_s: float) -> FloodMemory:
    """One look. What cannot be read neither shuts the intake nor frees it."""
    memory = _with_rain(rule, number, memory, now_s)
    cause = next(_causes(rule, number, memory), "")
    if cause:
        return replace(memory, reason=cause, well_s=None)
    if not memory.reason:
        return memory
    if not _known(rule, number):
        return replace(memory, well_s=None)
    well_s = now_s if memory.well_s is None else memory.well_s
    return replace(memory, reason="" if now_s - well_s >= rule.hold_s else memory.reason, well_s=well_s)


def fallen_mm(memory: FloodMemory) -> float:
    """The rain of the rule's time."""
    return sum(mm for _, mm in memory.fallen)


def _known(rule: MountainFlood, number: Look) -> bool:
    looked = (gauge for gauge in (rule.level, rule.turbidity, rule.rain) if gauge is not None)
    return all(number(gauge) is not None for gauge in looked)


def _causes(rule: MountainFlood, number: Look, memory: FloodMemory) -> Iterator[str]:
    level_m = None if rule.level is None else number(rule.level)
    if level_m is not None and level_m >= rule.level_m:
        yield f"mountain flood: level from {rule.level_m:g} m / 山洪：水位达到 {rule.level_m:g} m"
    turbidity = None if rule.turbidity is None else number(rule.turbidity)
    if turbidity is not None and turbidity >= rule.turbidity_ntu:
        yield f"mountain flood: turbidity from {rule.turbidity_ntu:g} NTU / 山洪：浊度达到 {rule.turbidity_ntu:g} NTU"
    if rule.rain is not None and fallen_mm(memory) >= rule.rain_mm:
        hours = rule.rain_s / HOUR_S
        yield (
            f"mountain flood: {rule.rain_mm:g} mm of rain within {hours:g} h / "
            f"山洪：{hours:g} 小时降雨达 {rule.rain_mm:g} mm"
        )


def _with_rain(rule: MountainFlood, number: Look, memory: FloodMemory, now_s: float) -> FloodMemory:
    if rule.rain is None:
        return memory
    fallen = memory.fallen
    if memory.seen_s is not None and memory.rate_mm_h > 0.0:
        elapsed_s = min(now_s - memory.seen_s, LONGEST_GAP_S)
        fallen = (*fallen, (now_s, memory.rate_mm_h * elapsed_s / HOUR_S))
    rate = number(rule.rain)
    kept = tuple(one for one in fallen if now_s - one[0] < rule.rain_s)
    seen_s = memory.seen_s if rate is None else now_s
    return replace(memory, fallen=kept, rate_mm_h=memory.rate_mm_h if rate is None else rate, seen_s=seen_s)
