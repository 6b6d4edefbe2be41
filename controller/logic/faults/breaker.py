"""Breaker trip: the breaker says so itself."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow


def follow_breaker(before: Standing, tripped: bool | None, at_s: float, rules: FaultRules) -> Standing:
    """At once: nothing is gained by waiting."""
    return follow(before, tripped, at_s, for_s=0.0, clear_s=0.0, gap_s=rules.gap_s)


def breaker_trip(state: Standing, usual_w: float) -> Finding | None:
    """What is found, in words."""
    if not state.stands:
        return None
    return Finding(
        FaultKind.BREAKER_TRIP,
        "its breaker has tripped: the whole circuit is dark; find the short circuit or leak before it is closed again",
        "断路器跳闸，整个回路熄灭；查明短路或漏电后方可合闸",
        1.0,
        usual_w,
    )
