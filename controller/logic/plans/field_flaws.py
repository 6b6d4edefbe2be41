"""Whether a plan fits the things it moves: values, gates before pumps, interlocks, branches against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from controller.domain.assets import City
from controller.domain.errors import InvalidValue
from controller.domain.expression_grammar import Name, Node, Operation
from controller.domain.intents import GateOrder, Intent, StationMode, StationOrder, UnitMode, UnitOrder
from controller.domain.points import TargetId, device_of
from controller.domain.pumps_and_gates import GateRole
from controller.domain.stations import Station
from controller.logic.interlocks import Action, InterlockSpec
from controller.logic.plans.acts import amount, value_of
from controller.logic.plans.flaws import Flaw, Placed, placed_steps
from controller.logic.plans.plan import Plan, Set, Start, Step, Together, Until, Verify, every_step, ordered_by
from controller.logic.plans.soundness import always
from controller.logic.reasoning import Claim, find
from controller.logic.value_ranges import Range


def field_flaws(
    plan: Plan, city: City, interlocks: Sequence[InterlockSpec], ranges: Mapping[str, Range]
) -> Iterator[Flaw]:
    """Everything wrong with what it orders and waits for; ``ranges`` by the names of its own conditions."""
    before = False
    for one in placed_steps(plan):
        for flaw in (*_value(one, plan, city), *_gate_behind_a_pump(one, city), *_stops(one, plan), *_rivals(one)):
            before = True
            yield flaw
        yield from _never_true(one, plan, ranges)
        yield from _interlocked(one, plan, city, interlocks, ranges)
    yield from _conditions(plan, ranges)
    if not before:
        yield from _open_gates(plan, city)


def _extremes(plan: Plan) -> list[dict[str, float]]:
    picks = ("default", "low", "high")
    return [{one.id: float(getattr(one, pick)) for one in plan.parameters} for pick in picks]


def _value(one: Placed, plan: Plan, city: City) -> Iterator[Flaw]:
    """What is ordered can be ordered, whatever the parameters."""
    act = one.step.act
    for said in _extremes(plan):
        try:
            if isinstance(act, Set):
                problem = _too_many(value_of(act, said), city.stations.get(act.target))
            elif isinstance(act, Start):
                problem = _count(amount(act.units, said), act, city.stations[act.station])
            else:
                return
        except InvalidValue as refused:
            problem = str(refused)
        if problem:
            key = ("set", "to") if isinstance(act, Set) else ("start", "units")
            shown = ", ".join(f"{name} {value:g}" for name, value in said.items())
            yield Flaw((*one.path, *key), problem, f"with {shown}" if shown else "")
            return


def _too_many(value: Intent, station: Station | None) -> str:
    if station is None or not isinstance(value, StationOrder) or value.count <= len(station.units):
        return ""
    return f"{station.id} has {len(station.units)} units; {value.count} are asked"


def _count(units: float, act: Start, station: Station) -> str:
    there = sum(unit.direction == act.direction.value for unit in station.units)
    if units != round(units) or not 1 <= units <= there:
        return f"{station.id} has {there} units that way; {units:g} are asked"
    return ""


def _gate_behind_a_pump(one: Placed, city: City) -> Iterator[Flaw]:
    """A discharge gate belongs to its unit's own sequence: opened and closed with it, never by a plan."""
    act = one.step.act
    if not isinstance(act, Set):
        return
    station = city.stations.get(device_of(act.target))
    gate = next((gate for gate in station.gates if gate.id == act.target), None) if station else None
    if gate is not None and gate.role is GateRole.DISCHARGE:
        message = f"{act.target} stands behind a pump: its unit's own sequence moves it"
        yield Flaw((*one.path, "set", "target"), message, "order the station or the unit instead")


def _stops(one: Placed, plan: Plan) -> Iterator[Flaw]:
    """An abort stops nothing; an underpass is never told to run fewer (its own PLC decides that)."""
    if not one.aborting:
        return
    act = one.step.act
    if isinstance(act, Start):
        yield Flaw(one.path, "an abort starts nothing", "leave what runs running: leave: hold or hand_back")
    if not isinstance(act, Set):
        return
    try:
        value = value_of(act, _extremes(plan)[0])
    except InvalidValue:
        return
    counts = isinstance(value, StationOrder) and value.mode not in (StationMode.HOLD, StationMode.HAND_BACK)
    if counts or value == UnitOrder(UnitMode.STOP):
        message = f"an abort never stops a running unit, and {value} may"
        yield Flaw((*one.path, "set", "to"), message, "say hand-back or hold")


def _rivals(one: Placed) -> Iterator[Flaw]:
    """Two branches that order one target would undo each other."""
    act = one.step.act
    if not isinstance(act, Together):
        return
    ordered = [{ordered_by(step.act) for step in every_step(branch)} - {""} for branch in act.branches]
    for (first, mine), (second, theirs) in combinations(enumerate(ordered), 2):
        both = sorted(mine & theirs)
        if both:
            message = f"branches {first + 1} and {second + 1} both order {both[0]}"
            yield Flaw((*one.path, "together", second), message, "let one branch order it")


def _never_true(one: Placed, plan: Plan, ranges: Mapping[str, Range]) -> Iterator[Flaw]:
    act = one.step.act
    if not isinstance(act, (Until, Verify)):
        return
    key = "until" if isinstance(act, Until) else "verify"
    if find([Claim(act.expression.root)], ranges) is None:
        hint = "no reading its points can have makes it true; see low and high in the profile"
        yield Flaw((*one.path, key), "never true: the step could only ever be late", hint)
        return
    if one.aborting:
        return
    for condition in always(plan):
        if find([Claim(act.expression.root), Claim(condition.expression.root)], ranges) is None:
            message = f"never true while the plan's own condition {condition.id} holds"
            yield Flaw((*one.path, key), message, f"{condition.id}: {condition.expression}")


def _conditions(plan: Plan, ranges: Mapping[str, Range]) -> Iterator[Flaw]:
    for nth, one in enumerate(plan.conditions):
        if find([Claim(one.expression.root)], ranges) is None:
            yield Flaw(("conditions", nth, "needs"), "never true: the plan could never be started", "see the profile")
            return
    if len(plan.conditions) > 1 and find([Claim(one.expression.root) for one in plan.conditions], ranges) is None:
        yield Flaw(("conditions",), "they can never hold together", "loosen one of them")


def _interlocked(
    one: Placed, plan: Plan, city: City, interlocks: Sequence[InterlockSpec], ranges: Mapping[str, Range]
) -> Iterator[Flaw]:
    """A step whose interlock can never hold while the plan's own conditions do would wait for ever."""
    if one.aborting or not isinstance(one.step.act, (Set, Start)):
        return
    claims = [Claim(condition.expression.root) for condition in always(plan)]
    for target, action in _moves(one.step, plan, city):
        alias = next((name for name, device in plan.scope.items() if device == device_of(target)), "")
        for spec in interlocks:
            if not alias or not spec.binds(target, action):
                continue
            needed = Claim(_prefixed(spec.condition.root, alias))
            if find([needed, *claims], ranges) is None:
                message = f"contradicts interlock {spec.id}, which can never hold while this plan runs"
                yield Flaw(one.path, message, f"{spec.id} needs {spec.condition}")
                return


def _moves(step: Step, plan: Plan, city: City) -> Iterator[tuple[TargetId, Action]]:
    """What a step begins: starts of units, openings and closings of gates."""
    act = step.act
    if isinstance(act, Start):
        yield from ((unit.id, Action.START) for unit in city.stations[act.station].units)
        return
    assert isinstance(act, Set)  # noqa: S101 - narrows; its caller looked
    try:
        value = value_of(act, _extremes(plan)[0])
    except InvalidValue:
        return
    if isinstance(value, GateOrder) and value.percent is not None:
        yield act.target, Action.CLOSE if value.percent == 0 else Action.OPEN
    elif value == UnitOrder(UnitMode.START):
        yield act.target, Action.START
    elif isinstance(value, StationOrder) and value.count:
        yield from ((unit.id, Action.START) for unit in city.stations[act.target].units)


def _prefixed(node: Node, alias: str) -> Node:
    """A condition of one device in the plan's own names."""
    if isinstance(node, Name):
        return Name(f"{alias}.{node.point}")
    if isinstance(node, Operation):
        return Operation(node.symbol, tuple(_prefixed(one, alias) for one in node.operands))
    return node


def _lets_out(target: TargetId, city: City) -> bool:
    """Whether a gate lets out what the pumps would lift; an intake's has to be open for them."""
    gates = city.stations[device_of(target)].gates
    return any(gate.id == target and gate.role is GateRole.GRAVITY for gate in gates)


def _open_gates(plan: Plan, city: City) -> Iterator[Flaw]:
    """Pumps behind an open gate send the water round in a circle: it is closed before the first of them starts."""
    opened: dict[str, TargetId] = {}
    for one in placed_steps(plan):
        act = one.step.act
        for target, action in _moves(one.step, plan, city) if isinstance(act, (Set, Start)) else ():
            station = device_of(target)
            if action is Action.OPEN and _lets_out(target, city):
                opened[station] = target
            elif action is Action.CLOSE and opened.get(station) == target:
                del opened[station]
            elif action is Action.START and station in opened:
                message = f"starts pumps of {station} behind {opened[station]}, which this plan opened before"
                yield Flaw(one.path, message, "close it first: the same water would come back in")
                return
