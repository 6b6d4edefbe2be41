"""The maintenance tag as a guard: nothing is energised, started or moved where somebody works. OFF and STOP pass.

It binds every slot, 1 and 2 too: those only cut, stop or close, and a gate that closes moves.
"""

from __future__ import annotations

from controller.domain.command import Cause, PointWrite, Proof
from controller.domain.intents import (
    Dim,
    GateOrder,
    Intent,
    Show,
    StationMode,
    StationOrder,
    Switch,
    TargetKind,
    UnitMode,
    UnitOrder,
)
from controller.domain.tags import Tag
from controller.logic.contract import ALLOWED, Ruling, Verdict

TAGGED = "tag"
PLC_AUTO = "PLC_AUTO"
HALT_WITHIN_PERCENT = 10.0
"""A gate order within this of where the gate is, with a proof just as wide, halts it (``sequencers.gate``)."""


def guard_tag(tag: Tag | None, *, begins: bool) -> Verdict:
    """HOLD what would begin something where a tag hangs; ALLOWED otherwise."""
    if tag is None or not begins:
        return ALLOWED
    said = f"{tag} / 检修挂牌：{tag.owner}自{tag.since:%Y-%m-%d %H:%M} 作业（{tag.reason}），禁止送电、启动与动作"
    return Verdict(Ruling.HOLD, TAGGED, Cause.TAGGED, said)


def write_begins(kind: TargetKind, write: PointWrite, proof: Proof | None, position: float | None = None) -> bool:
    """Whether a write energises, starts or moves something.

    ``position`` is where a gate is (%): an order to stay there halts it and begins nothing. A station handed back to
    its PLC may be started by it, so that counts as well; taking it to REMOTE does not.
    """
    value = write.value
    match kind:
        case TargetKind.GATE:
            return not _halts(value, proof, position)
        case TargetKind.STATION:
            return value == PLC_AUTO
        case TargetKind.DISPLAY:
            return value != ""
        case _:
            return not isinstance(value, str) and value > 0


def intent_begins(intent: Intent) -> bool:
    """Whether what is asked of a target energises, starts or moves it; what a tag on the target forbids."""
    match intent:
        case Switch(on):
            return on
        case Dim(percent):
            return percent > 0.0
        case Show(text):
            return text != ""
        case UnitOrder(mode):
            return mode is UnitMode.START
        case GateOrder(percent):
            return percent is not None
        case StationOrder():
            return intent.mode is StationMode.HAND_BACK or intent.starts


def _halts(value: object, proof: Proof | None, position: float | None) -> bool:
    if position is None or proof is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    wide = proof.point.endswith(".position_percent") and proof.tolerance >= HALT_WITHIN_PERCENT
    return wide and abs(value - position) <= HALT_WITHIN_PERCENT
