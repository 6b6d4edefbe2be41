"""One cycle of one station: decisions in, guarded writes out. What the runtime calls, and nothing else of this part.

``observe_station`` → ``station_requests`` → arbitration → ``evaluate_station``, each with the memory of the one
before. Slots 1 and 2 are bound by no guard and are attempted even where the switch says LOCAL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from controller.domain.image import View
from controller.domain.intents import GateOrder, StationMode, StationOrder
from controller.domain.points import TargetId
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic.bumpless import keep_running
from controller.logic.contract import LastWrite, Moment, Ruling, StationMemory, StationStep, Verdict
from controller.logic.critical import Standing, critical_order
from controller.logic.diversion.turning import before_staging, standing_order, with_diversion
from controller.logic.exercise import exercise_order
from controller.logic.feeder_power import short_of
from controller.logic.gravity import gravity_order
from controller.logic.interlocks import NOTHING_BYPASSED, UNBOUND, Bypassed, InterlockSpec, trip_requests
from controller.logic.level_holding import level_holds
from controller.logic.road_signal import road_order, road_signals
from controller.logic.sequencers.station import ModeStep, mode_step
from controller.logic.site_conditions import NOTHING_ON_SITE, SiteConditions
from controller.logic.station_alarms import station_alarms
from controller.logic.station_gates import step_gates
from controller.logic.station_interlocks import judge_station
from controller.logic.station_observation import observe_station, reset_lockout
from controller.logic.station_scene import Scene, scene_of
from controller.logic.station_targets import Resolved, resolved
from controller.logic.station_units import Orders, Outcome, orders_of, step_units, urgent_units
from controller.logic.stations import staged_order
from controller.logic.water_around import NOTHING_AROUND, WaterAround

__all__ = ["evaluate_station", "observe_station", "reset_lockout", "station_requests"]


def station_requests(
    station: Station,
    view: View,
    memory: StationMemory,
    moment: Moment,
    interlocks: Sequence[InterlockSpec] = (),
    bypassed: Bypassed = NOTHING_BYPASSED,
    around: WaterAround = NOTHING_AROUND,
    standing: Standing = lambda _: (),
) -> tuple[StationMemory, tuple[Request, ...]]:
    """Everything the station's own logic asks for in this cycle.

    Slot 12: the staged order and the gravity gate, for stations with ``automatic``. Slot 2: trips that act; they
    are latched, so the runtime keeps them until a person resets. ``around``: what is known of its waters.
    Slot 4: starts past a forgotten manual stop near the guarantee level; ``standing``: what is asked of a target.
    """
    memory = before_staging(station, view, memory, moment)
    memory, staged = staged_order(station, view, memory, moment, around)
    memory, staged = with_diversion(station, view, memory, moment, around, staged)
    memory, gravity = gravity_order(station, view, memory, moment, around)
    memory, road = road_order(station, memory, moment, ready=view.ready)
    memory, critical = critical_order(station, view, memory, moment, around, standing)
    memory, exercised = exercise_order(scene_of(station, view, memory, {}, moment, around=around))
    asked = (*critical, *staged, *gravity, *road, *exercised)
    if not interlocks:
        return memory, asked
    judged = judge_station(scene_of(station, view, memory, {}, moment, around=around), interlocks, bypassed)
    memory = replace(memory, interlocks={name: one.memory for name, one in judged.items()})
    return memory, (*asked, *trip_requests(interlocks, judged))


def evaluate_station(
    station: Station,
    decisions: Mapping[TargetId, Decision],
    view: View,
    memory: StationMemory,
    last: Mapping[TargetId, LastWrite],
    moment: Moment,
    interlocks: Sequence[InterlockSpec] = (),
    bypassed: Bypassed = NOTHING_BYPASSED,
    site: SiteConditions = NOTHING_ON_SITE,
    around: WaterAround = NOTHING_AROUND,
) -> StationStep:
    """The station's writes of this cycle, in order, each already allowed by every guard.

    ``last`` holds the last write per target (station: its mode, unit: its run command, gate: its position); ``site``
    knows tags and the switch.
    """
    scene = scene_of(station, view, memory, last, moment, site, around)
    followed, first = standing_order(station, decisions.get(station.id), _winner(station, decisions), around)
    target = resolved(scene, followed)
    scene, winner = replace(scene, memory=target.memory), target.winner
    urgent = urgent_units(station, decisions, winner)
    orders_now = [decision.winner for decision in decisions.values()]
    mode = mode_step(scene, winner, orders_now, urgent=bool(urgent))
    memory = keep_running(scene, decisions, winner, in_control=mode.in_control, blocked=mode.blocked)
    judged = judge_station(scene, interlocks, bypassed)
    if judged:
        memory = replace(memory, interlocks={name: one.memory for name, one in judged.items()})
    scene = replace(scene, memory=memory)
    orders = replace(orders_of(decisions, winner, urgent, interlocks, judged), speed_percent=target.speed_percent)
    short = short_of(scene, orders.order, orders.explicit) if mode.in_control else 0
    scene = replace(scene, memory=replace(memory, short_of=short))
    if not mode.in_control:
        return _with_drainage_first(first, _told(target, _without_control(scene, mode, orders)), station.id)
    units = step_units(scene, orders)
    step = _told(target, _composed(scene, mode, step_gates(scene, orders, units)))
    step = replace(step, alarms=(*step.alarms, *level_holds(scene, winner)))
    return _with_drainage_first(first, step, station.id)


def _with_drainage_first(first: Verdict, step: StationStep, station: TargetId) -> StationStep:
    """The step of a station whose diversion order is not followed, with who and why."""
    if first.ruling is Ruling.ALLOW:
        return step
    phases = {**step.phases, station: f"{first.reason}; {step.phases[station]}"}
    return replace(step, phases=phases, verdicts={**step.verdicts, station: first})


def _told(target: Resolved, step: StationStep) -> StationStep:
    """The step with what its target level or flow came to."""
    if not target.words:
        return step
    station = target.winner.target
    phases = {**step.phases, station: f"{target.words}; {step.phases[station]}"}
    return replace(step, phases=phases, alarms=(*step.alarms, *target.alarms))


def _winner(station: Station, decisions: Mapping[TargetId, Decision]) -> Request:
    decision = decisions.get(station.id)
    if decision is not None:
        return decision.winner
    return Request(station.id, Slot.DEFAULT, StationOrder(StationMode.HAND_BACK), "config", "nobody decided")


def _without_control(scene: Scene, mode: ModeStep, orders: Orders) -> StationStep:
    """Nothing but the mode is written; slots 1 and 2 still stop and close, said to be not assured."""
    attempts = Outcome()
    lost = mode.blocked or scene.view.value("mode") is None
    urgent = orders.urgent if lost else frozenset()
    gates = {gate.id for gate in scene.station.gates if lost and _closes_for_safety(orders.explicit.get(gate.id))}
    roads = road_signals(scene, blocked=mode.blocked)
    if (urgent or gates or roads) and scene.view.ready:
        attempts = step_gates(scene, orders, step_units(scene, orders, only=urgent), only=gates | roads)
        attempts.phases.update(dict.fromkeys(urgent, f"stop attempted, not assured: {mode.phase}"))
        closing = gates - attempts.verdicts.keys()
        attempts.phases.update(dict.fromkeys(closing, f"closing attempted, not assured: {mode.phase}"))
    elsewhere = [unit.id for unit in scene.station.units] + [gate.id for gate in scene.station.gates]
    phases = {target: _waiting(orders, target, mode) for target in elsewhere}
    held = dict.fromkeys((scene.station.id, *elsewhere), mode.verdict) if mode.blocked else {}
    attempts.phases = phases | attempts.phases
    attempts.verdicts = held | attempts.verdicts
    if orders.order.mode is StationMode.HAND_BACK:
        pending = {unit: past for unit, past in scene.memory.units.items() if past.withdraw or past.asked_s is not None}
        attempts.units |= {unit: replace(past, withdraw=False, asked_s=None) for unit, past in pending.items()}
    return _composed(scene, mode, attempts)


def _closes_for_safety(request: Request | None) -> bool:
    return request is not None and request.slot in UNBOUND and request.value == GateOrder(0.0)


def _waiting(orders: Orders, target: TargetId, mode: ModeStep) -> str:
    if mode.blocked or target not in orders.explicit:
        return mode.phase
    if orders.order.mode is StationMode.HAND_BACK:
        return "its own order waits: the station is in hand-back, order the station first (hold or count N)"
    return f"its own order waits: {mode.phase}"


def _composed(scene: Scene, mode: ModeStep, outcome: Outcome) -> StationStep:
    memory = scene.memory
    if outcome.units:
        memory = replace(memory, units={**memory.units, **outcome.units})
    if outcome.gates:
        memory = replace(memory, gates={**memory.gates, **outcome.gates})
    times = [time for time in (mode.next_s, *outcome.times) if time is not None]
    station = scene.station.id
    verdicts = {station: mode.verdict} if mode.verdict.ruling is not Ruling.ALLOW else {}
    phase = _with_who_waits(scene, mode.phase, outcome) if mode.in_control else mode.phase
    if mode.in_control and memory.held_count:
        phase = f"keeps {memory.held_count} running: an order ended by itself; order the station anew to change that"
    return StationStep(
        memory,
        (*mode.wanted, *outcome.wanted),
        {station: phase, **outcome.phases},
        (*station_alarms(scene), *outcome.alarms),
        min(times, default=None),
        {wanted.target: station for wanted in mode.wanted if wanted.target != station} | outcome.because,
        {**verdicts, **outcome.verdicts},
    )


def _with_who_waits(scene: Scene, phase: str, outcome: Outcome) -> str:
    """Names the first unit that is being started or held, so that the station itself says why it is not there yet."""
    busy = [unit for unit in scene.station.units if unit.id in outcome.starting or unit.id in outcome.verdicts]
    return f"{phase}; {busy[0].name}: {outcome.phases[busy[0].id]}" if busy else phase
