"""Phase loss: a phase of the supply has less than half of its voltage."""

from __future__ import annotations

from collections.abc import Mapping

from controller.logic.faults.kinds import FaultKind, Finding
from controller.logic.faults.rules import FaultRules
from controller.logic.faults.sight import PhaseSight
from controller.logic.faults.standing import Standing, follow

NO_LOAD_W = 20.0


def follow_phase(before: Standing, seen: PhaseSight, rules: FaultRules) -> Standing:
    """Believed at once when the phase feeds nothing either; else only when it is read so again."""
    low = None if seen.volts is None else seen.volts < rules.phase_share * rules.nominal_v
    sure = low and seen.watts is not None and seen.watts < NO_LOAD_W
    for_s = 0.0 if sure else 0.5 * rules.sample_s
    return follow(before, low, seen.at_s, for_s=for_s, clear_s=0.0, gap_s=rules.gap_s)


def phase_loss(states: Mapping[str, Standing], seen: Mapping[str, PhaseSight]) -> Finding | None:
    """One finding for all lost phases of a cabinet, in words."""
    lost = [phase for phase, state in states.items() if state.stands]
    if not lost:
        return None
    names = ", ".join(phase.upper() for phase in lost)
    volts = " / ".join("?" if (v := seen[phase].volts) is None else f"{v:.0f} V" for phase in lost)
    if len(lost) == len(states):
        en = f"no supply on any phase ({volts}): the cabinet lives on its battery; ask the grid's operator"
        zh = f"三相均失电（{volts}）：箱体由后备电源供电；联系供电部门"
    else:
        en = f"phase {names} has no supply ({volts}): what hangs on it is dark; look at the fuses, then ask the grid"
        zh = f"{names} 相失电（{volts}）：该相灯具熄灭；检查进线熔断器并联系供电部门"
    return Finding(FaultKind.PHASE_LOSS, en, zh, 1.0)
