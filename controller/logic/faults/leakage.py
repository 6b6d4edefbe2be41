"""Leakage above its warning. Above its alarm limit wet power-off cuts (``logic.wet_power``), whose alarm hides this."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow

DEADBAND = 0.9
"""It is over below this part of the limit."""


def follow_leakage(before: Standing, milliamperes: float | None, at_s: float, rules: FaultRules) -> Standing:
    """Above the limit for a while; gone only once clearly below."""
    limit = rules.leakage_ma * (DEADBAND if before.stands else 1.0)
    sign = None if milliamperes is None else milliamperes >= limit
    return follow(before, sign, at_s, for_s=rules.leakage_for_s, clear_s=rules.leakage_for_s, gap_s=rules.gap_s)


def leakage(state: Standing, milliamperes: float | None, rules: FaultRules) -> Finding | None:
    """What is found, in words."""
    if not state.stands:
        return None
    shown = "?" if milliamperes is None else f"{milliamperes:.0f}"
    return Finding(
        FaultKind.LEAKAGE,
        f"leakage {shown} mA, warning from {rules.leakage_ma:g} mA: measure the insulation before it grows",
        f"漏电流 {shown} mA，超过预警值 {rules.leakage_ma:g} mA：尽快检测绝缘",
        0.95,
    )
