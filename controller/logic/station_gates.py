"""All gates of a station in one cycle: what a pump's sequence needs of them, else their own order."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.assets import Gate
from controller.domain.intents import GateOrder
from controller.domain.points import TargetId
from controller.domain.slots import Slot
from controller.logic.contract import Ruling
from controller.logic.gate_guards import may_move, opens
from controller.logic.interlocks import UNBOUND, Action, judge_all
from controller.logic.sequencers.gate import gate_step
from controller.logic.station_scene import Scene, flag
from controller.logic.station_units import Orders, Outcome


@dataclass(frozen=True, slots=True)
class _Aim:
    """Where a gate should go, under which slot, and whose order stands behind it."""

    percent: float
    slot: Slot
    behind: TargetId


def step_gates(scene: Scene, orders: Orders, outcome: Outcome) -> Outcome:
    """One step of every gate, added to the units' outcome."""
    for gate in scene.station.gates:
        aim = _aim(scene, orders, outcome, gate)
        if aim is None:
            outcome.phases[gate.id] = "stays as it is"
        else:
            _move(scene, orders, outcome, gate, aim)
        if flag(scene.view, f"{gate.output}.fault"):
            outcome.alarms.append((f"{gate.id}:fault", f"{gate.name} reports a fault"))
    return outcome


def _aim(scene: Scene, orders: Orders, outcome: Outcome, gate: Gate) -> _Aim | None:
    own, claim = orders.explicit.get(gate.id), outcome.claims.get(gate.id)
    value = own.value if own is not None else None
    ordered = value.percent if isinstance(value, GateOrder) else None
    if own is not None and ordered is not None and (claim is None or own.slot in UNBOUND):
        return _Aim(ordered, own.slot, gate.id)
    if claim is None:
        return None
    percent, unit = claim
    return _Aim(percent, orders.slot_of(unit), unit if unit in orders.explicit else scene.station.id)


def _move(scene: Scene, orders: Orders, outcome: Outcome, gate: Gate, aim: _Aim) -> None:
    verdict = may_move(scene, gate, aim.percent, aim.slot, outcome.starting)
    if verdict.ruling is Ruling.ALLOW:
        action = Action.OPEN if opens(scene, gate, aim.percent) else Action.CLOSE
        verdict = judge_all(orders.interlocks, orders.judged, gate.id, action, aim.slot, active=False)
    if verdict.ruling is not Ruling.ALLOW:
        outcome.phases[gate.id] = verdict.reason
        outcome.verdicts[gate.id] = verdict
        return
    sending = gate_step(scene, gate, aim.percent, urgent=aim.slot in UNBOUND)
    outcome.phases[gate.id] = sending.phase
    outcome.wanted.extend(sending.wanted)
    if sending.next_s is not None:
        outcome.times.append(sending.next_s)
    if sending.wanted and aim.behind != gate.id:
        outcome.because[gate.id] = aim.behind
