"""Gravity first: let water out through the outfall gate while the outer level allows, as a request in slot 12."""

from __future__ import annotations

from dataclasses import replace

from controller.domain.assets import GravityRule, Station
from controller.domain.image import View
from controller.domain.intents import GateOrder
from controller.domain.request import Request
from controller.domain.slots import Slot
from controller.logic.contract import Moment, StationMemory
from controller.logic.levels import head_m, inner_level
from controller.logic.station_scene import scene_of
from controller.logic.stations import OWNER


def gravity_order(
    station: Station, view: View, memory: StationMemory, moment: Moment
) -> tuple[StationMemory, tuple[Request, ...]]:
    """What the rule asks of the gravity gate of a station whose ``automatic`` is on; nothing for others.

    Open once the head has lasted; closed when it is gone, cannot be known, or any unit is not proven stopped:
    the gate is closed before a pump starts, never opened beside one.
    """
    rule = station.gravity
    if rule is None or not station.automatic or not memory.adopted or not view.ready:
        return memory, ()
    head = head_m(station, view, inner_level(station, view))
    if head is None:
        return _closed(rule, memory, "head not known: a level is not trusted")
    if head <= rule.close_head_m:
        return _closed(rule, memory, f"head {head:.2f} m, at most {rule.close_head_m:.2f} m")
    scene = scene_of(station, view, memory, {}, moment)
    if any(scene.running(unit) is not False or scene.committed(unit) for unit in station.units):
        return _closed(rule, memory, "a unit runs or is not proven stopped")
    return _with_head(rule, head, memory, moment)


def _with_head(
    rule: GravityRule, head: float, memory: StationMemory, moment: Moment
) -> tuple[StationMemory, tuple[Request, ...]]:
    if head < rule.open_head_m:
        memory = replace(memory, gravity_since_s=None)
    elif memory.gravity_since_s is None:
        memory = replace(memory, gravity_since_s=moment.s)
    since_s = memory.gravity_since_s
    lasted = since_s is not None and moment.s - since_s >= rule.hold_s
    if memory.gravity_open or lasted:
        return replace(memory, gravity_open=True), (_request(rule, 100.0, f"head {head:.2f} m"),)
    waiting = "" if since_s is None else f", for {moment.s - since_s:.0f} of {rule.hold_s:.0f} s"
    return memory, (_request(rule, 0.0, f"head {head:.2f} m{waiting}"),)


def _closed(rule: GravityRule, memory: StationMemory, reason: str) -> tuple[StationMemory, tuple[Request, ...]]:
    return replace(memory, gravity_since_s=None, gravity_open=False), (_request(rule, 0.0, reason),)


def _request(rule: GravityRule, percent: float, reason: str) -> Request:
    return Request(rule.gate, Slot.AUTOMATIC, GateOrder(percent), OWNER, reason)
