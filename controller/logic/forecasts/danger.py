"""How near a gauge's water is to doing harm: the order in which people are shown gauges."""

from __future__ import annotations

from enum import IntEnum

NEAR_S = 2 * 3600.0
AHEAD_S = 12 * 3600.0
"""A limit reached later than this is nobody's worry yet: a trend says nothing of it."""


class Danger(IntEnum):
    """Mildest first. UNKNOWN: the level cannot be read; it stands above whatever is known to be well."""

    NONE = 0
    LATER = 1
    UNKNOWN = 2
    SOON = 3
    WARNING = 4
    GUARANTEE_SOON = 5
    GUARANTEE = 6


def danger_of(
    level_m: float | None,
    warning_m: float | None,
    guarantee_m: float | None,
    to_warning_s: float | None,
    to_guarantee_s: float | None,
) -> Danger:
    """Of a level against its limits (m) and the seconds until it meets them; None: not known, or no such limit."""
    if warning_m is None and guarantee_m is None:
        return Danger.NONE
    if level_m is None:
        return Danger.UNKNOWN
    if guarantee_m is not None and level_m >= guarantee_m:
        return Danger.GUARANTEE
    if _within(to_guarantee_s, NEAR_S):
        return Danger.GUARANTEE_SOON
    if warning_m is not None and level_m >= warning_m:
        return Danger.WARNING
    if _within(to_warning_s, NEAR_S):
        return Danger.SOON
    return Danger.LATER if _within(to_warning_s, AHEAD_S) or _within(to_guarantee_s, AHEAD_S) else Danger.NONE


def sooner(one_s: float | None, other_s: float | None) -> float | None:
    """The earlier of two times; None where neither is known."""
    return min((time for time in (one_s, other_s) if time is not None), default=None)


def _within(seconds: float | None, limit_s: float) -> bool:
    return seconds is not None and seconds <= limit_s
