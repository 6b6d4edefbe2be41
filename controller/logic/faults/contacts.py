"""Door and immersion: contacts that speak for themselves. An immersed cabinet is cut by wet power-off, not here."""

from __future__ import annotations

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.standing import Standing, follow


def follow_contact(before: Standing, shows: bool | None, at_s: float, rules: FaultRules) -> Standing:
    """A contact that must show it for a moment."""
    return follow(before, shows, at_s, for_s=rules.door_for_s, clear_s=rules.door_for_s, gap_s=rules.gap_s)


def door_open(state: Standing, *, local: bool) -> Finding | None:
    """What is found, in words; ``local``: the key is turned away from REMOTE, somebody works there."""
    if not state.stands:
        return None
    if local:
        en = "the door is open and the key is not at REMOTE: somebody works there, and no maintenance tag says so"
        return Finding(FaultKind.DOOR, en, "箱门打开且不在远方位置：有人作业但未挂牌", 0.9)
    en = "the door is open and nobody works there by the books: broken into, or left open"
    return Finding(FaultKind.DOOR, en, "箱门打开，无作业记录：可能被撬或忘关", 0.9)


def immersion(state: Standing) -> Finding | None:
    """What is found, in words."""
    if not state.stands:
        return None
    en = "water stands in the cabinet: its circuits are cut (wet power-off)"
    return Finding(FaultKind.IMMERSION, en, "箱体浸水，回路按涉水断电处理", 1.0)
