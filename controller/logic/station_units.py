"""All units of a station in one cycle: whose order each follows, which ones run, and one step of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from controller.domain.command import Wanted
from controller.domain.intents import GateOrder, StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId
from controller.domain.pumps_and_gates import PumpType, PumpUnit
from controller.domain.request import Decision, Request
from controller.domain.slots import Slot
from controller.domain.stations import Station
from controller.logic import unit_guards
from controller.logic.allocation import Candidate, Wish, allocate, wear
from controller.logic.contract import ALLOWED, GateMemory, Ruling, UnitMemory, Verdict
from controller.logic.feeder_power import feeder_may_carry
from controller.logic.interlocks import UNBOUND, Action, InterlockSpec, Judgement, judge_all
from controller.logic.sequencers.auxiliaries import FULL_SPEED_PERCENT
from controller.logic.sequencers.unit import UnitStep, unit_step
from controller.logic.station_interlocks import lookup_in
from controller.logic.station_scene import Scene, seen_closed
from controller.logic.unit_protection import protection_alarms
from controller.logic.unknown_interlocks import UNKNOWN, unknown_text

HAND_BACK = StationOrder(StationMode.HAND_BACK)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a station, its units and its gates were told, and what binds them."""

    decisions: Mapping[TargetId, Decision]
    order: StationOrder
    slot: Slot
    explicit: Mapping[TargetId, Request]
    """Units and gates with an order of their own: START, STOP, an opening."""
    urgent: frozenset[TargetId]
    interlocks: Sequence[InterlockSpec] = ()
    judged: Mapping[str, Judgement] = field(default_factory=dict)
    speed_percent: float | None = None
    """What drives are told for the station's sake (a flow), where a unit's own order says nothing else."""

    def slot_of(self, target: TargetId) -> Slot:
        """The slot a target acts under: its own order's, else its station's."""
        return self.explicit[target].slot if target in self.explicit else self.slot


@dataclass(slots=True)
class Outcome:
    """What the steps of one cycle add up to; filled while they are made."""

    units: dict[TargetId, UnitMemory] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    phases: dict[TargetId, str] = field(default_factory=dict)
    alarms: list[tuple[str, str]] = field(default_factory=list)
    because: dict[TargetId, TargetId] = field(default_factory=dict)
    verdicts: dict[TargetId, Verdict] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    claims: dict[TargetId, tuple[float, TargetId]] = field(default_factory=dict)
    """Gates a unit's sequence needs: where, and for which unit."""
    starting: set[TargetId] = field(default_factory=set)
    stopping: set[TargetId] = field(default_factory=set)
    """Units whose stop closes their gate before the motor stands."""
    gates: dict[TargetId, GateMemory] = field(default_factory=dict)


def urgent_units(station: Station, decisions: Mapping[TargetId, Decision], winner: Request) -> frozenset[TargetId]:
    """Units that slot 1 or 2 stops, by their own order or with the whole station."""
    everything = winner.slot in UNBOUND and winner.value == StationOrder(StationMode.COUNT, 0)
    return frozenset(
        unit.id
        for unit in station.units
        if everything
        or (unit.id in decisions and _stops(decisions[unit.id].winner) and decisions[unit.id].winner.slot in UNBOUND)
    )


def _stops(request: Request) -> bool:
    return request.value == UnitOrder(UnitMode.STOP)


def orders_of(
    decisions: Mapping[TargetId, Decision],
    winner: Request,
    urgent: frozenset[TargetId],
    interlocks: Sequence[InterlockSpec],
    judged: Mapping[str, Judgement],
) -> Orders:
    """The orders of this cycle, told apart."""
    winners = {target: decision.winner for target, decision in decisions.items()}
    own = {
        target: request
        for target, request in winners.items()
        if (isinstance(request.value, UnitOrder) and request.value.mode is not UnitMode.AUTO)
        or (isinstance(request.value, GateOrder) and request.value.percent is not None)
    }
    order = winner.value if isinstance(winner.value, StationOrder) else HAND_BACK
    return Orders(decisions, order, winner.slot, own, urgent, interlocks, judged)


def step_units(scene: Scene, orders: Orders, only: Collection[TargetId] | None = None) -> Outcome:
    """One step of every unit (or of ``only`` these), the ones that start in the order they should."""
    outcome = Outcome()
    wishes = _wishes(scene, orders)
    for unit in sorted(scene.station.units, key=lambda unit: _turn(scene, orders, unit)):
        if only is None or unit.id in only:
            _collect(scene, orders, unit, _step(scene, orders, unit, wishes[unit.id], outcome), outcome)
    return outcome


def _turn(scene: Scene, orders: Orders, unit: PumpUnit) -> tuple[bool, bool, float]:
    return (not scene.committed(unit), unit.id not in orders.explicit, wear(scene.past(unit)))


def _wishes(scene: Scene, orders: Orders) -> Mapping[TargetId, Wish]:
    """HOLD keeps what has no order of its own; COUNT is shared out among the units that pump its way."""
    units = scene.station.units
    if orders.order.mode is not StationMode.COUNT:
        return {unit.id: _own_wish(scene, orders, unit) or Wish.KEEP for unit in units}
    with_it = [unit for unit in units if unit.direction == orders.order.direction.value]
    only_adds = scene.station.additional_starts_only or orders.slot is Slot.FLOOD_CRITICAL
    keep = len(units) if only_adds else scene.memory.held_count
    count = max(orders.order.count, scene.memory.wanted_count) if orders.slot is Slot.AUTOMATIC else orders.order.count
    shared = allocate([_candidate(scene, orders, unit) for unit in with_it], count, keep)
    against = Wish.KEEP if keep else Wish.STOP
    return {unit.id: _own_wish(scene, orders, unit) or shared.get(unit.id, against) for unit in units}


def _own_wish(scene: Scene, orders: Orders, unit: PumpUnit) -> Wish | None:
    if unit.id in orders.urgent:
        return Wish.STOP
    if unit.id in scene.memory.held_units:
        return Wish.KEEP
    request = orders.explicit.get(unit.id)
    if request is None:
        return None
    return Wish.STOP if _stops(request) else Wish.START


def _candidate(scene: Scene, orders: Orders, unit: PumpUnit) -> Candidate:
    own = {Wish.START: UnitMode.START, Wish.KEEP: UnitMode.START, Wish.STOP: UnitMode.STOP}
    wish = _own_wish(scene, orders, unit)
    configured = judge_all(orders.interlocks, orders.judged, unit.id, Action.START, orders.slot, active=False)
    own_verdict = unit_guards.unit_may_start(scene, unit)
    return Candidate(
        unit.id,
        UnitMode.AUTO if wish is None else own[wish],
        scene.committed(unit),
        own_verdict.ruling is configured.ruling is Ruling.ALLOW and feeder_may_carry(scene, unit, orders.slot) is None,
        unit_guards.may_stop(scene, unit, orders.slot).ruling is Ruling.ALLOW,
        wear(scene.past(unit)),
    )


def _step(scene: Scene, orders: Orders, unit: PumpUnit, wish: Wish, outcome: Outcome) -> UnitStep:
    may_stop = _may_stop(scene, orders, unit)
    if _start_is_wanted(scene, orders, unit):
        note_unknown(scene, orders, outcome, unit.id, Action.START, orders.slot_of(unit.id))
    running = scene.running(unit)
    if scene.station.additional_starts_only and running is not False and unit.id not in orders.urgent:
        past = replace(scene.past(unit), withdraw=False)
        if wish is Wish.STOP or past.locked_out:
            return UnitStep(past, "runs by its station's own control: the centre only adds starts here")
    speed, may_start = _speed_percent(orders, unit, wish), _may_start(scene, orders, unit, outcome)
    step = unit_step(scene, unit, wish, may_start, may_stop, speed)
    if wish is Wish.STOP and may_start.ruling is Ruling.HOLD and _is_passed_over(scene, orders, unit, step):
        step = replace(step, phase=f"passed over: {may_start.reason}", verdict=may_start)
    if scene.station.additional_starts_only and running and unit.id not in orders.urgent:
        # A start of ours that is not proven is taken back, but never from under a motor that runs.
        kept = tuple(wanted for wanted in step.wanted if wanted.target != unit.id or wanted.write.value is not False)
        step = replace(step, wanted=kept, past=replace(step.past, withdraw=False))
    return _last_gate(scene, orders, unit, step)


def _is_passed_over(scene: Scene, orders: Orders, unit: PumpUnit, step: UnitStep) -> bool:
    """Whether the count is not met and this unit, at rest, could not be taken for it: people are told why."""
    at_rest = step.verdict.ruling is Ruling.ALLOW and not step.wanted and scene.running(unit) is False
    return at_rest and not step.past.locked_out and _start_is_wanted(scene, orders, unit)


def _speed_percent(orders: Orders, unit: PumpUnit, wish: Wish) -> float | None:
    """What its drive is told: what its own order says, else full speed; nothing where it only goes on as it is."""
    decision = orders.decisions.get(unit.id)
    said = decision.winner.value if decision is not None else None
    if isinstance(said, UnitOrder) and said.speed_percent is not None:
        return said.speed_percent
    if orders.speed_percent is not None and unit.min_speed_percent is not None and unit.id not in orders.explicit:
        return None if wish is Wish.STOP else max(orders.speed_percent, unit.min_speed_percent)
    return FULL_SPEED_PERCENT if wish is Wish.START else None


def note_unknown(scene: Scene, orders: Orders, outcome: Outcome, target: TargetId, action: Action, slot: Slot) -> None:
    """People are told which interlock of a wanted act cannot be known, and what follows from that."""
    text = unknown_text(orders.interlocks, orders.judged, lookup_in(scene), target, action, slot)
    if text:
        outcome.alarms.append((f"{target}:{UNKNOWN}", text))


def _start_is_wanted(scene: Scene, orders: Orders, unit: PumpUnit) -> bool:
    """Whether its own order, or a count not made up yet, asks for its start."""
    if scene.committed(unit) or unit.id in orders.urgent:
        return False
    if unit.id in orders.explicit:
        return not _stops(orders.explicit[unit.id])
    order = orders.order
    if order.mode is not StationMode.COUNT or unit.direction != order.direction.value:
        return False
    return order.count > sum(other.direction == unit.direction for other in scene.committed_units())


def _may_start(scene: Scene, orders: Orders, unit: PumpUnit, outcome: Outcome) -> Verdict:
    slot = orders.slot_of(unit.id)
    configured = judge_all(orders.interlocks, orders.judged, unit.id, Action.START, slot, active=False)
    verdicts = (
        unit_guards.may_start(scene, unit, slot),
        feeder_may_carry(scene, unit, slot) or ALLOWED,
        configured,
        _waits_for_its_turn(outcome),
        _gravity_gate_is_ours(scene, orders, slot),
    )
    return next((verdict for verdict in verdicts if verdict.ruling is not Ruling.ALLOW), ALLOWED)


def _waits_for_its_turn(outcome: Outcome) -> Verdict:
    if not outcome.starting:
        return ALLOWED
    return unit_guards.hold("stagger", f"waits: {min(outcome.starting)} starts first, one unit at a time")


def _gravity_gate_is_ours(scene: Scene, orders: Orders, slot: Slot) -> Verdict:
    """A start closes the gravity gate; where a higher slot ordered it open, the start waits instead."""
    gate = scene.gravity_gate()
    request = orders.explicit.get(gate.id) if gate is not None else None
    if gate is None or request is None or request.value == GateOrder(0.0) or seen_closed(gate, scene.view):
        return ALLOWED
    if request.slot >= slot:
        return ALLOWED
    return unit_guards.hold(
        "gravity_gate", f"waits: {gate.name} is ordered to {request.value} by {request.owner} ({request.slot.label})"
    )


def _may_stop(scene: Scene, orders: Orders, unit: PumpUnit) -> Verdict:
    if unit.id in orders.urgent:
        return Verdict(Ruling.FORCE, "slot_1_2", reason=f"stopped by {orders.slot_of(unit.id).label}")
    forced = unit_guards.must_stop(scene, unit)
    if forced.ruling is Ruling.ALLOW and scene.running(unit) and not scene.station.additional_starts_only:
        slot = orders.slot_of(unit.id)
        forced = judge_all(orders.interlocks, orders.judged, unit.id, Action.START, slot, active=True)
    if forced.ruling is Ruling.FORCE:
        return forced
    return unit_guards.may_stop(scene, unit, orders.slot_of(unit.id))


def _last_gate(scene: Scene, orders: Orders, unit: PumpUnit, step: UnitStep) -> UnitStep:
    """Whatever the sequence thinks: no start leaves without its path proven at this very moment."""
    if not any(wanted.target == unit.id and wanted.write.value is True for wanted in step.wanted):
        return step
    slot = orders.slot_of(unit.id)
    verdicts = (unit_guards.may_start(scene, unit, slot), unit_guards.path_is_proven(scene, unit, slot))
    held = next((verdict for verdict in verdicts if verdict.ruling is not Ruling.ALLOW), None)
    if held is None:
        return step
    past = replace(step.past, asked_s=scene.past(unit).asked_s)
    beside = tuple(wanted for wanted in step.wanted if wanted.target != unit.id)
    return replace(step, past=past, wanted=beside, phase=held.reason, verdict=held, next_s=held.until_s)


def _collect(scene: Scene, orders: Orders, unit: PumpUnit, step: UnitStep, outcome: Outcome) -> None:
    outcome.units[unit.id] = step.past
    outcome.phases[unit.id] = step.phase
    outcome.alarms.extend((*step.alarms, *protection_alarms(scene, unit, step.past)))
    if step.next_s is not None:
        outcome.times.append(step.next_s)
    if step.verdict.ruling is not Ruling.ALLOW:
        outcome.verdicts[unit.id] = step.verdict
    if step.starting:
        outcome.starting.add(unit.id)
    if step.stopping and unit.pump is PumpType.CENTRIFUGAL:
        outcome.stopping.add(unit.id)
    origin = unit.id if unit.id in orders.explicit else scene.station.id
    for wanted in step.wanted:
        protective = wanted.protective and wanted.write.value is False
        outcome.wanted.append(replace(wanted, protective=protective))
        outcome.because[wanted.target] = origin
    for gate, percent in step.gates.items():
        outcome.claims.setdefault(gate, (percent, unit.id))
