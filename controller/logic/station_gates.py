"""All gates of a station in one cycle: what a pump's sequence needs of them, else their own order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from controller.domain.assets import Gate
from controller.domain.intents import GateOrder
from controller.domain.points import TargetId
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.gate_guards import may_move, opens
from controller.logic.interlocks import UNBOUND, Action, judge_all
from controller.logic.sequencers.gate import gate_step, halt_step, is_at, travels
from controller.logic.station_scene import Scene, flag
from controller.logic.station_units import Orders, Outcome, note_unknown
from controller.logic.tag_guard import guard_tag


@dataclass(frozen=True, slots=True)
class _Aim:
    """Where a gate should go, under which slot, and whose order stands behind it."""

    percent: float
    slot: Slot
    behind: TargetId


def step_gates(scene: Scene, orders: Orders, outcome: Outcome, only: Collection[TargetId] | None = None) -> Outcome:
    """One step of every gate (or of ``only`` these), added to the units' outcome."""
    for gate in scene.station.gates:
        if only is not None and gate.id not in only:
            continue
        aim = _aim(scene, orders, outcome, gate)
        if scene.tag(gate.id) is not None:
            _stand_still(scene, outcome, gate, aim)
        elif _stopped_by_a_person(orders, gate):
            _halt(scene, outcome, gate, Verdict(Ruling.FORCE, "slot_1_2", reason=f"{gate.name} is stopped where it is"))
        elif (ended := _ended(scene, orders, gate, aim)).ruling is Ruling.FORCE:
            _halt(scene, outcome, gate, ended)
        elif aim is None:
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


def _stopped_by_a_person(orders: Orders, gate: Gate) -> bool:
    """Whether slot 1 or 2 holds it where it is: an emergency stop of a gate that must not close on its pump."""
    decision = orders.decisions.get(gate.id)
    return decision is not None and decision.winner.slot in UNBOUND and decision.winner.value == GateOrder(None)


def _ended(scene: Scene, orders: Orders, gate: Gate, aim: _Aim | None) -> Verdict:
    """FORCE when an interlock that watches the movement under way acts: the gate is halted in mid-travel."""
    opening, slot = travels(scene, gate), orders.slot_of(gate.id) if aim is None else aim.slot
    if opening is None:
        return ALLOWED
    action = Action.OPEN if opening else Action.CLOSE
    return judge_all(orders.interlocks, orders.judged, gate.id, action, slot, active=True)


def _halt(scene: Scene, outcome: Outcome, gate: Gate, why: Verdict) -> None:
    halt = halt_step(scene, gate)
    outcome.verdicts[gate.id] = why
    outcome.wanted.extend(halt.wanted)
    if halt.next_s is not None:
        outcome.times.append(halt.next_s)
    outcome.phases[gate.id] = f"{halt.phase}; {why.reason}"


def _stand_still(scene: Scene, outcome: Outcome, gate: Gate, aim: _Aim | None) -> None:
    """A tagged gate does not move, and one that moves is halted: somebody may stand in it."""
    _halt(scene, outcome, gate, guard_tag(scene.tag(gate.id), begins=True))
    if aim is not None and gate.id in outcome.claims and is_at(scene, gate, aim.percent) is not True:
        text = (
            f"{gate.name} is tagged and cannot go to {aim.percent:g} % as its pump needs it; go and see / "
            f"{gate.name}已挂检修牌，无法按机组需要动作，请到场处理"
        )
        outcome.alarms.append((f"{gate.id}:tagged", text))


def _move(scene: Scene, orders: Orders, outcome: Outcome, gate: Gate, aim: _Aim) -> None:
    verdict = may_move(scene, gate, aim.percent, aim.slot, outcome.starting)
    action = Action.OPEN if opens(scene, gate, aim.percent) else Action.CLOSE
    if is_at(scene, gate, aim.percent) is not True:
        note_unknown(scene, orders, outcome, gate.id, action, aim.slot)
    if verdict.ruling is Ruling.ALLOW:
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
