"""Before a station is taken from its PLC: its registers are told what really runs, so that nothing moves by the change.

While its PLC was in charge, units and gates went where it sent them, and the centre's registers still say what stood
before. A PLC that obeys them from the moment it is REMOTE would stop what runs, start what stands, unguarded, and drive
gates back. One that copies the actual state itself, or takes no command while it is in charge, is not waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.domain.command import PointWrite, Proof, Wanted
from controller.domain.points import TargetId, Value, device_of
from controller.domain.pumps_and_gates import Gate, GateRole
from controller.logic.gate_watch import MOVING_S
from controller.logic.sequencers.auxiliaries import aside_name
from controller.logic.sequencers.gate import OVERSHOOT_PERCENT, proof_within_s
from controller.logic.station_scene import Scene

TAKEN_S = 15.0
"""A register that does not show what it was told within this time is its PLC's own: it is waited for no longer."""
SPEED_APART_PERCENT = 5.0
"""A drive's register may lie this far from what it turns at; a proof is looked for within as much."""
SPEED_PROOF_S = 30.0
AGAIN_S = 60.0
"""What was told longer ago than this was told for another occasion."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """What is still to be told (``wanted``), and until when what was told is waited for (monotonic s; None: done)."""

    wanted: tuple[Wanted, ...] = ()
    until_s: float | None = None

    @property
    def done(self) -> bool:
        """Whether the registers say what runs, or will not be made to."""
        return not self.wanted and self.until_s is None


@dataclass(frozen=True, slots=True)
class _Differs:
    target: TargetId
    point: str
    value: Value
    proof: Proof


def alignment(scene: Scene) -> Alignment:
    """Which registers still differ from what really is. What cannot be read is left as it stands."""
    wanted, waits = [], []
    for differs in (*_units(scene), *_speeds(scene), *_gates(scene)):
        last = scene.last.get(differs.target)
        told = last is not None and last.point == differs.point and _near(last.value, differs.value)
        if last is None or not told or scene.moment.s >= last.sent_s + AGAIN_S:
            write = PointWrite(device_of(differs.target), differs.point, differs.value)
            wanted.append(Wanted(differs.target, write, differs.proof))
        elif scene.moment.s < last.sent_s + TAKEN_S:
            waits.append(last.sent_s + TAKEN_S)
    return Alignment(tuple(wanted), min(waits, default=None))


def _units(scene: Scene) -> Iterator[_Differs]:
    for unit in scene.station.units:
        runs = scene.running(unit)
        if runs is not None and scene.commanded(unit) is (not runs):
            proof = Proof(f"{unit.output}.running", runs, unit.stop_proof_s)
            yield _Differs(unit.id, f"{unit.output}.run_command", runs, proof)


def _speeds(scene: Scene) -> Iterator[_Differs]:
    """Drives that turn: their PLC may have another speed in hand than the centre's register says."""
    for unit in scene.station.units:
        point = f"{unit.output}.speed_command"
        turns, told = scene.view.number(f"{unit.output}.speed_percent"), scene.view.number(point)
        if unit.min_speed_percent is None or turns is None or told is None or scene.running(unit) is not True:
            continue
        goal = min(100.0, max(unit.min_speed_percent, round(abs(turns), 1)))
        if abs(told - goal) > SPEED_APART_PERCENT:
            proof = Proof(f"{unit.output}.speed_percent", goal, SPEED_PROOF_S, SPEED_APART_PERCENT)
            yield _Differs(aside_name(unit, "speed"), point, goal, proof)


def _gates(scene: Scene) -> Iterator[_Differs]:
    for gate in scene.station.gates:
        if gate.buttons or gate.role is GateRole.ROAD:
            continue  # buttons hold no position; a road's signal is the centre's in any mode
        goal = _goes_to(scene, gate)
        told = scene.view.number(f"{gate.output}.position_command")
        if goal is not None and told is not None and abs(told - goal) > gate.tolerance_percent:
            seen = f"{gate.output}.position_percent"
            proof = Proof(seen, goal, proof_within_s(gate), max(gate.tolerance_percent, OVERSHOOT_PERCENT))
            yield _Differs(gate.id, f"{gate.output}.position_command", goal, proof)


def _goes_to(scene: Scene, gate: Gate) -> float | None:
    """Where its PLC has it, or is bringing it: a gate in mid-travel goes on to the end it travels to."""
    position, past = scene.view.number(f"{gate.output}.position_percent"), scene.moved(gate)
    if position is None:
        return None
    if past.moved_s is not None and scene.moment.s < past.moved_s + MOVING_S:
        return 100.0 if past.opening else 0.0
    return min(100.0, max(0.0, round(position, 1)))


def _near(told: object, value: Value) -> bool:
    if isinstance(told, bool) or isinstance(value, bool):
        return told is value
    return isinstance(told, (int, float)) and isinstance(value, (int, float)) and abs(told - value) <= 1.0
