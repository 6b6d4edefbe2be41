"""Stuck contactor: the auxiliary contact is not where the command register wants it."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow


def follow_contactor(
    before: Standing, commanded: bool | None, closed: bool | None, at_s: float, rules: FaultRules
) -> Standing:
    """``commanded`` None: the cabinet obeys somebody else, or nobody can say."""
    sign = None if commanded is None or closed is None else commanded is not closed
    return follow(before, sign, at_s, for_s=rules.contact_for_s, clear_s=0.0, gap_s=rules.gap_s)


def stuck_contactor(state: Standing, commanded: bool | None, watts: float | None, usual_w: float) -> Finding | None:
    """What is found, in words; the power says which part of it is believed."""
    if not state.stands:
        return None
    flows = None if watts is None else watts > 0.1 * usual_w
    shown = ("", "") if watts is None else (f", {watts:,.0f} W flow", f"，功率 {watts:,.0f} W")
    if commanded:
        en, zh = "commanded on, its contact stays open", "指令合闸，触点未闭合"
        why, why_zh = (
            ("its auxiliary contact may lie", "辅助触点可能失真")
            if flows
            else ("coil, control fuse or contactor", "检查线圈、控制熔断器或接触器")
        )
    else:
        en, zh = "commanded off, its contact stays closed", "指令分闸，触点未断开"
        why, why_zh = (
            ("welded: only the breaker cuts it", "触头粘连：只能拉断路器断电")
            if flows is not False
            else ("its auxiliary contact may lie", "辅助触点可能失真")
        )
    return Finding(FaultKind.STUCK_CONTACTOR, f"{en}{shown[0]}: {why}", f"{zh}{shown[1]}：{why_zh}", 0.95)
