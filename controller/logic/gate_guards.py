"""What stands between a gate and its movement. Closing a gravity gate is always allowed; opening has to be earned."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from controller.domain.assets import Gate, GateRole, PumpUnit
from controller.domain.points import TargetId
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.interlocks import UNBOUND
from controller.logic.levels import head_m
from controller.logic.station_scene import Scene, flag
from controller.logic.tag_guard import guard_tag
from controller.logic.unit_guards import first_hold, hold


def may_move(scene: Scene, gate: Gate, percent: float, slot: Slot, starting: Collection[TargetId] = ()) -> Verdict:
    """Whether the gate may be sent to ``percent``; ``starting`` are units whose start sequence is under way now."""
    tagged = guard_tag(scene.tag(gate.id), begins=True)
    if tagged.ruling is not Ruling.ALLOW or slot in UNBOUND:
        return tagged
    if gate.role is GateRole.GRAVITY:
        return first_hold(_against_opening_to_the_river(scene, gate, percent, starting))
    if gate.role is GateRole.DISCHARGE:
        return first_hold(_against_the_pump(scene, gate, percent, starting))
    return ALLOWED


def opens(scene: Scene, gate: Gate, percent: float) -> bool:
    """Whether going to ``percent`` opens the gate further; an unknown position makes every opening one."""
    position = scene.view.number(f"{gate.output}.position_percent")
    return percent > 0.0 if position is None else percent > position + gate.tolerance_percent


def _against_opening_to_the_river(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId]
) -> Iterator[Verdict | None]:
    if not opens(scene, gate, percent):
        return
    if scene.view.number(f"{gate.output}.position_percent") is None or flag(scene.view, f"{gate.output}.fault"):
        yield hold("cannot_close", f"{gate.name} is not opened: its position or drive cannot be relied on to close it")
    for unit in scene.station.units:
        if scene.running(unit) is not False or scene.committed(unit) or unit.id in starting:
            yield hold("unit_runs", f"{gate.name} stays closed while {unit.name} is not proven stopped")
    head = head_m(scene.station, scene.view, scene.level)
    if head is None:
        yield hold("outer_level", f"{gate.name} stays closed: inner or outer level is not trusted")
    elif head <= 0.0:
        yield hold("outer_level", f"{gate.name} stays closed: outside the water stands {-head:.2f} m higher")


def _against_the_pump(
    scene: Scene, gate: Gate, percent: float, starting: Collection[TargetId]
) -> Iterator[Verdict | None]:
    for unit in _units_behind(scene, gate):
        under_way = unit.id in starting or scene.committed(unit)
        if opens(scene, gate, percent) and not under_way:
            yield hold("backflow", f"{gate.name} opens with its pump: behind a stopped {unit.name} water flows back")
        if percent < 100.0 and not opens(scene, gate, percent) and scene.running(unit) is not False:
            yield hold("dead_head", f"{gate.name} closes after its pump: {unit.name} is not proven stopped")


def _units_behind(scene: Scene, gate: Gate) -> list[PumpUnit]:
    return [unit for unit in scene.station.units if scene.discharge_gate(unit) == gate]
