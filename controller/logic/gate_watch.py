"""What goes wrong with a gate: jammed, past its torque, limits that contradict each other, drift without an order.

A jammed or over-torqued gate is stopped and locked out until a person resets it. Judged only on GOOD positions and on
orders the device itself shows to have: a lost message, a slow poll or a dead supply is no jam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controller.domain.points import Value
from controller.domain.pumps_and_gates import Gate
from controller.logic.contract import GateMemory, LastWrite
from controller.logic.power_guards import supply
from controller.logic.station_scene import Scene, flag, seen_closed, seen_open

TORQUE_S = 2.0
"""How long a drive must be past its torque limit: starting from rest it draws more for a moment."""
LIMITS_S = 5.0
"""How long limit switches must contradict each other: they change a moment apart."""
MOVING_S = 5.0
"""A gate that moved within this is under way."""


def order_of(gate: Gate, percent: float) -> tuple[str, Value]:
    """The point and value that send it there. Buttons know its two ends only; the pair excludes itself (drivers)."""
    if not gate.buttons:
        return f"{gate.output}.position_command", percent
    return f"{gate.output}.{'open' if percent > 0.0 else 'close'}_command", True


def goal_of(gate: Gate, last: LastWrite | None) -> float | None:
    """Where its last order sends it (%); None when there is none."""
    if last is None:
        return None
    if gate.buttons:
        return {f"{gate.output}.open_command": 100.0, f"{gate.output}.close_command": 0.0}.get(last.point)
    known = last.point == f"{gate.output}.position_command" and isinstance(last.value, (int, float))
    return float(last.value) if known and isinstance(last.value, (int, float)) else None


def driven_to(scene: Scene, gate: Gate) -> float | None:
    """Where its device was told to bring it and says so itself (%); None: nowhere, or it does not show the order.

    Buttons show nothing: there the last order counts once it was taken.
    """
    goal = goal_of(gate, scene.last.get(gate.id))
    if goal is None or gate.buttons:
        return goal
    told = scene.view.number(f"{gate.output}.position_command")
    return goal if told is not None and abs(told - goal) <= gate.tolerance_percent else None


def is_driven(scene: Scene, gate: Gate) -> bool:
    """Whether it is on its way somewhere by its last order."""
    goal, position = driven_to(scene, gate), scene.view.number(f"{gate.output}.position_percent")
    return goal is not None and position is not None and abs(goal - position) > gate.tolerance_percent


def newly_stuck(scene: Scene, gate: Gate) -> str:
    """Why the gate has to be stopped and locked out now; empty when it has not."""
    past, position = scene.moved(gate), scene.view.number(f"{gate.output}.position_percent")
    last, goal = scene.last.get(gate.id), driven_to(scene, gate)
    if past.locked_out or position is None or last is None or goal is None or supply(scene) is False:
        return ""
    if abs(goal - position) <= gate.tolerance_percent:
        return ""
    limit, since_s = gate.torque_limit_percent, past.torque_s
    if limit is not None and since_s is not None and scene.moment.s - since_s >= TORQUE_S:
        return f"over-torque at {position:.0f} %: past {limit:g} % of its drive's rating"
    begun_s = max(last.sent_s, past.moved_s or last.sent_s, scene.memory.since_power_s or last.sent_s)
    if scene.moment.s < begun_s + gate.jam_s:
        return ""
    return f"jammed at {position:.0f} %: driven to {goal:g} % and not moved for {gate.jam_s:.0f} s"


def torque_since_s(scene: Scene, gate: Gate) -> float | None:
    """Since when its drive has been past its torque limit on the way; seating at an end takes torque and is none."""
    limit = gate.torque_limit_percent
    torque = None if limit is None else scene.view.number(f"{gate.output}.torque_percent")
    seated = seen_closed(gate, scene.view) or seen_open(gate, scene.view)
    if limit is None or torque is None or torque < limit or seated or not is_driven(scene, gate):
        return None
    past_s = scene.moved(gate).torque_s
    return scene.moment.s if past_s is None else past_s


def drifted_percent(scene: Scene, gate: Gate) -> float | None:
    """How far (%) the gate has moved from where it was left, without an order; None when it has not."""
    rest, position = scene.moved(gate).rest_percent, scene.view.number(f"{gate.output}.position_percent")
    if rest is None or position is None or abs(position - rest) <= gate.drift_percent:
        return None
    return position - rest


def left_at(scene: Scene, gate: Gate, past: GateMemory) -> GateMemory:
    """Its memory with where it rests: nowhere while an order moves it, else where it first stood still."""
    position, last = scene.view.number(f"{gate.output}.position_percent"), scene.last.get(gate.id)
    if last is not None and not last.confirmed and is_driven(scene, gate):
        return past if past.rest_percent is None else replace(past, rest_percent=None)
    moving = past.moved_s is not None and scene.moment.s < past.moved_s + MOVING_S
    if past.rest_percent is not None or position is None or moving:
        return past
    return replace(past, rest_percent=position)


def gate_alarms(scene: Scene, gate: Gate, past: GateMemory) -> Iterator[tuple[str, str]]:
    """What people should know of a gate; ``past`` is its memory after this cycle."""
    if flag(scene.view, f"{gate.output}.fault"):
        yield f"{gate.id}:fault", f"{gate.name} reports a fault"
    if past.locked_out:
        yield (
            f"{gate.id}:locked_out",
            f"{gate.name} is locked out: {past.locked_out}; look at it, then reset it / 闸门闭锁，现场检查后复位",
        )
    if past.limits_s is not None and scene.moment.s - past.limits_s >= LIMITS_S:
        yield (
            f"{gate.id}:limits",
            f"{gate.name}: limit switches and position contradict each other / {gate.name}限位与闸位矛盾",
        )
    drifted = drifted_percent(scene, gate)
    if drifted is not None:
        text = f"{gate.name} has moved by {drifted:+.0f} % without an order / {gate.name}无指令移位"
        yield f"{gate.id}:drift", text
    last, goal = scene.last.get(gate.id), driven_to(scene, gate)
    late = last is not None and last.failures > 0 and is_driven(scene, gate)
    if late and not past.locked_out:
        yield f"{gate.id}:late", f"{gate.name} did not arrive at {goal:g} % in its time / {gate.name}未按时到位"
