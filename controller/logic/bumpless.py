"""The end of an order never stops a pump: which running units are kept until somebody orders anew.

An order that expires, is released, aborted, superseded or lost in a restart only reveals what stood below it. A
count or a STOP that was merely revealed keeps what runs, and people are told; a newly given one acts. Automation
that regains control starts from the actual count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.domain.intents import StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot, SlotKind
from controller.logic.contract import OrderMemory, StationMemory
from controller.logic.interlocks import UNBOUND
from controller.logic.station_scene import Scene


@dataclass(frozen=True, slots=True)
class Change:
    """How a target's winner differs from the last cycle's: newly given, or revealed by the end of another."""

    given: bool = False
    revealed: bool = False


def keep_running(
    scene: Scene, decisions: Mapping[TargetId, Decision], winner: Request, *, in_control: bool, blocked: bool
) -> StationMemory:
    """The memory with its orders followed, and what is held for their sake.

    ``in_control``: the station's outputs follow us in this cycle; ``blocked``: it is LOCAL or unreachable. To be
    called every cycle, also without control: orders that come and go meanwhile are seen.
    """
    station, memory = scene.station, scene.memory
    targets = [station.id, *(unit.id for unit in station.units)]
    changes = {target: _change(memory.orders.get(target), decisions.get(target)) for target in targets}
    gained = in_control and not memory.in_control
    returned = gained and memory.blocked
    held_units = _held_units(scene, decisions, changes, returned=returned)
    held, wanted = _counts(scene, winner, changes, gained=gained, blocked=blocked)
    return replace(
        memory,
        orders={target: _remembered(decisions[target]) for target in targets if target in decisions},
        held_units=held_units,
        held_count=held,
        wanted_count=wanted,
        in_control=in_control,
        # A station that was LOCAL stays "returning" until we have it again or somebody orders anew.
        blocked=blocked or (memory.blocked and not in_control and not changes[station.id].given),
    )


def _key(request: Request) -> str:
    if request.slot.kind in (SlotKind.COMPUTED, SlotKind.CONFIG):
        return str(request.slot.value)
    return f"{request.slot.value}:{request.lease.id if request.lease else request.owner}:{request.value}"


def _remembered(decision: Decision) -> OrderMemory:
    everyone = frozenset(_key(request) for request in (decision.winner, *decision.masked))
    return OrderMemory(_key(decision.winner), everyone)


def _change(past: OrderMemory | None, decision: Decision | None) -> Change:
    if decision is None:
        return Change()
    if past is None:
        return Change(revealed=True)
    key = _key(decision.winner)
    if key == past.winning:
        return Change()
    given = decision.winner.slot.kind in (SlotKind.LEASED, SlotKind.LATCHED) and key not in past.known
    return Change(given=given, revealed=not given)


def _held_units(
    scene: Scene, decisions: Mapping[TargetId, Decision], changes: Mapping[TargetId, Change], *, returned: bool
) -> frozenset[TargetId]:
    held = set()
    for unit in scene.station.units:
        decision, change = decisions.get(unit.id), changes[unit.id]
        stopping = decision is not None and decision.winner.value == UnitOrder(UnitMode.STOP)
        if decision is None or not stopping or decision.winner.slot in UNBOUND or not scene.committed(unit):
            continue
        if not change.given and (change.revealed or returned or unit.id in scene.memory.held_units):
            held.add(unit.id)
    return frozenset(held)


def _counts(
    scene: Scene, winner: Request, changes: Mapping[TargetId, Change], *, gained: bool, blocked: bool
) -> tuple[int, int]:
    """How many running units are held, and the count staged control goes on from."""
    running = sum(1 for _ in scene.committed_units())
    order, own = winner.value, changes[scene.station.id]
    if not isinstance(order, StationOrder) or order.mode is not StationMode.COUNT or winner.slot in UNBOUND:
        return 0, running
    ended = any(change.revealed for change in changes.values())
    if winner.slot is Slot.AUTOMATIC:
        return 0, running if blocked else max(order.count, running) if ended or gained else order.count
    held = 0 if own.given else min(scene.memory.held_count, running)
    if ended or (gained and scene.memory.blocked and not own.given):
        held = running
    return held if held > order.count else 0, running
