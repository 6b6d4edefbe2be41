"""A station that brings water in, and back: its slot-12 order, drainage first, gates lined for each direction.

Direction is a state of the station. It turns only with every unit proven stopped, its gates lined, and a rest between
(FACTS: at least 5 min). Nothing here ever stops a unit that drains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from controller.domain.image import View
from controller.domain.intents import Direction, GateOrder, StationMode, StationOrder
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import Gate, GateRole, PumpUnit
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.domain.stations import Lining, Station
from controller.logic.contract import ALLOWED, Moment, Ruling, StationMemory, Verdict
from controller.logic.interlocks import UNBOUND
from controller.logic.station_scene import Scene, scene_of, seen_closed, seen_open
from controller.logic.tag_guard import PLC_AUTO
from controller.logic.water_around import Diversion, WaterAround

OWNER = "diversion"
"""Who stands behind the requests of diversion programs."""
DRAINAGE_FIRST = "drainage_first"
"""The interlock that ends and refuses diversion while drainage goes first."""
NO_LINING = Lining()
BEGINS_SHARE, STAYS_SHARE = 0.9, 0.5
"""Units draw from this share of their intake gates' wanted opening on, and stop below the other."""


def drains(unit: PumpUnit) -> bool:
    """Whether the unit takes water out of the city."""
    return unit.direction == Direction.DRAIN.value


def before_staging(station: Station, view: View, memory: StationMemory, moment: Moment) -> StationMemory:
    """The memory staged control goes on from: units that bring water in do not count as drainage."""
    if not memory.diverting:
        return memory
    scene = scene_of(station, view, memory, {}, moment)
    return replace(memory, wanted_count=sum(1 for unit in scene.committed_units() if drains(unit)))


def with_diversion(
    station: Station, view: View, memory: StationMemory, moment: Moment, around: WaterAround, staged: Sequence[Request]
) -> tuple[StationMemory, tuple[Request, ...]]:
    """Slot 12 of a station that brings water in: its program's order where drainage leaves it room, else ``staged``.

    A program that ends is wound down (units stopped, intake gates closed) before the station goes back to its own.
    """
    wish, barred = around.diversion.get(station.id), around.no_diversion.get(station.id, "")
    if wish is None or not memory.adopted or not view.ready:
        return memory, tuple(staged)
    scene = scene_of(station, view, memory, {}, moment, around=around)
    if _drainage_wanted(scene, staged):
        return replace(memory, diverting=False), (*staged, *_gates(wish, open_=False, reason="drainage goes first"))
    if not barred and (wish.units or any(wish.gates.values())):
        units, reason = (
            (wish.units, wish.reason) if _lets_in(scene, wish) else (0, "waits for its intake gates / 等待进水闸")
        )
        said = _order(station, units, f"{wish.program}: {reason}")
        return replace(memory, diverting=True), (said, *_gates(wish, open_=True, reason=wish.reason))
    if _still_brings_in(scene, wish, barred=bool(barred)):
        reason = barred or wish.reason
        return replace(memory, diverting=True), (_order(station, 0, reason), *_gates(wish, open_=False, reason=reason))
    return replace(memory, diverting=False), tuple(staged)


def standing_order(
    station: Station, decision: Decision | None, winner: Request, around: WaterAround
) -> tuple[Request, Verdict]:
    """The order a station follows: the winner, or what it masks where the winner brings water in and drainage is first.

    The verdict says so; a person's diversion order stands and is followed again once its cause is gone.
    """
    barred = around.no_diversion.get(station.id, "")
    if not barred or decision is None or winner.slot in UNBOUND or not _brings_in(winner):
        return winner, ALLOWED
    below = next((one for one in decision.masked if not _brings_in(one)), None)
    rest = Request(station.id, Slot.DEFAULT, StationOrder(StationMode.COUNT, 0, Direction.DIVERT), OWNER, barred)
    reason = f"{winner.value} of {winner.owner} ({winner.slot.label}) is not followed: {barred}"
    return below or rest, Verdict(Ruling.FORCE, DRAINAGE_FIRST, reason=reason)


def may_bring_in(scene: Scene, unit: PumpUnit) -> Iterator[Verdict]:
    """What keeps a unit that brings water in from starting."""
    barred = scene.around.no_diversion.get(scene.station.id, "")
    if barred and not drains(unit):
        yield Verdict(Ruling.HOLD, DRAINAGE_FIRST, reason=f"{unit.name} brings no water in: {barred}")


def must_stop_bringing_in(scene: Scene, unit: PumpUnit) -> Verdict:
    """FORCE for a unit that brings water in while that is barred; it never speaks of one that drains."""
    barred = scene.around.no_diversion.get(scene.station.id, "")
    if not barred or drains(unit) or scene.station.additional_starts_only:
        return ALLOWED
    return Verdict(Ruling.FORCE, DRAINAGE_FIRST, reason=f"stopped: {barred}")


def not_lined(scene: Scene, unit: PumpUnit) -> Iterator[Verdict]:
    """The gates that are not proven where this unit's direction needs them."""
    lining = _lining(scene.station, unit.direction)
    for gate in scene.station.gates:
        if gate.id in lining.open and seen_open(gate, scene.view) is not True:
            yield _unlined(f"{gate.name} is not proven open, as {unit.direction} needs it")
        if gate.id in lining.closed and seen_closed(gate, scene.view) is not True:
            yield _unlined(f"{gate.name} is not proven closed, as {unit.direction} needs it")


def lined_at(scene: Scene, gate: Gate, order: StationOrder) -> float | None:
    """Where a gate is lined (%) for the direction the station is ordered to pump; None: not by that."""
    if not order.starts:
        return None
    lining = _lining(scene.station, order.direction.value)
    if gate.id in lining.open:
        return 100.0
    return 0.0 if gate.id in lining.closed else None


def reversal_s(station: Station, default_s: float) -> float:
    """The rest (s) between pumping one way and the other."""
    return default_s if station.turning is None else station.turning.reversal_s


def _unlined(reason: str) -> Verdict:
    return Verdict(Ruling.HOLD, "lining", reason=f"waits: {reason}")


def _lining(station: Station, direction: str) -> Lining:
    if station.turning is None:
        return NO_LINING
    return station.turning.drain if direction == Direction.DRAIN.value else station.turning.divert


def _brings_in(request: Request) -> bool:
    value = request.value
    return isinstance(value, StationOrder) and value.direction is Direction.DIVERT and value.starts


def _drainage_wanted(scene: Scene, staged: Sequence[Request]) -> bool:
    """Whether water is pumped out, or the station's own level asks for it: diversion never fights drainage."""
    if any(drains(unit) for unit in scene.committed_units()):
        return True
    orders = [one.value for one in staged if isinstance(one.value, StationOrder)]
    return any(order.starts and order.direction is Direction.DRAIN for order in orders)


def _lets_in(scene: Scene, wish: Diversion) -> bool:
    """Whether the intake gates let in what the units would draw: nearly where wanted, half of that once they run."""
    running = any(not drains(unit) for unit in scene.committed_units())
    share = STAYS_SHARE if running else BEGINS_SHARE
    for gate in scene.station.gates:
        wanted = wish.gates.get(gate.id, 0.0)
        position = scene.view.number(f"{gate.output}.position_percent")
        if wanted > 0.0 and (position is None or position < wanted * share):
            return running and position is None
    return True


def _still_brings_in(scene: Scene, wish: Diversion, *, barred: bool) -> bool:
    """Whether anything of ours still lets water in: what its own PLC does in its automatic is not ours."""
    if scene.view.value("mode") == PLC_AUTO and not (barred or scene.memory.diverting):
        return False
    running = any(not drains(unit) for unit in scene.committed_units())
    gates = [gate for gate in scene.station.gates if gate.role is GateRole.INTAKE and gate.id in wish.gates]
    return running or any(seen_closed(gate, scene.view) is not True for gate in gates)


def _order(station: Station, units: int, reason: str) -> Request:
    return Request(station.id, Slot.AUTOMATIC, StationOrder(StationMode.COUNT, units, Direction.DIVERT), OWNER, reason)


def _gates(wish: Diversion, *, open_: bool, reason: str) -> Iterator[Request]:
    for gate, percent in wish.gates.items():
        yield _gate(gate, percent if open_ else 0.0, reason)


def _gate(gate: TargetId, percent: float, reason: str) -> Request:
    return Request(gate, Slot.AUTOMATIC, GateOrder(percent), OWNER, reason)
