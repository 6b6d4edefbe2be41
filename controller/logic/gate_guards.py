"""What stands between a gate and its movement. Closing a gravity gate is always allowed; opening has to be earned."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from controller.domain.command import Cause
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, GateRole, PumpUnit
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.gate_watch import goal_of
from controller.logic.interlocks import PEOPLE, UNBOUND
from controller.logic.levels import head_m
from controller.logic.power_guards import supply
from controller.logic.road_signal import against_opening_the_road
from controller.logic.sequencers.lowering import CLOSES_FOR_SAFETY
from controller.logic.station_scene import Scene, flag
from controller.logic.tag_guard import guard_tag
from controller.logic.tidal.gates import objections_to_opening
from controller.logic.unit_guards import HOUR_S, first_hold, hold

HURRIED = PEOPLE | UNBOUND
"""Slots whose orders are not regulation: no smallest step is asked of them."""


def may_move(
    scene: Scene,
    gate: Gate,
    percent: float,
    slot: Slot,
    starting: Collection[TargetId] = (),
    stopping: Collection[TargetId] = (),
) -> Verdict:
    """Whether the gate may be sent to ``percent``; ``starting`` are units whose start sequence is under way now,
    ``stopping`` those whose stop closes their gate first."""
    tagged = guard_tag(scene.tag(gate.id), begins=True)
    if tagged.ruling is not Ruling.ALLOW or slot in UNBOUND:
        return tagged
    return first_hold(_objections(scene, gate, percent, starting, stopping))


def protects(gate: Gate, percent: float) -> bool:
    """Whether going there closes the city off from the river, which nothing about the gate itself holds back."""
    return percent <= 0.0 and gate.role in CLOSES_FOR_SAFETY


def may_regulate(scene: Scene, gate: Gate, percent: float, slot: Slot) -> Verdict:
    """Anti-hunting, for orders that no pump's sequence stands behind: not too often, not for too little."""
    if slot in UNBOUND or protects(gate, percent):
        return ALLOWED
    moves_s, most = scene.moved(gate).moves_s, gate.max_moves_per_hour
    if slot is not Slot.EMERGENCY_ORDER and len(moves_s) >= most and not _on_its_way(scene, gate, percent):
        until_s = sorted(moves_s)[-most] + HOUR_S
        reason = f"{gate.name} was moved {len(moves_s)} times in the last hour, {most} are allowed / 闸门动作过于频繁"
        return hold("moves_per_hour", reason, until_s, Cause.TOO_MANY_OPS)
    position = scene.view.number(f"{gate.output}.position_percent")
    small = position is not None and 0.0 < percent < 100.0 and abs(percent - position) < gate.min_step_percent
    if small and slot not in HURRIED:
        return hold("min_step", f"{gate.name} stays: nearer than its smallest step of {gate.min_step_percent:g} %")
    return ALLOWED


def _on_its_way(scene: Scene, gate: Gate, percent: float) -> bool:
    return goal_of(gate, scene.last.get(gate.id)) == percent


def _objections(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId], stopping: Collection[TargetId]
) -> Iterator[Verdict | None]:
    locked = scene.moved(gate).locked_out
    if locked and not protects(gate, percent):
        yield hold(
            "gate_locked", f"{gate.name} is locked out: {locked}; look at it, then reset it / 闸门闭锁，检查后复位"
        )
    if gate.buttons and 0.0 < percent < 100.0:
        yield hold(
            "buttons", f"{gate.name} has a drive that only opens and closes; say open or close / 该闸仅可全开全关"
        )
    if gate.role is GateRole.GRAVITY:
        yield from _against_opening_to_the_river(scene, gate, percent, starting)
    if gate.role is GateRole.DISCHARGE:
        yield from _against_the_pump(scene, gate, percent, starting, stopping)
    if gate.role is GateRole.SUCTION:
        yield from _against_starving_the_pump(scene, gate, percent, starting)
    if gate.role is GateRole.INTAKE:
        yield from _against_letting_in(scene, gate, percent)
    if gate.role is GateRole.ROAD and opens(scene, gate, percent):
        yield from against_opening_the_road(scene)


def opens(scene: Scene, gate: Gate, percent: float) -> bool:
    """Whether going to ``percent`` opens the gate further; an unknown position makes every opening one."""
    position = scene.view.number(f"{gate.output}.position_percent")
    return percent > 0.0 if position is None else percent > position + gate.tolerance_percent


def _against_opening_to_the_river(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId]
) -> Iterator[Verdict | None]:
    if not opens(scene, gate, percent):
        return
    yield from _may_not_close_again(scene, gate)
    for unit in scene.station.units:
        if scene.running(unit) is not False or scene.committed(unit) or unit.id in starting:
            yield hold("unit_runs", f"{gate.name} stays closed while {unit.name} is not proven stopped")
    if head_m(scene.station, scene.view, scene.level, scene.memory.excluded) is None:
        yield hold("outer_level", f"{gate.name} stays closed: inner or outer level is not trusted")
    yield from objections_to_opening(scene, gate)


def _may_not_close_again(scene: Scene, gate: Gate) -> Iterator[Verdict]:
    """Never open what can't be closed (DESIGN section 4)."""
    if scene.view.number(f"{gate.output}.position_percent") is None or flag(scene.view, f"{gate.output}.fault"):
        yield hold("cannot_close", f"{gate.name} is not opened: its position or drive cannot be relied on to close it")
    if supply(scene) is False and not gate.emergency_lower:
        yield hold("supply", f"{gate.name} is not opened: without supply it could not be closed / 失电，禁止开闸")


def _against_letting_in(scene: Scene, gate: Gate, percent: float) -> Iterator[Verdict | None]:
    """An intake gate: never one that may not close again, and not in a bore's window or a mountain flood."""
    if not opens(scene, gate, percent):
        return
    yield from _may_not_close_again(scene, gate)
    yield from objections_to_opening(scene, gate)


def _against_the_pump(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId], stopping: Collection[TargetId]
) -> Iterator[Verdict | None]:
    for unit in _units_behind(scene, gate):
        under_way = unit.id in starting or scene.committed(unit)
        if opens(scene, gate, percent) and not under_way:
            yield hold("backflow", f"{gate.name} opens with its pump: behind a stopped {unit.name} water flows back")
        closes = percent < 100.0 and not opens(scene, gate, percent)
        if closes and scene.running(unit) is not False and unit.id not in stopping:
            yield hold("dead_head", f"{gate.name} closes after its pump: {unit.name} is not proven stopped")


def _against_starving_the_pump(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId]
) -> Iterator[Verdict | None]:
    if percent >= 100.0 or opens(scene, gate, percent):
        return
    for unit in scene.station.units:
        if scene.suction_gate(unit) != gate:
            continue
        if scene.running(unit) is not False or scene.committed(unit) or unit.id in starting:
            yield hold(
                "suction", f"{gate.name} stays open: {unit.name} behind it is not proven stopped / 机组未停，进水闸不关"
            )


def _units_behind(scene: Scene, gate: Gate) -> list[PumpUnit]:
    return [unit for unit in scene.station.units if scene.discharge_gate(unit) == gate]
