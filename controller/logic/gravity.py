"""Gravity first: let water out through the outfall gate while the outer level allows, as a request in slot 12."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.image import View
from controller.domain.intents import GateOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.domain.stations import GravityRule, Station
from controller.logic.contract import Moment, StationMemory
from controller.logic.station_scene import Scene, flag, scene_of
from controller.logic.stations import OWNER
from controller.logic.tidal.gates import head_now_m, outer_side_of
from controller.logic.water_around import NOTHING_AROUND, OuterTrust, WaterAround

MAY_OPEN = frozenset({OuterTrust.AGREED, OuterTrust.NOT_TIDAL})
"""What an outfall opens on by itself: a tide that table and gauges agree on, or no tide at all."""
ABOVE_FLOOR_M = 0.10
"""So far (m) above its floor the inner level has to stand before the gate opens again."""


def gravity_order(
    station: Station, view: View, memory: StationMemory, moment: Moment, around: WaterAround = NOTHING_AROUND
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What the rule asks of the gravity gate of a station whose ``automatic`` is on; nothing for others.

    Open once the head has lasted; closed when it is gone or cannot be known, when the tide is not to be trusted, when
    the gate could not be closed again, or when any unit is not proven stopped: the gate is closed before a pump
    starts, never opened beside one. The memory learns, for every station, since when its head has not been known.
    """
    scene = scene_of(station, view, memory, {}, moment, around=around)
    head_m = head_now_m(scene)
    memory = _blind(scene, memory, head_m)
    rule = station.gravity
    if rule is None or not station.automatic or not memory.adopted or not view.ready:
        return memory, ()
    if head_m is None:
        return _closed(rule, memory, "head not known: a level is not trusted")
    refused = _refused(scene, rule, head_m)
    if refused:
        return _closed(rule, memory, refused)
    return _with_head(rule, head_m, memory, moment)


def _blind(scene: Scene, memory: StationMemory, head_m: float | None) -> StationMemory:
    if head_m is not None or not scene.station.outer_level or not memory.adopted:
        return memory if memory.head_blind_since_s is None else replace(memory, head_blind_since_s=None)
    return memory if memory.head_blind_since_s is not None else replace(memory, head_blind_since_s=scene.moment.s)


def _refused(scene: Scene, rule: GravityRule, head_m: float) -> str:
    """Why the gate is closed whatever the head has lasted; empty when nothing stands against it."""
    if head_m <= rule.close_head_m:
        return f"head {head_m:.2f} m, at most {rule.close_head_m:.2f} m"
    side, guidance = outer_side_of(scene), scene.around.guidance.get(scene.station.id)
    if side.trust not in MAY_OPEN:
        return side.reason
    if guidance is not None and not guidance.gravity:
        return f"the outfall is left to the pumps: {guidance.reason}"
    unreliable = _cannot_close(scene, rule)
    if unreliable:
        return unreliable
    if any(scene.running(unit) is not False or scene.committed(unit) for unit in scene.station.units):
        return "a unit runs or is not proven stopped"
    return _at_floor(scene, rule)


def _cannot_close(scene: Scene, rule: GravityRule) -> str:
    """A gate that may not close again is never opened."""
    gate = scene.gate(rule.gate)
    if gate is None or scene.view.number(f"{gate.output}.position_percent") is None:
        return "its position cannot be read: it might not be closed again"
    if flag(scene.view, f"{gate.output}.fault"):
        return "its drive reports a fault: it might not be closed again"
    return ""


def _at_floor(scene: Scene, rule: GravityRule) -> str:
    flush, inner_m = scene.around.flush.get(scene.station.id), scene.level.level_m
    floor_m = rule.floor_m if flush is None else flush.floor_m
    if floor_m is None or inner_m is None:
        return ""
    reopens_m = floor_m if scene.memory.gravity_open else floor_m + ABOVE_FLOOR_M
    return "" if inner_m > reopens_m else f"inner level at most {reopens_m:.2f} m: its floor is {floor_m:.2f} m"


def _with_head(
    rule: GravityRule, head_m: float, memory: StationMemory, moment: Moment
) -> tuple[StationMemory, tuple[Request, ...]]:
    if head_m < rule.open_head_m:
        memory = replace(memory, gravity_since_s=None)
    elif memory.gravity_since_s is None:
        memory = replace(memory, gravity_since_s=moment.s)
    since_s = memory.gravity_since_s
    lasted = since_s is not None and moment.s - since_s >= rule.hold_s
    if memory.gravity_open or lasted:
        return replace(memory, gravity_open=True), (_request(rule, 100.0, f"head {head_m:.2f} m"),)
    waiting = "" if since_s is None else f", for {moment.s - since_s:.0f} of {rule.hold_s:.0f} s"
    return memory, (_request(rule, 0.0, f"head {head_m:.2f} m{waiting}"),)


def _closed(rule: GravityRule, memory: StationMemory, reason: str) -> tuple[StationMemory, tuple[Request, ...]]:
    return replace(memory, gravity_since_s=None, gravity_open=False), (_request(rule, 0.0, reason),)


def _request(rule: GravityRule, percent: float, reason: str) -> Request:
    return Request(rule.gate, Slot.AUTOMATIC, GateOrder(percent), OWNER, reason)
