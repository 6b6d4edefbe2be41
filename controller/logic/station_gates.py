"""All gates of a station in one cycle: what a pump's sequence needs of them, else their own order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from controller.domain.intents import GateOrder
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, GateRole
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.diversion.turning import lined_at
from controller.logic.gate_guards import may_move, may_regulate, opens, protects
from controller.logic.gate_watch import (
    drifted_percent,
    gate_alarms,
    goal_of,
    is_driven,
    left_at,
    newly_stuck,
    torque_since_s,
)
from controller.logic.interlocks import UNBOUND, Action, judge_all
from controller.logic.road_signal import road_closes
from controller.logic.sequencers.gate import gate_step, halt_step, is_at, stop_driving, travels
from controller.logic.sequencers.lowering import lowering_name, lowering_step, needs_lowering
from controller.logic.sequencers.resend import Sending
from controller.logic.station_scene import Scene
from controller.logic.station_units import Orders, Outcome, note_unknown
from controller.logic.tag_guard import guard_tag
from controller.logic.tidal.gates import must_close


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
        aim = _aim(scene, orders, outcome, gate) or _brought_back(scene, orders, gate)
        stuck, river = newly_stuck(scene, gate), _river_closes(scene, orders, gate)
        if scene.tag(gate.id) is not None:
            _stand_still(scene, outcome, gate, aim)
        elif _stopped_by_a_person(orders, gate):
            _halt(scene, outcome, gate, Verdict(Ruling.FORCE, "slot_1_2", reason=f"{gate.name} is stopped where it is"))
        elif river is not None:
            _shut(scene, outcome, gate, river)
        elif (why := stuck or _still_pushed(scene, gate, aim)) != "":
            _give_up(scene, outcome, gate, why)
        elif (ended := _ended(scene, orders, gate, aim)).ruling is Ruling.FORCE:
            _halt(scene, outcome, gate, ended)
        elif aim is None:
            outcome.phases[gate.id] = "stays as it is"
        else:
            _move(scene, orders, outcome, gate, aim)
        _release(scene, outcome, gate, aim if river is None else _Aim(0.0, Slot.AUTOMATIC, gate.id))
        _remember(scene, outcome, gate, stuck)
        _say_locked(scene, outcome, gate)
        outcome.alarms.extend(gate_alarms(scene, gate, outcome.gates.get(gate.id, scene.moved(gate))))
    return outcome


def _remember(scene: Scene, outcome: Outcome, gate: Gate, stuck: str) -> None:
    past = outcome.gates.get(gate.id, scene.moved(gate))
    past = left_at(scene, gate, past)
    torque_s = torque_since_s(scene, gate)
    if stuck or torque_s != past.torque_s:
        past = replace(past, locked_out=stuck or past.locked_out, torque_s=torque_s)
    if past is not scene.moved(gate):
        outcome.gates[gate.id] = past


def _say_locked(scene: Scene, outcome: Outcome, gate: Gate) -> None:
    """Who asks about a gate reads why it is locked out, also while it is still told to close."""
    locked, phase = outcome.gates.get(gate.id, scene.moved(gate)).locked_out, outcome.phases.get(gate.id, "")
    if locked and locked not in phase:
        outcome.phases[gate.id] = f"{phase}; locked out: {locked} / 闸门闭锁"


def _release(scene: Scene, outcome: Outcome, gate: Gate, aim: _Aim | None) -> None:
    """Its emergency release: set to close it where its drive cannot, taken back otherwise."""
    if not gate.emergency_lower:
        return
    lower = aim is not None and scene.tag(gate.id) is None and needs_lowering(scene, gate, aim.percent)
    sending = lowering_step(scene, gate, lower=lower)
    outcome.wanted.extend(sending.wanted)
    if sending.wanted:
        outcome.because[lowering_name(gate)] = gate.id if aim is None else aim.behind
    if sending.next_s is not None:
        outcome.times.append(sending.next_s)
    if lower:
        outcome.phases[gate.id] = f"{outcome.phases.get(gate.id, '')}; {sending.phase}"
        text = (
            f"{gate.name} is let down by its emergency release: look at its drive / {gate.name}紧急落闸，请检查启闭机"
        )
        outcome.alarms.append((f"{gate.id}:emergency_lower", text))


def _brought_back(scene: Scene, orders: Orders, gate: Gate) -> _Aim | None:
    """Where a gate that drifts goes back to, where its config says so."""
    rest = scene.moved(gate).rest_percent
    if not gate.drift_returns or rest is None or drifted_percent(scene, gate) is None:
        return None
    return _Aim(rest, orders.slot, scene.station.id)


def _aim(scene: Scene, orders: Orders, outcome: Outcome, gate: Gate) -> _Aim | None:
    own, claim = orders.explicit.get(gate.id), outcome.claims.get(gate.id)
    value = own.value if own is not None else None
    ordered = value.percent if isinstance(value, GateOrder) else None
    if own is not None and ordered is not None and (claim is None or own.slot in UNBOUND):
        return _Aim(ordered, own.slot, gate.id)
    if claim is None:
        lined = lined_at(scene, gate, orders.order)
        return None if lined is None else _Aim(lined, orders.slot, scene.station.id)
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


def _river_closes(scene: Scene, orders: Orders, gate: Gate) -> Verdict | None:
    """What closes it whatever was ordered; not what slot 1 or 2 holds."""
    own = orders.explicit.get(gate.id)
    river = road_closes(scene, gate) if gate.role is GateRole.ROAD else must_close(scene, gate)
    bound = own is None or own.slot not in UNBOUND
    return river if bound and river.ruling is Ruling.FORCE else None


def _shut(scene: Scene, outcome: Outcome, gate: Gate, why: Verdict) -> None:
    """Closed whatever was ordered: the river, or a flood, would come in."""
    sending = gate_step(scene, gate, 0.0, urgent=True)
    outcome.verdicts[gate.id] = why
    outcome.wanted.extend(sending.wanted)
    if sending.next_s is not None:
        outcome.times.append(sending.next_s)
    outcome.phases[gate.id] = f"{why.reason} ({sending.phase})"


def _still_pushed(scene: Scene, gate: Gate, aim: _Aim | None) -> str:
    """Why a locked-out gate is to be stopped although its drive is still told to move; not on its way to protect."""
    wanted = aim is not None and protects(gate, aim.percent)
    return scene.moved(gate).locked_out if is_driven(scene, gate) and not wanted else ""


def _give_up(scene: Scene, outcome: Outcome, gate: Gate, why: str) -> None:
    verdict = Verdict(Ruling.FORCE, "gate_locked", reason=f"{gate.name} is stopped: {why}")
    _halted(outcome, gate, verdict, stop_driving(scene, gate))


def _halt(scene: Scene, outcome: Outcome, gate: Gate, why: Verdict) -> None:
    _halted(outcome, gate, why, halt_step(scene, gate))


def _halted(outcome: Outcome, gate: Gate, why: Verdict, halt: Sending) -> None:
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
    verdict = may_move(scene, gate, aim.percent, aim.slot, outcome.starting, outcome.stopping)
    if verdict.ruling is Ruling.ALLOW and aim.behind == gate.id and is_at(scene, gate, aim.percent) is not True:
        verdict = may_regulate(scene, gate, aim.percent, aim.slot)
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
    if sending.wanted and goal_of(gate, scene.last.get(gate.id)) != aim.percent:
        past = scene.moved(gate)
        outcome.gates[gate.id] = replace(past, moves_s=(*past.moves_s, scene.moment.s))
    if sending.wanted and aim.behind != gate.id:
        outcome.because[gate.id] = aim.behind
