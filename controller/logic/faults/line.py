"""A line found open while its circuit is off: where the cabinet senses its lines (``{output}.line_open``)."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow


def follow_line(
    before: Standing, line_open: bool | None, closed: bool | None, tripped: bool | None, at_s: float, rules: FaultRules
) -> Standing:
    """Only an open contactor and a closed breaker let the sensing say anything."""
    sign = line_open if closed is False and tripped is False else None
    return follow(before, sign, at_s, for_s=rules.line_for_s, clear_s=rules.line_for_s, gap_s=rules.gap_s)


def line_lost(state: Standing, at: str) -> Finding | None:
    """What is found, in words."""
    if not state.stands:
        return None
    return Finding(
        FaultKind.CABLE_THEFT,
        f"its line was found open at {at} while the circuit was off and its breaker closed: cable theft or a break; "
        "send a crew before it is switched on, and treat the cable as live",
        f"{at} 回路断开、断路器闭合时线路检测不通：疑似电缆被盗或断线；送电前派员查看，电缆按带电处理",
        0.8,
    )
