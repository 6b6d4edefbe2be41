"""What stands between a pump unit and its start or stop. Binds every slot but 1 and 2 (DESIGN section 4).

Every verdict names its interlock and says what a person can do. A reading that is not GOOD blocks a start where it
proves a path or a protection; it never stops a running unit.
"""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain.command import Cause
from controller.domain.pumps_and_gates import Gate, PumpType, PumpUnit
from controller.domain.slots import Slot
from controller.logic.contract import ALLOWED, Ruling, Verdict
from controller.logic.diversion.turning import may_bring_in, must_stop_bringing_in, not_lined, reversal_s
from controller.logic.interlocks import PEOPLE, UNBOUND
from controller.logic.power_guards import after_power_return, feeder_is_free, has_supply
from controller.logic.rack_guards import rack_lets_start, rack_stops
from controller.logic.station_scene import Scene, exists, flag, seen_closed, seen_open
from controller.logic.tag_guard import guard_tag

HOUR_S = 3600.0
DAY_S = 86400.0
DEFAULT_STAGGER_S = 45.0
"""Between two starts of a station without staged levels (FACTS: 30–60 s)."""
STILL_PERCENT = 1.0
"""A shaft slower than this (% of its speed) stands still."""
REVERSAL_S = 300.0
"""Rest between pumping one way and the other (FACTS, bidirectional station)."""


def hold(interlock: str, reason: str, until_s: float | None = None, cause: Cause = Cause.INTERLOCK) -> Verdict:
    """Not now, and why."""
    return Verdict(Ruling.HOLD, interlock, cause, reason, until_s)


def force(interlock: str, reason: str) -> Verdict:
    """Stop, whatever was wanted, and why."""
    return Verdict(Ruling.FORCE, interlock, Cause.INTERLOCK, reason)


def first_hold(verdicts: Iterator[Verdict | None]) -> Verdict:
    """The first verdict that objects, else ALLOWED."""
    return next((verdict for verdict in verdicts if verdict is not None), ALLOWED)


def unit_may_start(scene: Scene, unit: PumpUnit) -> Verdict:
    """The unit's own conditions: health, lock-out, minimum off, backspin, starts per hour and day."""
    return first_hold(_own_objections(scene, unit))


def may_start(scene: Scene, unit: PumpUnit, slot: Slot) -> Verdict:
    """Everything but the gates: the unit's own conditions, then the station's (levels, rack, stagger)."""
    tagged = unit_is_tagged(scene, unit)
    if tagged is not None:
        return tagged
    if slot in UNBOUND:
        return ALLOWED
    own = unit_may_start(scene, unit)
    return own if own.ruling is not Ruling.ALLOW else first_hold(_station_objections(scene, unit, slot))


def unit_is_tagged(scene: Scene, unit: PumpUnit) -> Verdict | None:
    """The tag that keeps a unit from starting, in any slot: on itself, or on a gate its start or stop must move."""
    held = guard_tag(scene.tag(unit.id), begins=True)
    gate, suction, gravity = scene.discharge_gate(unit), scene.suction_gate(unit), scene.gravity_gate()
    if held.ruling is Ruling.ALLOW and gate is not None:
        held = guard_tag(scene.tag(gate.id), begins=True)
    if held.ruling is Ruling.ALLOW and suction is not None and not seen_open(suction, scene.view):
        held = guard_tag(scene.tag(suction.id), begins=True)
    if held.ruling is Ruling.ALLOW and gravity is not None and not seen_closed(gravity, scene.view):
        held = guard_tag(scene.tag(gravity.id), begins=True)
    return None if held.ruling is Ruling.ALLOW else held


def path_is_proven(scene: Scene, unit: PumpUnit, slot: Slot) -> Verdict:
    """The gates at the moment of the start: gravity gate closed, discharge gate as its pump needs it; proven."""
    return ALLOWED if slot in UNBOUND else first_hold(_path_objections(scene, unit))


def may_stop(scene: Scene, unit: PumpUnit, slot: Slot) -> Verdict:
    """Minimum run time; not for slots 1 and 2, and not for what protection stops (``must_stop``).

    It begins with the command: a motor that was told to start has started before its feedback is read.
    """
    since_s = scene.past(unit).running_since_s if scene.running(unit) else scene.attempt_s(unit)
    if slot in UNBOUND or since_s is None:
        return ALLOWED
    until_s = since_s + unit.min_run_s
    if scene.moment.s >= until_s:
        return ALLOWED
    return hold(
        "min_run", f"stops in {until_s - scene.moment.s:.0f} s: a start is followed by its minimum run", until_s
    )


def must_stop(scene: Scene, unit: PumpUnit) -> Verdict:
    """Proven protection that stops a running unit at once: a dry well, a blocked rack. ALLOWED when neither acts.

    What locks the unit out besides (undercurrent, a closed path) is ``unit_protection``.
    Where the centre may only add starts, the station's PLC alone stops.
    """
    if scene.station.additional_starts_only or not (scene.running(unit) or scene.attempt_s(unit) is not None):
        return ALLOWED
    level_m, levels = scene.level.level_m, scene.station.levels
    if level_m is not None and levels is not None and (level_m <= levels.dry_run_m or scene.memory.dry_run_hold):
        return force("dry_run", f"stopped: inner level {level_m:.2f} m, dry-run limit {levels.dry_run_m:.2f} m")
    return rack_stops(scene, unit) or must_stop_bringing_in(scene, unit)


def _own_objections(scene: Scene, unit: PumpUnit) -> Iterator[Verdict | None]:
    yield unit_is_tagged(scene, unit)
    past = scene.past(unit)
    if past.locked_out:
        yield hold("locked_out", f"locked out: {past.locked_out}; look at the unit, then reset it")
    if scene.running(unit) is None:
        yield hold("feedback", "its running feedback cannot be read: a start could not be proven")
    yield _must_read(scene, unit, "fault", wanted=False, said="the unit reports a fault")
    yield _must_read(scene, unit, "available", wanted=True, said="the unit reports that it is not available")
    yield from (_auxiliary_reads(scene, unit, name) for name in unit.auxiliaries)
    yield from (_gate_is_sound(scene, gate) for gate in (scene.suction_gate(unit), scene.discharge_gate(unit)))
    yield has_supply(scene)
    yield after_power_return(scene, unit)
    yield _rested(scene, unit)
    yield _too_many(scene, past.starts_s, HOUR_S, unit.max_starts_per_hour, "hour")
    yield _too_many(scene, past.starts_s, DAY_S, unit.max_starts_per_day, "day")


def _must_read(scene: Scene, unit: PumpUnit, point: str, *, wanted: bool, said: str) -> Verdict | None:
    name = f"{unit.output}.{point}"
    if not exists(scene.view, name):
        return None
    value = flag(scene.view, name)
    if value is None:
        return hold(point, f"{name} cannot be read: no start without it")
    return None if value is wanted else hold(point, said)


def _auxiliary_reads(scene: Scene, unit: PumpUnit, name: str) -> Verdict | None:
    """BAD lubrication blocks a start (DESIGN section 4); that it runs is proven by the sequence."""
    if flag(scene.view, f"{unit.output}.{name}") is not None:
        return None
    return hold(name, f"{unit.output}.{name} cannot be read: no start without it / 辅机状态不可读，禁止启动")


def _gate_is_sound(scene: Scene, gate: Gate | None) -> Verdict | None:
    if gate is None or not scene.moved(gate).locked_out:
        return None
    return hold("gate_locked", f"{gate.name} is locked out: {scene.moved(gate).locked_out}; look at it, then reset it")


def stands_still(scene: Scene, unit: PumpUnit) -> bool:
    """Whether its shaft is proven still and its flap proven closed, so that no backspin is left to wait for."""
    speed = scene.view.number(f"{unit.output}.speed_percent")
    shut = unit.flap and flag(scene.view, f"{unit.output}.flap_closed") is True
    return shut and speed is not None and abs(speed) <= STILL_PERCENT


def _rested(scene: Scene, unit: PumpUnit) -> Verdict | None:
    stopped_s = scene.past(unit).stopped_since_s
    if stopped_s is None:
        return None
    backspin_s = 0.0 if stands_still(scene, unit) else unit.backspin_s
    for name, rest_s, said in (
        ("backspin", backspin_s, "its shaft may still turn backwards"),
        ("min_off", unit.min_off_s, "its minimum rest is not over"),
    ):
        until_s = stopped_s + rest_s
        if scene.moment.s < until_s:
            return hold(name, f"starts in {until_s - scene.moment.s:.0f} s at the earliest: {said}", until_s)
    return None


def _too_many(scene: Scene, starts_s: tuple[float, ...], window_s: float, most: int, per: str) -> Verdict | None:
    within = sorted(at_s for at_s in starts_s if at_s > scene.moment.s - window_s)
    if len(within) < most:
        return None
    until_s = within[-most] + window_s if most > 0 else None
    return hold(
        f"starts_per_{per}", f"{len(within)} starts in the last {per}, {most} allowed", until_s, Cause.TOO_MANY_OPS
    )


def _station_objections(scene: Scene, unit: PumpUnit, slot: Slot) -> Iterator[Verdict | None]:
    levels, level_m = scene.station.levels, scene.level.level_m
    yield _low_low(scene)
    if levels is not None and scene.memory.dry_run_hold:
        above_m = levels.dry_run_m + levels.dry_run_restart_m
        yield hold("dry_run", f"the well ran dry: starts again above {above_m:.2f} m")
    if levels is not None and level_m is not None and level_m <= levels.dry_run_m:
        yield hold("dry_run", f"inner level {level_m:.2f} m is at the dry-run limit {levels.dry_run_m:.2f} m")
    unknown = scene.station.inner_levels and level_m is None and slot not in PEOPLE
    if unknown and not _second_opinion(scene, slot) and not _moves_alone(scene, slot):
        yield hold(
            "level", f"no automatic start on a level nobody can trust ({scene.level.note}); a person may order it"
        )
    yield rack_lets_start(scene, slot)
    yield from may_bring_in(scene, unit)
    yield _reversed(scene, unit)
    yield _staggered(scene, unit)
    yield feeder_is_free(scene, unit)


def _low_low(scene: Scene) -> Verdict | None:
    """The hard-wired low-low trip, where it is shown: acting or unreadable, it blocks a start (DESIGN section 4)."""
    point = scene.station.low_low
    if point is None:
        return None
    acts = flag(scene.view, point)
    if acts is None:
        return hold("low_low", f"{point} cannot be read: no start without it / 低低水位信号不可读，禁止启动")
    return (
        hold("low_low", "the low-low water trip acts: wait for water / 低低水位保护动作，等待水位回升")
        if acts
        else None
    )


def _second_opinion(scene: Scene, slot: Slot) -> bool:
    """Near the guarantee level its reach's level, known from other gauges, stands in for gauges nobody can trust."""
    return slot is Slot.FLOOD_CRITICAL and scene.station.id in scene.around.reach_m


def _moves_alone(scene: Scene, slot: Slot) -> bool:
    """The one gauge a person's exclusion left may bring the station's own control one unit (``logic.alone``)."""
    levels, lone = scene.station.levels, scene.memory.lone
    if slot is not Slot.AUTOMATIC or levels is None or lone is None or lone.value_m <= levels.dry_run_m:
        return False
    return lone.believed(scene.memory.excluded.lively_s, scene.moment.s)


def _reversed(scene: Scene, unit: PumpUnit) -> Verdict | None:
    for other in scene.station.units:
        if other.direction == unit.direction:
            continue
        if scene.running(other) is not False or scene.committed(other):
            return hold("direction", f"waits: {other.name} pumps the other way and is not proven stopped")
        stopped_s = scene.past(other).stopped_since_s
        if stopped_s is not None and scene.moment.s < stopped_s + reversal_s(scene.station, REVERSAL_S):
            until_s = stopped_s + reversal_s(scene.station, REVERSAL_S)
            left_s = until_s - scene.moment.s
            return hold("direction", f"waits {left_s:.0f} s: the station changes its direction", until_s)
    return None


def _staggered(scene: Scene, unit: PumpUnit) -> Verdict | None:
    others = [other for other in scene.station.units if other.id != unit.id]
    for other in others:
        if scene.attempt_s(other) is not None:
            return hold("stagger", f"waits: {other.name} is starting, one unit at a time")
    stagger_s = scene.station.levels.stagger_s if scene.station.levels else DEFAULT_STAGGER_S
    last_s = scene.memory.last_start_s
    if last_s is None or scene.moment.s >= last_s + stagger_s:
        return None
    until_s = last_s + stagger_s
    return hold("stagger", f"waits {until_s - scene.moment.s:.0f} s: starts are {stagger_s:.0f} s apart", until_s)


def _path_objections(scene: Scene, unit: PumpUnit) -> Iterator[Verdict | None]:
    yield from not_lined(scene, unit)
    gravity, suction = scene.gravity_gate(), scene.suction_gate(unit)
    if gravity is not None and not seen_closed(gravity, scene.view):
        yield hold("gravity_gate", f"gravity gate {gravity.name} is not proven closed")
    for name in unit.auxiliaries:
        if flag(scene.view, f"{unit.output}.{name}") is not True:
            yield hold(name, f"{name} of {unit.name} is not proven on")
    if suction is not None and not seen_open(suction, scene.view):
        yield hold("suction_gate", f"suction gate {suction.name} is not proven open")
    gate = scene.discharge_gate(unit)
    if gate is None:
        return
    if unit.pump is PumpType.CENTRIFUGAL and not seen_closed(gate, scene.view):
        yield hold("discharge_gate", f"discharge gate {gate.name} is not proven closed, as a centrifugal pump needs it")
    if unit.pump is not PumpType.CENTRIFUGAL and not seen_open(gate, scene.view):
        yield hold("discharge_gate", f"discharge gate {gate.name} is not proven open")
