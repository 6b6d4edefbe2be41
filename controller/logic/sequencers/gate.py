"""A gate's step: bring it to an opening and prove it, never reversing it while it travels."""

from __future__ import annotations

from controller.domain.command import Proof
from controller.domain.pumps_and_gates import Gate
from controller.logic.contract import GateMemory
from controller.logic.gate_watch import goal_of, is_driven, order_of
from controller.logic.sequencers.resend import Sending, send
from controller.logic.station_scene import Scene, flag, seen_closed, seen_open

TRAVEL_MARGIN = 1.25
"""A gate is given this share of its travel time …"""
TRAVEL_GRACE_S = 5.0
"""… and this much more to prove that it arrived."""
REST_S = 5.0
"""A gate stands still for this long before it goes the other way: a drive is not thrown into reverse."""
AHEAD_S = 2.0
"""A moving gate is halted where it will be so long after it was last read: told to stand where it was seen, it would be
driven back to there, and its drive thrown into reverse."""
OVERSHOOT_PERCENT = 10.0
"""How far (%) a gate may run on when it is stopped in mid-travel."""


def proof_within_s(gate: Gate) -> float:
    """How long a full travel may take before it counts as failed."""
    return gate.travel_s * TRAVEL_MARGIN + TRAVEL_GRACE_S


def is_at(scene: Scene, gate: Gate, percent: float) -> bool | None:
    """Whether the gate is proven where it is wanted; its ends by limit switch and position. None: not known."""
    if percent <= 0.0:
        return seen_closed(gate, scene.view)
    if percent >= 100.0:
        return seen_open(gate, scene.view)
    position = scene.view.number(f"{gate.output}.position_percent")
    return None if position is None else abs(position - percent) <= gate.tolerance_percent


def gate_step(scene: Scene, gate: Gate, percent: float, *, urgent: bool = False) -> Sending:
    """One step towards ``percent`` (0 closed, 100 open)."""
    said = f"{gate.name} to {percent:g} %"
    if is_at(scene, gate, percent):
        return Sending((), f"at {percent:g} %")
    point, value = order_of(gate, percent)
    position = scene.view.number(f"{gate.output}.position_percent")
    past = scene.moved(gate)
    rest_until_s = _reversal_ends_s(past, position, percent)
    if position is None or rest_until_s is None or scene.moment.s >= rest_until_s:
        proof = _proof(scene, gate, percent)
        return send(gate.id, point, value, proof, scene.last, scene.moment, said=said, urgent=urgent)
    if not _still_driven(scene, gate, position, past):
        return Sending((), f"{said}: stands still before it reverses", rest_until_s)
    stop = _halt(scene, gate, _ahead(scene, gate, position), said=said, urgent=urgent)
    return Sending(stop.wanted, f"{said}: stops before it reverses", rest_until_s)


def halt_step(scene: Scene, gate: Gate) -> Sending:
    """Stop a gate that was seen moving and is still driven; nothing for one that stands."""
    position = scene.view.number(f"{gate.output}.position_percent")
    if position is None or travels(scene, gate) is None:
        return Sending((), "stands still")
    at = _ahead(scene, gate, position)
    return _halt(scene, gate, at, said=f"{gate.name} is halted at {at:.0f} %", urgent=True)


def stop_driving(scene: Scene, gate: Gate) -> Sending:
    """Take the order back from a gate that does not follow it: it is told to stay where it is."""
    position = scene.view.number(f"{gate.output}.position_percent")
    if position is None or not is_driven(scene, gate):
        return Sending((), "stands still")
    return _halt(scene, gate, position, said=f"{gate.name} is told to stay at {position:.0f} %", urgent=True)


def travels(scene: Scene, gate: Gate) -> bool | None:
    """Whether a gate seen moving, and still driven, opens (True) or closes (False); None for one that stands."""
    position = scene.view.number(f"{gate.output}.position_percent")
    past = scene.moved(gate)
    moved = past.moved_s is not None and scene.moment.s < past.moved_s + REST_S
    if position is None or not moved or not _still_driven(scene, gate, position, past):
        return None
    return past.opening


def _halt(scene: Scene, gate: Gate, position: float, *, said: str, urgent: bool) -> Sending:
    if gate.buttons:
        return Sending((), f"{said}; its drive cannot be halted by us, it runs to its end")
    proof = Proof(f"{gate.output}.position_percent", position, proof_within_s(gate), OVERSHOOT_PERCENT)
    point = f"{gate.output}.position_command"
    return send(gate.id, point, position, proof, scene.last, scene.moment, said=said, urgent=urgent)


def _ahead(scene: Scene, gate: Gate, position: float) -> float:
    """Where a gate that travels is by the time it hears of its halt (%); kept once it was told, never past its goal."""
    past, last = scene.moved(gate), scene.last.get(gate.id)
    told = scene.view.number(f"{gate.output}.position_command")
    goal = goal_of(gate, last)
    goal = told if goal is None else goal
    if goal is None or gate.buttons:
        return position
    age_s = max(0.0, scene.moment.s - scene.view.read(f"{gate.output}.position_percent").received_s)
    reach = (AHEAD_S + age_s) * 100.0 / gate.travel_s
    return min(goal, position + reach) if past.opening else max(goal, position - reach)


def _still_driven(scene: Scene, gate: Gate, position: float, past: GateMemory) -> bool:
    """Whether the last order still carries the gate on in the direction it was seen moving."""
    goal = goal_of(gate, scene.last.get(gate.id))
    if goal is None:
        goal = scene.view.number(f"{gate.output}.position_command")
    if goal is None:
        return True
    ahead = goal - position if past.opening else position - goal
    return ahead > gate.tolerance_percent


def _reversal_ends_s(past: GateMemory, position: float | None, percent: float) -> float | None:
    if past.moved_s is None or position is None or past.opening == (percent > position):
        return None
    return past.moved_s + REST_S


def _proof(scene: Scene, gate: Gate, percent: float) -> Proof:
    ends = {0.0: f"{gate.output}.closed_limit", 100.0: f"{gate.output}.open_limit"}
    limit = ends.get(percent)
    if limit is not None and flag(scene.view, limit) is not None:
        return Proof(limit, True, proof_within_s(gate))
    return Proof(f"{gate.output}.position_percent", percent, proof_within_s(gate), gate.tolerance_percent)
