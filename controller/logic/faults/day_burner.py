"""Day burner: the contact is open and power flows: bypassed, welded behind a lying contact, or fed from elsewhere."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow


def follow_burner(
    before: Standing, closed: bool | None, watts: float | None, usual_w: float, at_s: float, rules: FaultRules
) -> Standing:
    """``usual_w``: the baseline, or the rated power while there is none."""
    sign = None if closed is None or watts is None else not closed and watts > least_w(usual_w, rules)
    return follow(before, sign, at_s, for_s=rules.day_for_s, clear_s=rules.sample_s, gap_s=rules.gap_s)


def least_w(usual_w: float, rules: FaultRules) -> float:
    """What flows while it is off and means something."""
    return max(rules.day_share * usual_w, rules.day_least_w)


def day_burner(state: Standing, watts: float, usual_w: float, rules: FaultRules) -> Finding | None:
    """What is found, in words."""
    if not state.stands:
        return None
    share = 100.0 * watts / usual_w if usual_w else 0.0
    minutes = rules.day_for_s / 60.0
    return Finding(
        FaultKind.DAY_BURNER,
        f"its contact is open and {watts:,.0f} W still flow after {minutes:g} min ({share:.0f}% of {usual_w:,.0f} W): "
        "bypassed, welded behind a false contact, or fed from elsewhere; treat it as live",
        f"触点已断开 {minutes:g} 分钟，仍有 {watts:,.0f} W（基线 {usual_w:,.0f} W 的 {share:.0f}%）："
        "疑似旁路、触头粘连且辅助触点失真或另有电源；按带电处理",
        0.9,
        -watts,
    )
