"""A flow that was ordered, corrected by what a flow meter measures: by a unit more or fewer, or by the drives' speed.

Pumps give what the head lets them, not what their plate says. A meter that cannot be read, or reads what these units
cannot give, corrects nothing: the count by rated flows stands.
"""

from __future__ import annotations

from dataclasses import replace

from controller.logic.contract import TargetMemory

SETTLED_S = 300.0
"""A flow is this long off (s) before a unit is added or taken for it, and is looked at again this long after."""
SPEED_EVERY_S = 60.0
NEARER = 0.6
"""A unit is added or taken when the flow is off by more than this share of one: half would hunt."""
BELIEVED = (0.5, 1.3)
"""Flow over rated flow (of the units that run) outside of which the meter is not believed."""
MOST_UNITS = 1
"""A meter changes the count by rated flows by this many units at most."""
SPEED_BAND = 0.03
"""Flows this near (share) to what was ordered are met."""


def believable(measured_m3s: float | None, rated_m3s: float) -> bool:
    """Whether units of this rated flow could give what the meter shows."""
    if measured_m3s is None or rated_m3s <= 0.0:
        return False
    return BELIEVED[0] <= measured_m3s / rated_m3s <= BELIEVED[1]


def corrected_count(
    target: TargetMemory,
    rated_count: int,
    wanted_m3s: float,
    measured_m3s: float,
    running: int,
    most: int,
    now_s: float,
) -> TargetMemory:
    """The count one step nearer to the flow, once it has been off for long enough; ``running`` gives the measured."""
    each_m3s, off_m3s = measured_m3s / running, wanted_m3s - measured_m3s
    if running != target.count or abs(off_m3s) <= NEARER * each_m3s:
        return replace(target, off_s=None)
    if target.off_s is None:
        return replace(target, off_s=now_s)
    if now_s - target.off_s < SETTLED_S:
        return target
    lowest, highest = max(1, rated_count - MOST_UNITS), min(most, rated_count + MOST_UNITS)
    count = target.count + (1 if off_m3s > 0.0 else -1)
    return replace(target, count=max(lowest, min(highest, count)), stepped_s=now_s, off_s=None)


def corrected_speed(
    target: TargetMemory,
    rated_percent: float,
    lowest_percent: float,
    wanted_m3s: float,
    measured_m3s: float,
    now_s: float,
) -> TargetMemory:
    """The drives' speed (%) in proportion to what is missing, every minute, within what the drives can."""
    speed = rated_percent if target.speed_percent is None else target.speed_percent
    if target.stepped_s is not None and now_s - target.stepped_s < SPEED_EVERY_S:
        return target
    if abs(wanted_m3s - measured_m3s) <= SPEED_BAND * wanted_m3s:
        return replace(target, speed_percent=speed)
    speed = max(lowest_percent, min(100.0, speed * wanted_m3s / measured_m3s))
    return replace(target, speed_percent=round(speed, 1), stepped_s=now_s)
