"""Letting a gate down without motor power: the last way to close a river gate that its drive does not close.

Only to close, only where the gate has such a release, and only once the ordinary way is known to fail: the supply is
lost, the drive reports a fault, the gate is locked out, or an order to close was not confirmed.
"""

from __future__ import annotations

from controller.domain.command import Proof
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, GateRole
from controller.logic.gate_watch import goal_of
from controller.logic.power_guards import supply
from controller.logic.sequencers.resend import Sending, send
from controller.logic.station_scene import Scene, flag, seen_closed

CLOSES_FOR_SAFETY = frozenset({GateRole.GRAVITY, GateRole.INTAKE, GateRole.ROAD})
"""Gates whose closing protects the city; the others stand at a pump."""
RELEASED = Sending((), "")


def lowering_name(gate: Gate) -> TargetId:
    """What a gate's release goes by among commands and proofs."""
    return f"{gate.id}.emergency_lower"


def needs_lowering(scene: Scene, gate: Gate, percent: float) -> bool:
    """Whether closing it now takes its release."""
    if not gate.emergency_lower or percent > 0.0 or gate.role not in CLOSES_FOR_SAFETY:
        return False
    if seen_closed(gate, scene.view) is True:
        return False
    last = scene.last.get(gate.id)
    refused = last is not None and goal_of(gate, last) == 0.0 and last.settled and last.failures > 0
    fault = flag(scene.view, f"{gate.output}.fault") is True
    return refused or fault or supply(scene) is False or bool(scene.moved(gate).locked_out)


def lowering_step(scene: Scene, gate: Gate, *, lower: bool) -> Sending:
    """One step of its release: set while it has to go down, taken back once it is closed or wanted elsewhere."""
    if not gate.emergency_lower:
        return RELEASED
    point, name = f"{gate.output}.emergency_lower_command", lowering_name(gate)
    said = f"{gate.name} is let down without its drive / {gate.name}紧急落闸"
    if lower:
        proof = Proof(f"{gate.output}.closed_limit", True, gate.emergency_lower_s)
        return send(name, point, True, proof, scene.last, scene.moment, said=said, urgent=True)
    if flag(scene.view, point) is not True:
        return RELEASED
    proof = Proof(point, False, gate.emergency_lower_s)
    return send(name, point, False, proof, scene.last, scene.moment, said=f"{gate.name}: its release is taken back")
