"""What locks a running unit out: undercurrent, a path that stays shut, an auxiliary that failed. Only what is proven.

A reading that is missing, late or not GOOD starts no clock here and stops the one that runs: a lost message never
stops a pump. Where the centre may only add starts (underpasses) nothing here stops anything: people are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controller.domain.image import View
from controller.domain.pumps_and_gates import Gate, PumpUnit
from controller.logic.contract import UnitMemory
from controller.logic.station_scene import Scene, flag, seen_open

NEARLY_OPEN_PERCENT = 95.0
"""A gate whose position says at least this is no closed path, whatever its limit switch says."""


def observe_protection(scene: Scene, unit: PumpUnit, past: UnitMemory) -> UnitMemory:
    """Since when each of the reasons to trip the unit has been proven."""
    runs, now_s = bool(scene.running(unit)), scene.moment.s
    low_s = _since(past.low_current_s, now_s, proven=runs and _draws_too_little(scene, unit, past))
    path_s = _since(past.path_lost_s, now_s, proven=runs and _path_is_shut(scene, unit))
    aid_s = _since(past.auxiliary_lost_s, now_s, proven=runs and bool(failed_auxiliaries(scene, unit)))
    if (low_s, path_s, aid_s) == (past.low_current_s, past.path_lost_s, past.auxiliary_lost_s):
        return past  # nearly always
    return replace(past, low_current_s=low_s, path_lost_s=path_s, auxiliary_lost_s=aid_s)


def proven_failure(scene: Scene, unit: PumpUnit) -> str:
    """Why the running unit is stopped and locked out; empty while it is not."""
    past, now_s = scene.past(unit), scene.moment.s
    if scene.station.additional_starts_only or not scene.running(unit) or past.stopping_s is not None:
        return ""
    if _lasted(past.path_lost_s, now_s, unit.gate_proof_s):
        gate = scene.discharge_gate(unit)
        name = gate.name if gate is not None else "its gate"
        return f"discharge gate {name} not proven open within {unit.gate_proof_s:.0f} s behind the running pump"
    if _lasted(past.low_current_s, now_s, unit.undercurrent_s):
        little = f"less than {unit.undercurrent_share:.0%} of its rated current for {unit.undercurrent_s:.0f} s"
        return f"undercurrent: {little}, it moves no water"
    if unit.auxiliary_trip_s is not None and _lasted(past.auxiliary_lost_s, now_s, unit.auxiliary_trip_s):
        names = " and ".join(failed_auxiliaries(scene, unit)) or "an auxiliary"
        return f"{names} failed for {unit.auxiliary_trip_s:.0f} s beside the running motor"
    return ""


def protection_alarms(scene: Scene, unit: PumpUnit, past: UnitMemory) -> Iterator[tuple[str, str]]:
    """What people should know of a unit before, or where, nothing trips it; ``past`` is its memory by now."""
    now_s = scene.moment.s
    if past.locked_out:
        return
    if _lasted(past.low_current_s, now_s, unit.undercurrent_s):
        said = f"{unit.name} draws less than {unit.undercurrent_share:.0%} of its rated current"
        yield f"{unit.id}:undercurrent", f"{said} / {unit.name}欠电流，疑似空转"
    failed = failed_auxiliaries(scene, unit) if scene.running(unit) else ()
    if failed:
        said = f"{unit.name} runs and its {' and '.join(failed)} is proven off: go and see"
        yield f"{unit.id}:auxiliary", f"{said} / {unit.name}运行中辅机失效，请到场"
    if _flap_stands_open(scene, unit):
        text = f"the flap of {unit.name} is not closed after its stop: water may run back / {unit.name}拍门未关，防倒灌"
        yield f"{unit.id}:flap", text
    if any(flag(scene.view, f"{unit.output}.{name}") is None for name in unit.auxiliaries):
        yield f"{unit.id}:auxiliary_unknown", f"{unit.name}: an auxiliary cannot be read; no start / 辅机状态不可读"


def failed_auxiliaries(scene: Scene, unit: PumpUnit) -> tuple[str, ...]:
    """Auxiliaries of the unit that are proven off."""
    return tuple(name for name in unit.auxiliaries if flag(scene.view, f"{unit.output}.{name}") is False)


def _draws_too_little(scene: Scene, unit: PumpUnit, past: UnitMemory) -> bool:
    """Behind an open path and past its run-up. Behind a gate that still travels every pump draws little."""
    since_s = past.running_since_s
    if unit.undercurrent_share <= 0.0 or since_s is None or scene.moment.s < since_s + unit.start_proof_s:
        return False
    return scene.path_is_open(unit) and scene.draws_current(unit) is False


def _path_is_shut(scene: Scene, unit: PumpUnit) -> bool:
    gate = scene.discharge_gate(unit)
    return gate is not None and proven_not_open(gate, scene.view)


def proven_not_open(gate: Gate, view: View) -> bool:
    """Whether limit switch and position both speak against an open gate. A broken limit switch alone does not."""
    position = view.number(f"{gate.output}.position_percent")
    if position is not None:
        return position < min(NEARLY_OPEN_PERCENT, 100.0 - gate.tolerance_percent) and seen_open(gate, view) is not True
    return flag(view, f"{gate.output}.closed_limit") is True and flag(view, f"{gate.output}.open_limit") is not True


def _flap_stands_open(scene: Scene, unit: PumpUnit) -> bool:
    stopped_s = scene.past(unit).stopped_since_s
    resting = scene.running(unit) is False and stopped_s is not None and scene.moment.s >= stopped_s + unit.backspin_s
    return unit.flap and resting and flag(scene.view, f"{unit.output}.flap_closed") is False


def _lasted(since_s: float | None, now_s: float, long_s: float) -> bool:
    return since_s is not None and now_s - since_s >= long_s


def _since(since_s: float | None, now_s: float, *, proven: bool) -> float | None:
    if not proven:
        return None
    return now_s if since_s is None else since_s
